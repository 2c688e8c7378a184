// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import ClientTestKit
import KubernetesAPI
import Logging
import Testing
import Wire

struct EventRecorderTests {
    @Test("an event names its object, and the same one again counts up")
    func records() async throws {
        let cluster = FakeCluster()
        let pod = try cluster.add(
            Pod {
                $0.metadata.namespace = "default"
                $0.metadata.name = "web"
            })
        let recorder = EventRecorder(
            client: cluster.client, component: "default-scheduler", logger: Logger(label: "test"))
        let run = Task { await recorder.run() }  // awaited below
        recorder.record(.warning, reason: "FailedScheduling", message: "no room", about: pod)
        recorder.record(.warning, reason: "FailedScheduling", message: "no room", about: pod)
        await cluster.wait { $0.list(Event.self).first?.count == 2 }
        let events = cluster.list(Event.self)
        #expect(events.count == 1)
        let event = try #require(events.first)
        #expect(event.involvedObject.kind == "Pod")
        #expect(event.involvedObject.uid == pod.metadata.uid)
        #expect(event.source.component == "default-scheduler")
        #expect(event.reportingComponent == "default-scheduler")
        #expect(event.type == "Warning")
        #expect(event.metadata.name.hasPrefix("web."))
        #expect(event.metadata.namespace == "default")
        run.cancel()
        await run.value
    }

    @Test("an event that was deleted meanwhile is made anew")
    func deleted() async throws {
        let cluster = FakeCluster()
        let node = try cluster.add(Node { $0.metadata.name = "n" })
        let recorder = EventRecorder(
            client: cluster.client, component: "kubelet", host: "n", logger: Logger(label: "test"))
        let run = Task { await recorder.run() }  // awaited below
        recorder.record(.normal, reason: "Starting", message: "up", about: node)
        await cluster.wait { !$0.list(Event.self).isEmpty }
        let name = try #require(cluster.list(Event.self).first?.metadata.name)
        cluster.remove(Event.self, namespace: "default", name: name)
        recorder.record(.normal, reason: "Starting", message: "up", about: node)
        await cluster.wait { !$0.list(Event.self).isEmpty }
        #expect(cluster.list(Event.self).first?.source.host == "n")
        run.cancel()
        await run.value
    }
}
