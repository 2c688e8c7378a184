// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Scheduler

/// What keeps a pod off a node, plugin by plugin.
struct FilterTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var node: Node
        var others: [Pod] = []
        var pod: Pod
        var expected: [String]?
        var isResolvable = false
        var testDescription: String { name }
    }

    private func check(_ c: Case) throws {
        var cluster = Fixture.cluster([c.node], c.others)
        let failure = try Fixture.failures(c.pod, &cluster)["n"]
        #expect(failure?.reasons == c.expected)
        if c.expected != nil { #expect(failure?.isResolvable == c.isResolvable) }
    }

    @Test(
        "NodeResourcesFit",
        arguments: [
            Case(name: "exactly what is free", node: Fixture.node("n", cpu: "1"), pod: Fixture.pod("p", cpu: "1")),
            Case(
                name: "one millicore too many, beside others", node: Fixture.node("n", cpu: "1"),
                others: [Fixture.pod("o", cpu: "500m", on: "n")], pod: Fixture.pod("p", cpu: "501m"),
                expected: ["Insufficient cpu"], isResolvable: true),
            Case(
                name: "more than the node has", node: Fixture.node("n", cpu: "1"), pod: Fixture.pod("p", cpu: "2"),
                expected: ["Insufficient cpu"]),
            Case(
                name: "both", node: Fixture.node("n", cpu: "1", memory: "1Gi"),
                pod: Fixture.pod("p", cpu: "2", memory: "2Gi"),
                expected: ["Insufficient cpu", "Insufficient memory"]),
            Case(
                name: "too many pods", node: Fixture.node("n", pods: 1), others: [Fixture.pod("o", on: "n")],
                pod: Fixture.pod("p"),
                expected: ["Too many pods"], isResolvable: true),
            Case(
                name: "an extended resource that is not there", node: Fixture.node("n"),
                pod: Fixture.pod("p") { $0.spec.containers[0].resources.requests["example.com/gpu"] = "1" },
                expected: ["Insufficient example.com/gpu"]),
            Case(
                name: "an extended resource that is there",
                node: Fixture.node("n") { $0.status.allocatable["example.com/gpu"] = "1" },
                pod: Fixture.pod("p") { $0.spec.containers[0].resources.requests["example.com/gpu"] = "1" }),
        ])
    func resources(_ c: Case) throws { try check(c) }

    @Test(
        "NodeUnschedulable and NodeName",
        arguments: [
            Case(
                name: "cordoned", node: Fixture.node("n") { $0.spec.unschedulable = true }, pod: Fixture.pod("p"),
                expected: ["node(s) were unschedulable"]),
            Case(
                name: "cordoned, but borne", node: Fixture.node("n") { $0.spec.unschedulable = true },
                pod: Fixture.pod("p") { $0.spec.tolerations = [Toleration { $0.operator = "Exists" }] }),
        ])
    func unschedulable(_ c: Case) throws { try check(c) }

    private static func tainted(_ effect: String) -> Node {
        Fixture.node("n") {
            $0.spec.taints = [
                Taint {
                    $0.key = "dedicated"
                    $0.value = "db"
                    $0.effect = effect
                }
            ]
        }
    }

    private static func tolerating(
        _ operation: String, key: String = "dedicated", value: String = "", effect: String = ""
    ) -> Pod {
        Fixture.pod("p") {
            $0.spec.tolerations = [
                Toleration {
                    $0.key = key
                    $0.operator = operation
                    $0.value = value
                    $0.effect = effect
                }
            ]
        }
    }

    @Test(
        "TaintToleration",
        arguments: [
            Case(
                name: "not borne", node: tainted("NoSchedule"), pod: Fixture.pod("p"),
                expected: ["node(s) had untolerated taint(s)"]),
            Case(name: "only preferred", node: tainted("PreferNoSchedule"), pod: Fixture.pod("p")),
            Case(name: "equal value", node: tainted("NoSchedule"), pod: tolerating("Equal", value: "db")),
            Case(
                name: "other value", node: tainted("NoSchedule"), pod: tolerating("Equal", value: "web"),
                expected: ["node(s) had untolerated taint(s)"]),
            Case(name: "exists", node: tainted("NoExecute"), pod: tolerating("Exists")),
            Case(
                name: "other effect", node: tainted("NoExecute"), pod: tolerating("Exists", effect: "NoSchedule"),
                expected: ["node(s) had untolerated taint(s)"]),
            Case(name: "every key", node: tainted("NoSchedule"), pod: tolerating("Exists", key: "")),
        ])
    func taints(_ c: Case) throws { try check(c) }

    private static func selecting(_ requirements: [NodeSelectorRequirement], fields: [NodeSelectorRequirement] = [])
        -> Pod
    {
        Fixture.pod("p") {
            $0.spec.affinity = Fixture.affinity(required: [
                NodeSelectorTerm {
                    $0.matchExpressions = requirements
                    $0.matchFields = fields
                }
            ])
        }
    }

    private static let mismatch = ["node(s) didn't match Pod's node affinity/selector"]
    private static let labelled = Fixture.node("n", labels: ["disk": "ssd", "cores": "8"])

    @Test(
        "NodeAffinity",
        arguments: [
            Case(name: "selector", node: labelled, pod: Fixture.pod("p") { $0.spec.nodeSelector = ["disk": "ssd"] }),
            Case(
                name: "selector, other value", node: labelled,
                pod: Fixture.pod("p") { $0.spec.nodeSelector = ["disk": "hdd"] },
                expected: mismatch),
            Case(name: "in", node: labelled, pod: selecting([Fixture.requirement("disk", "In", ["hdd", "ssd"])])),
            Case(
                name: "not in", node: labelled, pod: selecting([Fixture.requirement("disk", "NotIn", ["ssd"])]),
                expected: mismatch),
            Case(name: "exists", node: labelled, pod: selecting([Fixture.requirement("disk", "Exists")])),
            Case(
                name: "does not exist", node: labelled, pod: selecting([Fixture.requirement("disk", "DoesNotExist")]),
                expected: mismatch),
            Case(name: "greater", node: labelled, pod: selecting([Fixture.requirement("cores", "Gt", ["7"])])),
            Case(
                name: "not less", node: labelled, pod: selecting([Fixture.requirement("cores", "Lt", ["8"])]),
                expected: mismatch),
            Case(
                name: "bad bound", node: labelled, pod: selecting([Fixture.requirement("cores", "Gt", ["x"])]),
                expected: mismatch),
            Case(
                name: "by name", node: labelled,
                pod: selecting([], fields: [Fixture.requirement("metadata.name", "In", ["n"])])),
            Case(
                name: "by another name", node: labelled,
                pod: selecting([], fields: [Fixture.requirement("metadata.name", "In", ["m"])]), expected: mismatch),
            Case(name: "an empty term matches nothing", node: labelled, pod: selecting([]), expected: mismatch),
        ])
    func nodeAffinity(_ c: Case) throws { try check(c) }

    private static func wanting(_ name: String, port: Int32, address: String = "", on node: String = "") -> Pod {
        Fixture.pod(name, on: node) {
            $0.spec.containers[0].ports = [
                ContainerPort {
                    $0.hostPort = port
                    $0.containerPort = port
                    $0.hostIP = address
                }
            ]
        }
    }

    private static let noPorts = ["node(s) didn't have free ports for the requested pod ports"]

    @Test(
        "NodePorts",
        arguments: [
            Case(
                name: "same port", node: Fixture.node("n"), others: [wanting("o", port: 80, on: "n")],
                pod: wanting("p", port: 80),
                expected: noPorts, isResolvable: true),
            Case(
                name: "other port", node: Fixture.node("n"), others: [wanting("o", port: 80, on: "n")],
                pod: wanting("p", port: 81)),
            Case(
                name: "other address", node: Fixture.node("n"),
                others: [wanting("o", port: 80, address: "10.0.0.1", on: "n")],
                pod: wanting("p", port: 80, address: "10.0.0.2")),
            Case(
                name: "every address", node: Fixture.node("n"),
                others: [wanting("o", port: 80, address: "10.0.0.1", on: "n")],
                pod: wanting("p", port: 80), expected: noPorts, isResolvable: true),
        ])
    func ports(_ c: Case) throws { try check(c) }
}
