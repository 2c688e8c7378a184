// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Testing
import Wire

struct QuotaItemTests {
    private static let now = Time(seconds: 1000)

    private static func container(
        _ name: String, requests: ResourceAmounts = [:], limits: ResourceAmounts = [:], isSidecar: Bool = false
    ) -> Container {
        Container {
            $0.name = name
            $0.resources.requests = requests
            $0.resources.limits = limits
            if isSidecar { $0.restartPolicy = "Always" }
        }
    }

    private static func claim(_ change: (inout PersistentVolumeClaim) -> Void) -> QuotaItem {
        var claim = PersistentVolumeClaim { $0.spec.resources.requests = ["storage": "5Gi"] }
        change(&claim)
        return .claim(claim)
    }

    private static func service(_ type: String, ports: Int, nodePorts: Int = 0, allocates: Bool? = nil) -> QuotaItem {
        .service(
            Service {
                $0.spec.type = type
                $0.spec.allocateLoadBalancerNodePorts = allocates
                $0.spec.ports = (0..<ports).map { index in
                    ServicePort { if index < nodePorts { $0.nodePort = 30000 } }
                }
            })
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var item: QuotaItem
        var expected: String
        var testDescription: String { name }
    }

    @Test(
        "objects use what they ask for",
        arguments: [
            Case(
                name: "a pod",
                item: .pod(
                    Pod {
                        $0.spec.containers = [
                            container("a", requests: ["cpu": "1", "example.com/gpu": "2"], limits: ["cpu": "2"]),
                            container("b", requests: ["cpu": "1", "hugepages-2Mi": "4Mi"]),
                        ]
                    }),
                expected:
                    "count/pods=1,cpu=2,hugepages-2Mi=4Mi,limits.cpu=2,pods=1,requests.cpu=2,requests.example.com/gpu=2,"
                    + "requests.hugepages-2Mi=4Mi"),
            Case(
                name: "init containers run one by one, sidecars beside all",
                item: .pod(
                    Pod {
                        $0.spec.containers = [container("a", requests: ["cpu": "1"])]
                        $0.spec.initContainers = [
                            container("s", requests: ["cpu": "1"], isSidecar: true),
                            container("i", requests: ["cpu": "5"]),
                        ]
                        $0.spec.overhead = ["cpu": "250m"]
                    }), expected: "count/pods=1,cpu=6250m,pods=1,requests.cpu=6250m"),
            Case(
                name: "a finished pod",
                item: .pod(
                    Pod {
                        $0.spec.containers = [container("a", requests: ["cpu": "1"])]
                        $0.status.phase = "Succeeded"
                    }), expected: "count/pods=1"),
            Case(
                name: "a pod whose end is overdue",
                item: .pod(
                    Pod {
                        $0.metadata.deletionTimestamp = Time(seconds: 900)
                        $0.metadata.deletionGracePeriodSeconds = 30
                    }), expected: "count/pods=1"),
            Case(
                name: "a pod that is ending",
                item: .pod(
                    Pod {
                        $0.metadata.deletionTimestamp = Time(seconds: 990)
                        $0.metadata.deletionGracePeriodSeconds = 30
                    }), expected: "count/pods=1,pods=1"),
            Case(
                name: "a Service", item: service("ClusterIP", ports: 2),
                expected: "count/services=1,services=1,services.loadbalancers=0,services.nodeports=0"),
            Case(
                name: "a load balancer", item: service("LoadBalancer", ports: 2),
                expected: "count/services=1,services=1,services.loadbalancers=1,services.nodeports=2"),
            Case(
                name: "a load balancer without node ports",
                item: service("LoadBalancer", ports: 2, nodePorts: 1, allocates: false),
                expected: "count/services=1,services=1,services.loadbalancers=1,services.nodeports=1"),
            Case(
                name: "a claim", item: claim { _ in },
                expected: "count/persistentvolumeclaims=1,persistentvolumeclaims=1,requests.storage=5Gi"),
            Case(
                name: "a claim of a class", item: claim { $0.spec.storageClassName = "gold" },
                expected: "count/persistentvolumeclaims=1,gold.storageclass.storage.k8s.io/persistentvolumeclaims=1,"
                    + "gold.storageclass.storage.k8s.io/requests.storage=5Gi,persistentvolumeclaims=1,requests.storage=5Gi"
            ),
            Case(
                name: "a claim that shrinks", item: claim { $0.status.allocatedResources = ["storage": "10Gi"] },
                expected: "count/persistentvolumeclaims=1,persistentvolumeclaims=1,requests.storage=10Gi"),
            Case(
                name: "a claim of devices",
                item: .resourceClaim(
                    ResourceClaim {
                        $0.spec.devices.requests = [
                            DeviceRequest {
                                $0.exactly = ExactDeviceRequest {
                                    $0.deviceClassName = "gpu"
                                    $0.allocationMode = "ExactCount"
                                    $0.count = 2
                                }
                            },
                            DeviceRequest { request in
                                request.firstAvailable = [Int64(3), 1].map { count in
                                    DeviceSubRequest {
                                        $0.deviceClassName = "gpu"
                                        $0.allocationMode = "ExactCount"
                                        $0.count = count
                                    }
                                }
                            },
                        ]
                    }),
                expected: "count/resourceclaims.resource.k8s.io=1,gpu.deviceclass.resource.k8s.io/devices=5"),
        ])
    func usage(_ c: Case) { #expect(c.item.usage(now: Self.now).quotaText == c.expected) }

    struct ScopeCase: Sendable, CustomTestStringConvertible {
        var scope: String
        var `operator` = "Exists"
        var values: [String] = []
        var pod: Pod
        var expected: Bool
        var testDescription: String { "\(scope) \(`operator`) \(values) is \(expected)" }
    }

    private static let plain = Pod { $0.spec.containers = [container("a")] }
    private static let sized = Pod { $0.spec.containers = [container("a", requests: ["cpu": "1"])] }
    private static let important = Pod { $0.spec.priorityClassName = "high" }
    private static let sociable = Pod {
        $0.spec.affinity = Affinity {
            $0.podAffinity = PodAffinity {
                $0.requiredDuringSchedulingIgnoredDuringExecution = [PodAffinityTerm { $0.namespaces = ["other"] }]
            }
        }
    }

    @Test(
        "scopes select pods",
        arguments: [
            ScopeCase(scope: "BestEffort", pod: plain, expected: true),
            ScopeCase(scope: "BestEffort", pod: sized, expected: false),
            ScopeCase(scope: "NotBestEffort", pod: sized, expected: true),
            ScopeCase(scope: "NotTerminating", pod: plain, expected: true),
            ScopeCase(scope: "PriorityClass", pod: plain, expected: false),
            ScopeCase(scope: "PriorityClass", pod: important, expected: true),
            ScopeCase(scope: "PriorityClass", operator: "In", values: ["high"], pod: important, expected: true),
            ScopeCase(scope: "PriorityClass", operator: "In", values: ["low"], pod: important, expected: false),
            ScopeCase(scope: "PriorityClass", operator: "NotIn", values: ["low"], pod: important, expected: true),
            ScopeCase(scope: "PriorityClass", operator: "NotIn", values: ["low"], pod: plain, expected: true),
            ScopeCase(scope: "PriorityClass", operator: "DoesNotExist", pod: plain, expected: true),
            ScopeCase(scope: "CrossNamespacePodAffinity", pod: sociable, expected: true),
            ScopeCase(scope: "CrossNamespacePodAffinity", pod: plain, expected: false),
            ScopeCase(scope: "VolumeAttributesClass", pod: plain, expected: false),
        ])
    func scopes(_ c: ScopeCase) {
        let scope = ScopedResourceSelectorRequirement {
            $0.scopeName = c.scope
            $0.`operator` = c.`operator`
            $0.values = c.values
        }
        #expect(QuotaItem.pod(c.pod).matches(scope) == c.expected)
    }

    @Test("claims are selected by any class of attributes that they have or will have")
    func attributesClass() {
        let scope = ScopedResourceSelectorRequirement {
            $0.scopeName = "VolumeAttributesClass"
            $0.`operator` = "In"
            $0.values = ["fast"]
        }
        #expect(Self.claim { $0.spec.volumeAttributesClassName = "fast" }.matches(scope))
        #expect(Self.claim { $0.status.currentVolumeAttributesClassName = "fast" }.matches(scope))
        #expect(!Self.claim { $0.spec.volumeAttributesClassName = "slow" }.matches(scope))
    }

    @Test(
        "what counts by its number",
        arguments: [
            (Deployment.resource, QuotaKind.counted(["count/deployments.apps"])),
            (ConfigMap.resource, QuotaKind.counted(["count/configmaps", "configmaps"])), (Pod.resource, QuotaKind.pods),
        ])
    func kinds(_ resource: ResourceInfo, _ expected: QuotaKind) { #expect(QuotaKind(resource) == expected) }

    @Test("what no quota counts", arguments: [Node.resource, Event.resource])
    func uncounted(_ resource: ResourceInfo) { #expect(QuotaKind(resource) == nil) }

    @Test(
        "extended resources are tracked by their requests",
        arguments: [
            ("requests.example.com/gpu", true), ("example.com/gpu", false), ("limits.example.com/gpu", false),
            ("requests.kubernetes.io/x", false), ("hugepages-2Mi", true), ("requests.storage", false), ("cpu", true),
        ])
    func tracked(_ name: String, _ expected: Bool) { #expect(QuotaKind.pods.tracks(name) == expected) }
}
