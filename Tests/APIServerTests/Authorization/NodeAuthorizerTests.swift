// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIServer

private struct OnePod: NodePodSource {
    func pods(onNode name: String) -> [Pod] {
        guard name == "n1" else { return [] }
        return [
            Pod {
                ($0.metadata.name, $0.metadata.namespace) = ("web", "ns")
                $0.spec.serviceAccountName = "bot"
                $0.spec.volumes = [
                    Volume { $0.volumeSource.secret = SecretVolumeSource { $0.secretName = "s" } },
                    Volume { volume in
                        volume.volumeSource.configMap = ConfigMapVolumeSource { $0.localObjectReference.name = "c" }
                    },
                ]
            }
        ]
    }

    func volumeName(namespace: String, claim: String) -> String? { nil }
    func attachedNode(volumeAttachment name: String) -> String? { name == "va" ? "n1" : nil }
    func node(resourceSlice name: String) -> String? { name == "slice" ? "n1" : nil }
}

struct NodeAuthorizerTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var asked: String
        var allowed: Bool
        var reason = ""
        var testDescription: String { asked }
    }

    @Test(
        "a node reaches what its pods need",
        arguments: [
            Case(asked: "get nodes n1", allowed: true),
            Case(asked: "get nodes n2", allowed: false, reason: "node 'n1' cannot read 'n2', only its own Node object"),
            Case(asked: "get secrets s ns", allowed: true),
            Case(
                asked: "get secrets t ns", allowed: false,
                reason: "no relationship found between node 'n1' and this object"),
            Case(asked: "watch secrets s ns", allowed: true),
            Case(asked: "list secrets - ns", allowed: false, reason: "No Object name found"),
            Case(asked: "list secrets", allowed: false, reason: "can only read namespaced object of this type"),
            Case(asked: "delete secrets s ns", allowed: false, reason: "can only read resources of this type"),
            Case(
                asked: "list nodes", allowed: false,
                reason: "node 'n1' cannot read all nodes, only its own Node object"),
            Case(asked: "get pods web ns", allowed: true),
            Case(
                asked: "get pods other ns", allowed: false,
                reason: "no relationship found between node 'n1' and this object"),
            Case(asked: "list pods web ns", allowed: true),
            Case(
                asked: "watch pods other ns", allowed: false,
                reason: "no relationship found between node 'n1' and this object"),
            Case(
                asked: "list pods - ns", allowed: false,
                reason: "can only list/watch pods with spec.nodeName field selector"),
            Case(asked: "get storage.k8s.io:volumeattachments va", allowed: true),
            Case(
                asked: "get storage.k8s.io:volumeattachments vb", allowed: false,
                reason: "no relationship found between node 'n1' and this object"),
            Case(
                asked: "list storage.k8s.io:volumeattachments", allowed: false,
                reason: "can only get individual resources of this type"),
            Case(
                asked: "list coordination.k8s.io:leases - kube-node-lease", allowed: false,
                reason: "can only get, create, update, patch, or delete a node lease"),
            Case(
                asked: "get coordination.k8s.io:leases n1 default", allowed: false,
                reason: "can only access leases in the \"kube-node-lease\" system namespace"),
            Case(
                asked: "delete storage.k8s.io:csinodes n2", allowed: false,
                reason: "can only access CSINode with the same name as the requesting node"),
            Case(
                asked: "list resource.k8s.io:resourceslices", allowed: false,
                reason: "can only list/watch/deletecollection resourceslices with nodeName field selector"),
            Case(asked: "create resource.k8s.io:resourceslices", allowed: true),
            Case(asked: "update resource.k8s.io:resourceslices slice", allowed: true),
            Case(
                asked: "delete resource.k8s.io:resourceslices other", allowed: false,
                reason: "no relationship found between node 'n1' and this object"),
            Case(
                asked: "bind resource.k8s.io:resourceslices slice", allowed: false,
                reason: "only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, "
                    + "patch, delete, deletecollection"),
            Case(asked: "get configmaps c ns", allowed: true),
            Case(
                asked: "get configmaps c other", allowed: false,
                reason: "no relationship found between node 'n1' and this object"),
            Case(asked: "create serviceaccounts/token bot ns", allowed: true),
            Case(
                asked: "create serviceaccounts/token admin ns", allowed: false,
                reason: "no relationship found between node 'n1' and this object"),
            Case(asked: "create pods - ns", allowed: true), Case(asked: "list services", allowed: true),
            Case(
                asked: "list pods", allowed: false, reason: "can only list/watch pods with spec.nodeName field selector"
            ),
            Case(asked: "delete deployments x ns", allowed: false),
        ])
    func decides(_ c: Case) {
        let authorizer = NodeAuthorizer(pods: OnePod(), rules: BootstrapRBAC().rules(ofClusterRole: "system:node"))
        let words = c.asked.split(separator: " ").map { $0 == "-" ? "" : String($0) }
        let place = words[1].split(separator: ":").map(String.init)
        let resource = place[place.count - 1].split(separator: "/").map(String.init)
        let decision = authorizer.authorize(
            AuthorizationAttributes(
                user: RequestUser(name: "system:node:n1", groups: ["system:nodes"]), verb: words[0],
                apiGroup: place.count > 1 ? place[0] : resource[0] == "deployments" ? "apps" : "",
                resource: resource[0],
                subresource: resource.count > 1 ? resource[1] : "", namespace: words.count > 3 ? words[3] : "",
                name: words.count > 2 ? words[2] : ""))
        #expect((decision.verdict == .allow) == c.allowed)
        #expect(decision.reason == c.reason)
    }

    @Test(
        "who is no node gets no opinion",
        arguments: [
            RequestUser(name: "ann", groups: ["system:nodes"]), RequestUser(name: "system:node:n1"),
            RequestUser(name: "system:node:", groups: ["system:nodes"]),
        ])
    func others(_ user: RequestUser) { #expect(NodeAuthorizer.nodeName(of: user) == nil) }

    @Test("the pods of a node can be listed with a selection")
    func selection() {
        let authorizer = NodeAuthorizer(pods: OnePod(), rules: BootstrapRBAC().rules(ofClusterRole: "system:node"))
        let user = RequestUser(name: "system:node:n1", groups: ["system:nodes"])
        for (selector, expected) in [("spec.nodeName=n1", true), ("spec.nodeName=n2", false)] {
            let attributes = AuthorizationAttributes(
                user: user, verb: "watch", apiGroup: "", resource: "pods", fieldSelector: selector)
            #expect((authorizer.authorize(attributes).verdict == .allow) == expected)
        }
    }
}
