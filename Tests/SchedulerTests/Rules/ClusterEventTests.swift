// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Scheduler

struct ClusterEventTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var event: ClusterEvent
        var plugin: Plugin
        var pod = Fixture.info(Fixture.pod("p"))
        var expected: Bool
        var testDescription: String { name }
    }

    private static func port(_ number: Int32, on node: String = "") -> PodInfo {
        PodInfo(Fixture.pod("x", on: node) { $0.spec.containers[0].ports = [ContainerPort { $0.hostPort = number }] })
    }

    private static let spread = PodInfo(
        Fixture.pod("p", labels: ["app": "web"]) {
            $0.spec.topologySpreadConstraints = [Fixture.spread("zone", skew: 1, matching: ["app": "web"])]
        })

    @Test(
        "an event helps the pods that it can help",
        arguments: [
            Case(name: "a new node helps everybody", event: .node(.added), plugin: .nodePorts, expected: true),
            Case(name: "but not a gated pod", event: .node(.added), plugin: .schedulingGates, expected: false),
            Case(
                name: "room helps who lacks room", event: .node(.allocatable), plugin: .nodeResourcesFit, expected: true
            ),
            Case(
                name: "room does not help against taints", event: .node(.allocatable), plugin: .taintToleration,
                expected: false),
            Case(name: "labels help affinity", event: .node(.labels), plugin: .nodeAffinity, expected: true),
            Case(
                name: "a pod that goes gives room", event: .podRemoved(Fixture.info(Fixture.pod("o"))),
                plugin: .nodeResourcesFit,
                expected: true),
            Case(
                name: "and its ports", event: .podRemoved(port(80, on: "n")), plugin: .nodePorts, pod: port(80),
                expected: true),
            Case(
                name: "but not others", event: .podRemoved(port(81, on: "n")), plugin: .nodePorts, pod: port(80),
                expected: false),
            Case(
                name: "a counted pod helps spreading",
                event: .podPlaced(Fixture.info(Fixture.pod("o", labels: ["app": "web"]))),
                plugin: .podTopologySpread, pod: spread, expected: true),
            Case(
                name: "one that is not counted does not", event: .podPlaced(Fixture.info(Fixture.pod("o"))),
                plugin: .podTopologySpread, pod: spread, expected: false),
            Case(name: "a volume helps who waits for one", event: .volumes, plugin: .volumeBinding, expected: true),
        ])
    func hints(_ c: Case) { #expect(c.event.helps(c.pod, rejectedBy: c.plugin) == c.expected) }
}
