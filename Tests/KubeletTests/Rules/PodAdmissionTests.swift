// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Kubelet

struct PodAdmissionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var change: @Sendable (inout Pod) -> Void
        /// Reason and message; nil where the pod is taken.
        var expected: PodRefusal?
        var testDescription: String { name }
    }

    private static func container(_ requests: [String: Quantity], port: Int32 = 0) -> Container {
        makeContainer("app") {
            $0.resources.requests = requests
            if port > 0 {
                $0.ports = [
                    ContainerPort {
                        $0.containerPort = 80
                        $0.hostPort = port
                    }
                ]
            }
        }
    }

    private static let admission = PodAdmission(
        allocatable: ["cpu": Quantity(1), "memory": Quantity(1 << 30), "pods": Quantity(2)], nodeName: "node-1",
        nodeLabels: ["disk": "ssd", "cores": "8"],
        others: [
            makePod {
                $0.metadata.uid = "other"
                $0.spec.containers = [container(["cpu": Quantity(milli: 600)], port: 8080)]
                $0.status.phase = "Running"
            },
            makePod {
                $0.metadata.uid = "ended"
                $0.spec.containers = [container(["cpu": Quantity(1)], port: 9090)]
                $0.status.phase = "Succeeded"
            },
        ])

    private static func affinity(_ key: String, _ operation: String, _ values: [String]) -> Affinity {
        Affinity {
            $0.nodeAffinity = NodeAffinity {
                $0.requiredDuringSchedulingIgnoredDuringExecution = NodeSelector {
                    $0.nodeSelectorTerms = [
                        NodeSelectorTerm {
                            $0.matchExpressions = [
                                NodeSelectorRequirement {
                                    $0.key = key
                                    $0.operator = operation
                                    $0.values = values
                                }
                            ]
                        }
                    ]
                }
            }
        }
    }

    private static let wrongNode = PodRefusal(
        reason: "NodeAffinity",
        message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector")

    private static func sysctl(_ name: String) -> @Sendable (inout Pod) -> Void {
        { pod in
            pod.spec.securityContext = PodSecurityContext {
                $0.sysctls = [
                    Sysctl {
                        $0.name = name
                        $0.value = "1"
                    }
                ]
            }
        }
    }

    @Test(
        "a node takes what fits, and says why it does not take the rest",
        arguments: [
            Case(
                name: "what is left", change: { $0.spec.containers = [container(["cpu": Quantity(milli: 400)])] }),
            Case(
                name: "more than is left",
                change: { $0.spec.containers = [container(["cpu": Quantity(milli: 401)])] },
                expected: PodRefusal(
                    reason: "OutOfcpu",
                    message: "Node didn't have enough resource: cpu, requested: 401, used: 600, capacity: 1000")),
            Case(
                name: "a resource that the node has not",
                change: { $0.spec.containers = [container(["example.com/gpu": Quantity(1)])] },
                expected: PodRefusal(
                    reason: "OutOfexample.com/gpu",
                    message: "Node didn't have enough resource: example.com/gpu, requested: 1, used: 0, capacity: 0")),
            Case(name: "its label", change: { $0.spec.nodeSelector = ["disk": "ssd"] }),
            Case(name: "another label", change: { $0.spec.nodeSelector = ["disk": "hdd"] }, expected: wrongNode),
            Case(name: "affinity In", change: { $0.spec.affinity = affinity("disk", "In", ["ssd", "nvme"]) }),
            Case(
                name: "affinity NotIn", change: { $0.spec.affinity = affinity("disk", "NotIn", ["ssd"]) },
                expected: wrongNode),
            Case(name: "affinity Gt", change: { $0.spec.affinity = affinity("cores", "Gt", ["7"]) }),
            Case(
                name: "affinity Lt", change: { $0.spec.affinity = affinity("cores", "Lt", ["8"]) }, expected: wrongNode),
            Case(name: "affinity DoesNotExist", change: { $0.spec.affinity = affinity("zone", "DoesNotExist", []) }),
            Case(
                name: "a port that is taken", change: { $0.spec.containers = [container([:], port: 8080)] },
                expected: PodRefusal(
                    reason: "NodePorts",
                    message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports")),
            Case(name: "a port of a pod that ended", change: { $0.spec.containers = [container([:], port: 9090)] }),
            Case(name: "a safe sysctl", change: sysctl("kernel.shm_rmid_forced")),
            Case(
                name: "an unsafe sysctl", change: sysctl("kernel.msgmax"),
                expected: PodRefusal(
                    reason: "SysctlForbidden", message: "forbidden sysctl: \"kernel.msgmax\" not allowlisted")),
        ])
    func refusals(_ c: Case) {
        let pod = makePod {
            $0.metadata.uid = "new"
            c.change(&$0)
        }
        #expect(Self.admission.refusal(of: pod) == c.expected)
    }

    @Test("no more pods than the node may have")
    func count() {
        var admission = Self.admission
        admission.allocatable["pods"] = Quantity(1)
        #expect(admission.refusal(of: makePod { $0.metadata.uid = "new" })?.reason == "OutOfpods")
    }

    @Test("a pod asks for its containers together, or for its largest init container, beside the sidecars before it")
    func requests() {
        let pod = makePod {
            $0.spec.containers = [Self.container(["cpu": Quantity(1)]), Self.container(["cpu": Quantity(1)])]
            var sidecar = Self.container(["cpu": Quantity(1)])
            sidecar.restartPolicy = "Always"
            $0.spec.initContainers = [sidecar, Self.container(["cpu": Quantity(4)])]
        }
        #expect(PodAdmission.requests(pod.spec)["cpu"] == Quantity(5))
    }

    private static func container(_ requests: [String: Quantity]) -> Container { container(requests, port: 0) }
}
