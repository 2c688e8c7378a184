// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Testing
import Wire

@testable import APIServer

struct NodeRestrictionRulesTests {
    private static func mirror(_ change: (inout Pod) -> Void = { _ in }) -> Pod {
        var pod = Pod {
            $0.metadata.annotations = ["kubernetes.io/config.mirror": "x"]
            $0.spec.nodeName = "n1"
            $0.metadata.ownerReferences = [
                OwnerReference {
                    ($0.apiVersion, $0.kind, $0.name, $0.uid) = ("v1", "Node", "n1", "u")
                    $0.controller = true
                }
            ]
        }
        change(&pod)
        return pod
    }

    @Test(
        "kubelets make mirrors of their pods alone",
        arguments: [
            (mirror(), String?.none),
            (
                mirror { $0.metadata.annotations = [:] },
                #"pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods"#
            ),
            (mirror { $0.spec.nodeName = "n2" }, #"node "n1" can only create pods with spec.nodeName set to itself"#),
            (
                mirror { $0.metadata.ownerReferences = [] },
                #"node "n1" can only create pods with an owner reference set to itself"#
            ),
            (
                mirror { $0.metadata.ownerReferences[0].controller = nil },
                #"node "n1" can only create pods with a controller owner reference set to itself"#
            ),
            (
                mirror { $0.metadata.ownerReferences[0].blockOwnerDeletion = true },
                #"node "n1" must not set blockOwnerDeletion on an owner reference"#
            ),
        ] as [(Pod, String?)])
    func creation(_ pod: Pod, _ expected: String?) {
        #expect(NodeRestrictionRules.creation(pod, node: "n1") == expected)
    }

    @Test(
        "mirrors lead to no other objects",
        arguments: [
            (mirror(), String?.none),
            (
                mirror { $0.spec.serviceAccountName = "s" },
                #"node "n1" can not create pods that reference a service account"#
            ),
            (
                mirror { $0.spec.imagePullSecrets = [LocalObjectReference { $0.name = "s" }] },
                #"node "n1" can not create pods that reference secrets"#
            ),
            (
                mirror { pod in
                    pod.spec.volumes = [
                        Volume { volume in
                            volume.volumeSource.persistentVolumeClaim = PersistentVolumeClaimVolumeSource {
                                $0.claimName = "c"
                            }
                        }
                    ]
                }, #"node "n1" can not create pods that reference persistentvolumeclaims"#
            ),
        ] as [(Pod, String?)])
    func references(_ pod: Pod, _ expected: String?) {
        #expect(NodeRestrictionRules.references(pod, node: "n1") == expected)
    }

    private static func node(_ name: String, labels: [String: String] = [:], taint: String? = nil) -> Node {
        Node {
            $0.metadata.name = name
            $0.metadata.labels = labels
            if let taint { $0.spec.taints = [Taint { $0.key = taint }] }
        }
    }

    @Test(
        "kubelets change of their node what is theirs",
        arguments: [
            (
                node("n1", labels: ["a": "b", "kubernetes.io/os": "linux", "x.kubelet.kubernetes.io/y": "z"]),
                Node?.none, String?.none
            ),
            (node("n2"), nil, #"node "n1" is not allowed to modify node "n2""#),
            (
                node("n1", labels: ["node-role.kubernetes.io/x": "", "node-restriction.kubernetes.io/y": ""]), nil,
                #"node "n1" is not allowed to set the following labels: node-restriction.kubernetes.io/y, node-role.kubernetes.io/x"#
            ),
            (node("n1", taint: "t"), node("n1"), #"node "n1" is not allowed to modify taints"#),
            (node("n1"), node("n1", labels: ["k8s.io/x": "y"]), "is not allowed to modify labels: k8s.io/x"),
        ] as [(Node, Node?, String?)])
    func nodes(_ new: Node, _ old: Node?, _ expected: String?) {
        #expect(NodeRestrictionRules.node(new, old, node: "n1") == expected)
    }

    @Test("kubelets change of pods the status")
    func updates() {
        let old = Pod { $0.spec.nodeName = "n1" }
        var labelled = old
        labelled.metadata.labels = ["a": "b"]
        #expect(NodeRestrictionRules.update(old, old, "status", node: "n1") == nil)
        #expect(
            NodeRestrictionRules.update(old, old, "status", node: "n2")
                == #"node "n2" can only update pod status for pods with spec.nodeName set to itself"#)
        #expect(
            NodeRestrictionRules.update(labelled, old, "status", node: "n1")
                == #"node "n1" cannot update labels through pod status"#)
        #expect(
            NodeRestrictionRules.update(old, old, "", node: "n1")
                == #"unexpected operation "UPDATE", node "n1" can only create and delete mirror pods"#)
        #expect(
            NodeRestrictionRules.update(old, old, "resize", node: "n1")
                == #"unexpected pod subresource "resize", only 'status' and 'eviction' are allowed"#)
    }

    private static func request(_ change: (inout BoundObjectReference) -> Void) -> TokenRequest {
        var reference = BoundObjectReference {
            ($0.apiVersion, $0.kind, $0.name, $0.uid) = ("v1", "Pod", "p", "u")
        }
        change(&reference)
        let bound = reference
        return TokenRequest { $0.spec.boundObjectRef = bound }
    }

    @Test(
        "kubelets get tokens for their pods",
        arguments: [
            (request { _ in }, String?.none),
            (request { $0.kind = "Secret" }, "node requested token not bound to a pod"),
            (request { $0.uid = "" }, "node requested token with a pod binding without a uid"),
            (
                request { $0.uid = "v" },
                "the UID in the bound object reference (v) does not match the UID in record. The object might have been deleted and then recreated"
            ),
        ] as [(TokenRequest, String?)])
    func tokens(_ request: TokenRequest, _ expected: String?) {
        let pod = Pod {
            $0.metadata.uid = "u"
            $0.spec.nodeName = "n1"
        }
        #expect(NodeRestrictionRules.token(request, node: "n1", pod: pod) == expected)
        guard expected == nil else { return }
        #expect(
            NodeRestrictionRules.token(request, node: "n2", pod: pod)
                == "node requested token bound to a pod scheduled on a different node")
    }
}
