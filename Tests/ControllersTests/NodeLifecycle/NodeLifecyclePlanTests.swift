// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Controllers

struct NodeLifecyclePlanTests {
    private static func node(_ conditions: [String: String], _ change: (inout Node) -> Void = { _ in }) -> Node {
        var node = Node {
            $0.metadata.name = "n"
            $0.metadata.creationTimestamp = Fixture.ago(500)
            $0.status.conditions = conditions.sorted { $0.key < $1.key }.map { type, status in
                NodeCondition {
                    $0.type = type
                    $0.status = status
                    $0.lastTransitionTime = Fixture.ago(400)
                }
            }
        }
        change(&node)
        return node
    }

    private static func words(_ taints: [Taint]) -> [String] { taints.map { "\($0.key):\($0.effect)" }.sorted() }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var node: Node
        var expected: [String]
        var testDescription: String { name }
    }

    @Test(
        "taints follow the conditions, and those of others stay",
        arguments: [
            Case(name: "ready", node: Self.node(["Ready": "True"]), expected: []),
            Case(
                name: "not ready", node: Self.node(["Ready": "False"]),
                expected: ["node.kubernetes.io/not-ready:NoExecute", "node.kubernetes.io/not-ready:NoSchedule"]),
            Case(
                name: "silent", node: Self.node(["Ready": "Unknown"]),
                expected: ["node.kubernetes.io/unreachable:NoExecute", "node.kubernetes.io/unreachable:NoSchedule"]),
            Case(name: "new", node: Self.node([:]), expected: ["node.kubernetes.io/not-ready:NoSchedule"]),
            Case(
                name: "under pressure",
                node: Self.node(["Ready": "True", "DiskPressure": "True", "MemoryPressure": "False"]),
                expected: ["node.kubernetes.io/disk-pressure:NoSchedule"]),
            Case(
                name: "cordoned", node: Self.node(["Ready": "True"]) { $0.spec.unschedulable = true },
                expected: ["node.kubernetes.io/unschedulable:NoSchedule"]),
            Case(
                name: "ready again, with a taint of the user's",
                node: Self.node(["Ready": "True"]) {
                    $0.spec.taints = [
                        Self.taint("node.kubernetes.io/not-ready", "NoExecute"),
                        Self.taint("example.org/gpu", "NoSchedule"),
                    ]
                }, expected: ["example.org/gpu:NoSchedule"]),
        ])
    func taints(_ c: Case) {
        #expect(Self.words(NodeLifecyclePlan.taints(c.node, now: Fixture.now)) == c.expected)
    }

    private static func taint(_ key: String, _ effect: String) -> Taint {
        Taint {
            $0.key = key
            $0.effect = effect
        }
    }

    @Test("a taint that is there already keeps the time at which it came")
    func timeAdded() throws {
        var node = Self.node(["Ready": "False"])
        node.spec.taints = NodeLifecyclePlan.taints(node, now: Fixture.ago(30))
        let again = NodeLifecyclePlan.taints(node, now: Fixture.now)
        #expect(again == node.spec.taints)
        #expect(again.first { $0.effect == "NoExecute" }?.timeAdded == Fixture.ago(30))
    }

    @Test("after a silence all that the kubelet reports is Unknown, once")
    func silenced() {
        var node = Self.node(["Ready": "True", "DiskPressure": "False", "NetworkUnavailable": "False"])
        node.status = NodeLifecyclePlan.silenced(node, now: Fixture.now)
        let conditions = Dictionary(node.status.conditions.map { ($0.type, $0) }) { first, _ in first }
        #expect(conditions["Ready"]?.status == "Unknown")
        #expect(conditions["Ready"]?.reason == "NodeStatusUnknown")
        #expect(conditions["Ready"]?.lastTransitionTime == Fixture.now)
        #expect(conditions["DiskPressure"]?.status == "Unknown")
        #expect(conditions["NetworkUnavailable"]?.status == "False")
        #expect(NodeLifecyclePlan.silenced(node, now: Time(seconds: Fixture.now.seconds + 60)) == node.status)
    }

    @Test("a node that never reported has a Ready condition that says so")
    func neverReported() throws {
        let condition = try #require(NodeLifecyclePlan.silenced(Self.node([:]), now: Fixture.now).conditions.first)
        #expect(condition.type == "Ready")
        #expect(condition.status == "Unknown")
        #expect(condition.reason == "NodeStatusNeverUpdated")
        #expect(condition.lastHeartbeatTime == Fixture.ago(500))
    }

    struct Departure: Sendable, CustomTestStringConvertible {
        var name: String
        var tolerations: [Toleration] = []
        var taints: [Taint]
        var expected: NodeLifecyclePlan.Eviction
        var testDescription: String { name }
    }

    private static func toleration(_ key: String, for seconds: Int64? = nil, effect: String = "NoExecute") -> Toleration
    {
        Toleration {
            $0.key = key
            $0.operator = "Exists"
            $0.effect = effect
            $0.tolerationSeconds = seconds
        }
    }

    @Test(
        "a pod leaves a tainted node as its tolerations say",
        arguments: [
            Departure(name: "no taint", taints: [], expected: .never),
            Departure(
                name: "a taint against scheduling alone", taints: [Self.taint("a", "NoSchedule")], expected: .never),
            Departure(name: "not tolerated", taints: [Self.taint("a", "NoExecute")], expected: .now),
            Departure(
                name: "tolerated for ever", tolerations: [Self.toleration("a")], taints: [Self.taint("a", "NoExecute")],
                expected: .never),
            Departure(
                name: "tolerated for a time", tolerations: [Self.toleration("a", for: 300)],
                taints: [Self.taint("a", "NoExecute")],
                expected: .after(seconds: 300)),
            Departure(
                name: "the shortest time counts",
                tolerations: [Self.toleration("a", for: 300), Self.toleration("b", for: 20)],
                taints: [Self.taint("a", "NoExecute"), Self.taint("b", "NoExecute")], expected: .after(seconds: 20)),
            Departure(
                name: "one of two is not tolerated", tolerations: [Self.toleration("a")],
                taints: [Self.taint("a", "NoExecute"), Self.taint("b", "NoExecute")], expected: .now),
            Departure(
                name: "a time below nothing is now", tolerations: [Self.toleration("a", for: -5)],
                taints: [Self.taint("a", "NoExecute")],
                expected: .after(seconds: 0)),
        ])
    func eviction(_ c: Departure) {
        let pod = Fixture.pod("p") { $0.spec.tolerations = c.tolerations }
        #expect(NodeLifecyclePlan.eviction(pod, taints: c.taints) == c.expected)
    }

    @Test(
        "a toleration matches by key, operator, value and effect",
        arguments: [
            ("", "Exists", "", "", true), ("a", "Exists", "", "NoExecute", true), ("b", "Exists", "", "", false),
            ("a", "Exists", "", "NoSchedule", false), ("a", "Equal", "x", "", true), ("a", "", "x", "", true),
            ("a", "Equal", "y", "", false), ("", "Equal", "x", "", false), ("a", "Unheard", "x", "", false),
        ])
    func tolerates(key: String, operation: String, value: String, effect: String, expected: Bool) {
        let toleration = Toleration {
            $0.key = key
            $0.operator = operation
            $0.value = value
            $0.effect = effect
        }
        var taint = Self.taint("a", "NoExecute")
        taint.value = "x"
        #expect(NodeLifecyclePlan.tolerates(toleration, taint) == expected)
    }
}
