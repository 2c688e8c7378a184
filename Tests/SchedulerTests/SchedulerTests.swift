// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import ClientTestKit
import KubernetesAPI
import Logging
import Scheduler
import Testing
import Wire

/// The whole scheduler against an API in memory.
struct SchedulerTests {
    private let cluster = FakeCluster()

    private func withScheduler(_ body: () async throws -> Void) async throws {
        let logger = Logger(label: "test")
        let informers = InformerFactory(client: cluster.client, logger: logger)
        let scheduler = Scheduler(client: cluster.client, informers: informers, logger: logger)
        let running = Task {  // both are awaited below
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await informers.run() }
                group.addTask { try? await scheduler.run() }
            }
        }
        try await body()
        running.cancel()
        await running.value
    }

    @Test("a pod is bound, and an event says so")
    func binds() async throws {
        try cluster.add(Fixture.node("n"))
        try await withScheduler {
            try cluster.add(Fixture.pod("web", cpu: "100m"))
            await cluster.wait { cluster in
                cluster.get(Pod.self, namespace: "default", name: "web")?.spec.nodeName == "n"
                    && !cluster.list(Event.self).isEmpty
            }
            let event = try #require(cluster.list(Event.self).first)
            #expect(event.reason == "Scheduled")
            #expect(event.message == "Successfully assigned default/web to n")
            #expect(event.source.component == "default-scheduler")
        }
    }

    @Test("a pod without a node has a condition and an event that say why, and is bound when a node comes")
    func waits() async throws {
        try cluster.add(Fixture.node("small", cpu: "1"))
        try await withScheduler {
            try cluster.add(Fixture.pod("big", cpu: "2"))
            await cluster.wait { cluster in
                let pod = cluster.get(Pod.self, namespace: "default", name: "big")
                return pod?.status.conditions.contains { $0.type == "PodScheduled" } == true
                    && !cluster.list(Event.self).isEmpty
            }
            let pod = try #require(cluster.get(Pod.self, namespace: "default", name: "big"))
            let condition = try #require(pod.status.conditions.first)
            #expect(condition.status == "False")
            #expect(condition.reason == "Unschedulable")
            #expect(
                condition.message
                    == "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: "
                    + "1 Preemption is not helpful for scheduling.")
            #expect(cluster.list(Event.self).first?.reason == "FailedScheduling")
            try cluster.add(Fixture.node("large", cpu: "8"))
            await cluster.wait { $0.get(Pod.self, namespace: "default", name: "big")?.spec.nodeName == "large" }
        }
    }

    @Test("a pod of higher priority takes the place of another")
    func preempts() async throws {
        try cluster.add(Fixture.node("n", cpu: "1"))
        try cluster.add(Fixture.pod("low", cpu: "1", on: "n"))
        try await withScheduler {
            try cluster.add(Fixture.pod("high", cpu: "1", priority: 1000))
            await cluster.wait { $0.get(Pod.self, namespace: "default", name: "high")?.spec.nodeName == "n" }
            #expect(cluster.get(Pod.self, namespace: "default", name: "low") == nil)
        }
    }

    @Test("a binding that the server refuses for now is tried again")
    func retries() async throws {
        try cluster.add(Fixture.node("n"))
        let refusals = Counter(1)
        cluster.react { request in
            request.path.hasSuffix("/binding") && refusals.takeOne() ? .failure(503, reason: "ServiceUnavailable") : nil
        }
        try await withScheduler {
            try cluster.add(Fixture.pod("web"))
            await cluster.wait { $0.get(Pod.self, namespace: "default", name: "web")?.spec.nodeName == "n" }
        }
    }
}
