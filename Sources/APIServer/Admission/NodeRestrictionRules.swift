// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI

/// Why a kubelet's write is refused; nil where it is not. Pure.
///
/// - SeeAlso: "NodeRestriction" in Kubernetes' documentation of admission.
enum NodeRestrictionRules {
    // MARK: - pods

    /// A kubelet makes mirrors of its static pods, and nothing else.
    static func creation(_ pod: Pod, node own: String) -> String? {
        let node = GoText.quote(own)
        guard pod.metadata.annotations["kubernetes.io/config.mirror"] != nil else {
            return
                "pod does not have \"kubernetes.io/config.mirror\" annotation, node \(node) can only create mirror pods"
        }
        guard pod.spec.nodeName == own else {
            return "node \(node) can only create pods with spec.nodeName set to itself"
        }
        let owners = pod.metadata.ownerReferences
        guard owners.count <= 1 else {
            return "node \(node) can only create pods with a single owner reference set to itself"
        }
        guard let owner = owners.first, owner.apiVersion == "v1", owner.kind == "Node", owner.name == own else {
            return "node \(node) can only create pods with an owner reference set to itself"
        }
        guard owner.controller == true else {
            return "node \(node) can only create pods with a controller owner reference set to itself"
        }
        guard owner.blockOwnerDeletion != true else {
            return "node \(node) must not set blockOwnerDeletion on an owner reference"
        }
        return nil
    }

    /// Mirrors refer to nothing, so that a kubelet cannot make itself a way to other objects.
    static func references(_ pod: Pod, node own: String) -> String? {
        func refusal(_ what: String) -> String {
            "node \(GoText.quote(own)) can not create pods that reference \(what)"
        }
        if !pod.spec.serviceAccountName.isEmpty { return refusal("a service account") }
        let references = PodReference.all(of: pod)
        if references.contains(where: { $0.resource == "secrets" }) { return refusal("secrets") }
        if references.contains(where: { $0.resource == "configmaps" }) { return refusal("configmaps") }
        let projections = pod.spec.volumes.flatMap { $0.volumeSource.projected?.sources ?? [] }
        if projections.contains(where: { $0.clusterTrustBundle != nil }) { return refusal("clustertrustbundles") }
        if references.contains(where: { $0.resource == "persistentvolumeclaims" }) {
            return refusal("persistentvolumeclaims")
        }
        return nil
    }

    static func update(_ pod: Pod, _ old: Pod, _ subresource: String, node own: String) -> String? {
        let node = GoText.quote(own)
        switch subresource {
        case "status": break
        case "": return "unexpected operation \"UPDATE\", node \(node) can only create and delete mirror pods"
        default:
            return "unexpected pod subresource \(GoText.quote(subresource)), only 'status' and 'eviction' are allowed"
        }
        guard old.spec.nodeName == own else {
            return "node \(node) can only update pod status for pods with spec.nodeName set to itself"
        }
        guard old.metadata.labels == pod.metadata.labels else {
            return "node \(node) cannot update labels through pod status"
        }
        guard old.status.resourceClaimStatuses == pod.status.resourceClaimStatuses else {
            return "node \(node) cannot update resource claim statues"
        }
        return nil
    }

    // MARK: - nodes

    static func node(_ new: Node, _ old: Node?, node own: String) -> String? {
        let node = GoText.quote(own)
        guard new.metadata.name == own else {
            return "node \(node) is not allowed to modify node \(GoText.quote(new.metadata.name))"
        }
        guard let old else {
            guard new.spec.configSource == nil else {
                return "node \(node) is not allowed to create pods with a non-nil configSource"
            }
            let forbidden = forbiddenLabels(new.metadata.labels, [:])
            return forbidden.isEmpty
                ? nil : "node \(node) is not allowed to set the following labels: \(forbidden.joined(separator: ", "))"
        }
        if let source = new.spec.configSource, source != old.spec.configSource {
            return "node \(node) is not allowed to update configSource to a new non-nil configSource"
        }
        guard new.spec.taints == old.spec.taints else { return "node \(node) is not allowed to modify taints" }
        let forbidden = forbiddenLabels(new.metadata.labels, old.metadata.labels)
        return forbidden.isEmpty ? nil : "is not allowed to modify labels: \(forbidden.joined(separator: ", "))"
    }

    private static let kubeletLabels: Set = [
        "kubernetes.io/hostname", "topology.kubernetes.io/zone", "topology.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region",
        "beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type", "beta.kubernetes.io/os",
        "beta.kubernetes.io/arch", "kubernetes.io/os", "kubernetes.io/arch", "node.kubernetes.io/windows-build",
    ]
    private static let kubeletDomains = ["kubelet.kubernetes.io", "node.kubernetes.io"]

    /// Labels that differ and that a kubelet must leave alone.
    private static func forbiddenLabels(_ a: [String: String], _ b: [String: String]) -> [String] {
        Set(a.keys).union(b.keys).filter { a[$0] != b[$0] && isForbidden($0) }.sorted()
    }

    private static func isForbidden(_ key: String) -> Bool {
        guard let slash = key.firstIndex(of: "/") else { return false }
        let domain = String(key[..<slash])
        func isWithin(_ parent: String) -> Bool { domain == parent || domain.hasSuffix("." + parent) }
        if isWithin("node-restriction.kubernetes.io") { return true }
        guard isWithin("kubernetes.io") || isWithin("k8s.io") else { return false }
        return !kubeletLabels.contains(key) && !kubeletDomains.contains(where: isWithin)
    }

    // MARK: - what belongs to nodes and pods

    static func claim(
        _ new: PersistentVolumeClaim, _ old: PersistentVolumeClaim?, _ subresource: String, node own: String
    ) -> String? {
        guard subresource == "status", let old else { return "may only update PVC status" }
        func rest(_ claim: PersistentVolumeClaim) -> PersistentVolumeClaim {
            var rest = claim
            rest.metadata.resourceVersion = ""
            rest.metadata.managedFields = []
            rest.status.capacity = [:]
            rest.status.conditions = []
            rest.status.allocatedResources = [:]
            rest.status.allocatedResourceStatuses = [:]
            return rest
        }
        guard rest(new) == rest(old) else {
            return
                "node \(GoText.quote(own)) is not allowed to update fields other than status.capacity and status.conditions"
        }
        return nil
    }

    static func lease(_ namespace: String, _ name: String, node own: String) -> String? {
        guard namespace == "kube-node-lease" else {
            return "can only access leases in the \"kube-node-lease\" system namespace"
        }
        return name == own ? nil : "can only access node lease with the same name as the requesting node"
    }

    static func deletion(_ object: any RESTObject, node own: String) -> String? {
        let name = object.metadata.name
        switch object {
        case is Node:
            return name == own
                ? nil : "node \(GoText.quote(own)) is not allowed to modify node \(GoText.quote(name))"
        case is CSINode:
            return name == own ? nil : "can only access CSINode with the same name as the requesting node"
        case is Lease: return lease(object.metadata.namespace, name, node: own)
        case is PersistentVolumeClaim: return "may only update PVC status"
        case let slice as ResourceSlice:
            return slice.spec.nodeName == own
                ? nil : "can only delete ResourceSlice with the same NodeName as the requesting node"
        default: return nil
        }
    }

    /// The token of a pod's service account, for a pod of the node alone.
    ///
    /// - Parameter pod: the pod of the request's reference, where it exists.
    static func token(_ request: TokenRequest, node own: String, pod: Pod?) -> String? {
        guard let reference = request.spec.boundObjectRef, reference.apiVersion == "v1", reference.kind == "Pod",
            !reference.name.isEmpty
        else { return "node requested token not bound to a pod" }
        guard !reference.uid.isEmpty else { return "node requested token with a pod binding without a uid" }
        guard let pod else { return nil }
        guard reference.uid == pod.metadata.uid else {
            return
                "the UID in the bound object reference (\(reference.uid)) does not match the UID in record. The object might "
                + "have been deleted and then recreated"
        }
        return pod.spec.nodeName == own
            ? nil : "node requested token bound to a pod scheduled on a different node"
    }
}
