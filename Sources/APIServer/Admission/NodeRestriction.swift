// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// What a kubelet may write: its own node, and the status and mirrors of its own pods.
///
/// - SeeAlso: Kubernetes' admission plugin of that name.
struct NodeRestriction: AdmissionPlugin {
    static let name = "NodeRestriction"

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        hooks.mutate(Node.self) { node, _, context in
            guard let own = NodeAuthorizer.nodeName(of: context.user), node.metadata.name != own else { return }
            throw APIStatusError.forbidden(
                Node.resource, node.metadata.name,
                "node \(GoText.quote(own)) is not allowed to modify node \(GoText.quote(node.metadata.name))")
        }
        hooks.mutate(Pod.self) { pod, old, context in
            guard let own = NodeAuthorizer.nodeName(of: context.user) else { return }
            try Self.check(pod, old, context, node: own)
        }
        hooks.mutate(Lease.self) { lease, _, context in
            guard let own = NodeAuthorizer.nodeName(of: context.user) else { return }
            guard context.namespace == "kube-node-lease", lease.metadata.name == own else {
                throw APIStatusError.forbidden(
                    Lease.resource, lease.metadata.name,
                    "can only access node lease with the same name as the requesting node")
            }
        }
    }

    private static func check(_ pod: Pod, _ old: Pod?, _ context: WriteContext, node own: String) throws(APIStatusError)
    {
        func refuse(_ text: String) -> APIStatusError { .forbidden(Pod.resource, pod.metadata.name, text) }
        guard let old else {
            guard pod.metadata.annotations["kubernetes.io/config.mirror"] != nil else {
                throw refuse(
                    "pod does not have \"kubernetes.io/config.mirror\" annotation, node \(GoText.quote(own)) can only "
                        + "create mirror pods")
            }
            guard pod.spec.nodeName == own else {
                throw refuse("node \(GoText.quote(own)) can only create pods with spec.nodeName set to itself")
            }
            return
        }
        guard context.subresource == "status" else {
            throw refuse("node \(GoText.quote(own)) can only update pod status")
        }
        guard old.spec.nodeName == own else {
            throw refuse(
                "node \(GoText.quote(own)) can only update pod status for pods with spec.nodeName set to itself")
        }
        guard old.metadata.labels == pod.metadata.labels else {
            throw refuse("node \(GoText.quote(own)) cannot update labels through pod status")
        }
    }
}
