// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// What a kubelet may write: its own node, the status and mirrors of its own pods, and what belongs to them.
///
/// - SeeAlso: Kubernetes' admission plugin of that name; `NodeRestrictionRules` has the rules.
struct NodeRestriction: AdmissionPlugin {
    static let name = "NodeRestriction"

    let nodes: ResourceCache

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        addNodes(to: &hooks)
        addPods(to: &hooks)
        hooks.mutate(PersistentVolumeClaim.self) { claim, old, context in
            guard let own = NodeAuthorizer.nodeName(of: context.user) else { return }
            try Self.check(claim, NodeRestrictionRules.claim(claim, old, context.subresource, node: own))
        }
        hooks.mutate(Lease.self) { lease, _, context in
            guard let own = NodeAuthorizer.nodeName(of: context.user) else { return }
            try Self.check(lease, NodeRestrictionRules.lease(context.namespace, lease.metadata.name, node: own))
        }
        hooks.mutate(CSINode.self) { object, _, context in
            guard let own = NodeAuthorizer.nodeName(of: context.user), object.metadata.name != own else { return }
            try Self.check(object, "can only access CSINode with the same name as the requesting node")
        }
        hooks.mutate(ResourceSlice.self) { slice, old, context in
            guard let own = NodeAuthorizer.nodeName(of: context.user) else { return }
            let isOwn = slice.spec.nodeName == own && old.map { $0.spec.nodeName == own } ?? true
            try Self.check(
                slice,
                isOwn
                    ? nil
                    : "can only \(context.operation == .create ? "create" : "update") ResourceSlice with the same NodeName as the requesting node"
            )
        }
        hooks.mutate(CertificateSigningRequest.self) { request, old, context in
            guard old == nil, let own = NodeAuthorizer.nodeName(of: context.user) else { return }
            guard Self.nodeSigners.contains(request.spec.signerName) else { return }
            let subject: CertificateSubject
            do {
                subject = try CertificateSubject(requestPEM: String(decoding: request.spec.request, as: UTF8.self))
            } catch {
                return try Self.check(request, "unable to parse csr: PEM block type must be CERTIFICATE REQUEST")
            }
            let name = "system:node:\(own)"
            try Self.check(
                request, subject.commonName == name ? nil : "can only create a node CSR with CN=\(name)")
        }
        addDeletions(to: &hooks)
    }

    /// The signers of what a kubelet shows as a server and as a client.
    private static let nodeSigners: Set = [
        "kubernetes.io/kubelet-serving", "kubernetes.io/kube-apiserver-client-kubelet",
    ]

    private func addNodes<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        hooks.mutate(Node.self) { node, old, context in
            guard let own = NodeAuthorizer.nodeName(of: context.user) else { return }
            try Self.check(node, NodeRestrictionRules.node(node, old, node: own))
        }
    }

    private func addPods<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        hooks.mutate(Pod.self) { pod, old, context in
            guard let own = NodeAuthorizer.nodeName(of: context.user) else { return }
            guard let old else {
                try Self.check(pod, NodeRestrictionRules.creation(pod, node: own))
                guard let node = try await nodes.get(namespace: "", name: own) else {
                    throw APIStatusError.notFound(Node.resource, own)
                }
                let asked = pod.metadata.ownerReferences.first?.uid ?? ""
                guard asked == node.uid else {
                    return try Self.check(pod, "node \(own) UID mismatch: expected \(asked) got \(node.uid)")
                }
                return try Self.check(pod, NodeRestrictionRules.references(pod, node: own))
            }
            try Self.check(pod, NodeRestrictionRules.update(pod, old, context.subresource, node: own))
        }
    }

    private func addDeletions<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        hooks.deleting.append { object, _, context in
            guard let own = NodeAuthorizer.nodeName(of: context.user) else { return }
            switch object {
            case let pod as Pod where pod.spec.nodeName != own:
                try Self.check(
                    pod, "node \(GoText.quote(own)) can only delete pods with spec.nodeName set to itself")
            case is Node, is CSINode, is PersistentVolumeClaim, is Lease, is ResourceSlice:
                try Self.check(object, NodeRestrictionRules.deletion(object, node: own))
            default: return
            }
        }
    }

    private static func check<Object: RESTObject>(_ object: Object, _ refusal: String?) throws(APIStatusError) {
        guard let refusal else { return }
        throw .forbidden(Object.resource, object.metadata.admissionName, refusal)
    }
}
