// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI

/// The pods of a node, from the server's own cache.
package protocol NodePodSource: Sendable {
    func pods(onNode name: String) -> [Pod]
    /// The claim's volume, nil where it is not bound.
    func volumeName(namespace: String, claim: String) -> String?
    /// The node of a VolumeAttachment, nil where there is none of that name.
    func attachedNode(volumeAttachment name: String) -> String?
    /// The node of a ResourceSlice, nil where there is none of that name, or it is of no single node.
    func node(resourceSlice name: String) -> String?
}

/// Lets kubelets do what their node's pods need, and no more.
///
/// - SeeAlso: Kubernetes' documentation "Using Node Authorization".
package struct NodeAuthorizer: Authorizer {
    private let pods: any NodePodSource
    private let rules: [PolicyRule]

    /// - Parameter rules: those of the ClusterRole `system:node`.
    package init(pods: any NodePodSource, rules: [PolicyRule]) {
        self.pods = pods
        self.rules = rules
    }

    /// The node that a user is; nil for others.
    package static func nodeName(of user: RequestUser) -> String? {
        let prefix = "system:node:"
        guard user.name.hasPrefix(prefix), user.name.count > prefix.count, user.groups.contains("system:nodes") else {
            return nil
        }
        return String(user.name.dropFirst(prefix.count))
    }

    package func authorize(_ attributes: AuthorizationAttributes) -> AuthorizationDecision {
        guard let node = Self.nodeName(of: attributes.user) else {
            let isNameless = attributes.user.name == "system:node:" && attributes.user.groups.contains("system:nodes")
            return AuthorizationDecision(
                .noOpinion, reason: isNameless ? "unknown node for user \"system:node:\"" : "")
        }
        if attributes.isResourceRequest, let refusal = refusal(attributes, node) {
            return AuthorizationDecision(.noOpinion, reason: refusal)
        }
        // the role says nothing of slices but that they can be deleted together: whose they are decides
        if attributes.isResourceRequest, Self.isSlice(attributes) { return AuthorizationDecision(.allow) }
        return AuthorizationDecision(rules.contains { $0.allows(attributes) } ? .allow : .noOpinion)
    }

    /// Why the restrictions that go beyond the rules refuse; nil where they do not.
    private func refusal(_ attributes: AuthorizationAttributes, _ node: String) -> String? {
        switch (attributes.apiGroup, attributes.resource) {
        case ("", "secrets"), ("", "configmaps"): refusalToRead(attributes, node)
        case ("", "persistentvolumeclaims"):
            attributes.subresource == "status"
                ? refusalToUpdateStatus(attributes, node) : refusalToGet(attributes, node) { isReferenced($0, node) }
        case ("", "persistentvolumes"):
            refusalToGet(attributes, node) { asked in
                references(node) {
                    $0.resource == "persistentvolumeclaims"
                        && pods.volumeName(namespace: $0.namespace, claim: $0.name) == asked.name
                }
            }
        case ("resource.k8s.io", "resourceclaims"):
            refusalToGet(attributes, node) { isReferenced($0, node) }
        case ("storage.k8s.io", "volumeattachments"):
            refusalToGet(attributes, node) { pods.attachedNode(volumeAttachment: $0.name) == node }
        case ("", "serviceaccounts"): refusalForAccount(attributes, node)
        case ("", "nodes"): refusalForNode(attributes, node)
        case ("", "pods"): refusalForPod(attributes, node)
        case ("coordination.k8s.io", "leases"): refusalForLease(attributes, node)
        case ("storage.k8s.io", "csinodes"): refusalForOwn(attributes, node, kind: "CSINode")
        case _ where Self.isSlice(attributes): refusalForSlice(attributes, node)
        default: nil
        }
    }

    private func refusalToRead(_ attributes: AuthorizationAttributes, _ node: String) -> String? {
        guard ["get", "list", "watch"].contains(attributes.verb) else { return "can only read resources of this type" }
        guard attributes.subresource.isEmpty else { return "cannot read subresource" }
        guard !attributes.namespace.isEmpty else { return "can only read namespaced object of this type" }
        return refusal(attributes, node) { isReferenced($0, node) }
    }

    private func refusalToGet(
        _ attributes: AuthorizationAttributes, _ node: String, _ isRelated: (AuthorizationAttributes) -> Bool
    ) -> String? {
        guard attributes.verb == "get" else { return "can only get individual resources of this type" }
        guard attributes.subresource.isEmpty else { return "cannot get subresource" }
        return refusal(attributes, node, isRelated)
    }

    private func refusalToUpdateStatus(_ attributes: AuthorizationAttributes, _ node: String) -> String? {
        guard ["update", "patch"].contains(attributes.verb) else { return "can only get/update/patch this type" }
        return refusal(attributes, node) { isReferenced($0, node) }
    }

    private func refusal(
        _ attributes: AuthorizationAttributes, _ node: String, _ isRelated: (AuthorizationAttributes) -> Bool
    ) -> String? {
        guard !attributes.name.isEmpty else { return "No Object name found" }
        return isRelated(attributes) ? nil : "no relationship found between node '\(node)' and this object"
    }

    private func refusalForAccount(_ attributes: AuthorizationAttributes, _ node: String) -> String? {
        if attributes.verb == "get", attributes.subresource.isEmpty {
            return refusal(attributes, node) { isReferenced($0, node) }
        }
        guard attributes.verb == "create", !attributes.name.isEmpty else {
            return "can only create tokens for individual service accounts"
        }
        guard attributes.subresource == "token" else { return "can only create token subresource of serviceaccount" }
        return refusal(attributes, node) { isReferenced($0, node) }
    }

    private func refusalForNode(_ attributes: AuthorizationAttributes, _ node: String) -> String? {
        let isRead = ["get", "list", "watch"].contains(attributes.verb)
        guard isRead, attributes.subresource.isEmpty, attributes.name != node else { return nil }
        let what = attributes.name.isEmpty ? "all nodes" : "'\(attributes.name)'"
        return "node '\(node)' cannot read \(what), only its own Node object"
    }

    private func refusalForPod(_ attributes: AuthorizationAttributes, _ node: String) -> String? {
        guard attributes.subresource.isEmpty else { return nil }
        switch attributes.verb {
        case "get": return refusal(attributes, node) { isPod($0, of: node) }
        case "list", "watch":
            if Self.selects(node, attributes.fieldSelector) { return nil }
            guard attributes.name.isEmpty else { return refusal(attributes, node) { isPod($0, of: node) } }
            return "can only list/watch pods with spec.nodeName field selector"
        default: return nil
        }
    }

    private func isPod(_ asked: AuthorizationAttributes, of node: String) -> Bool {
        pods.pods(onNode: node).contains {
            $0.metadata.name == asked.name && $0.metadata.namespace == asked.namespace
        }
    }

    private static let writes: Set = ["get", "create", "update", "patch", "delete"]

    private func refusalForLease(_ attributes: AuthorizationAttributes, _ node: String) -> String? {
        guard Self.writes.contains(attributes.verb) else {
            return "can only get, create, update, patch, or delete a node lease"
        }
        guard attributes.namespace == "kube-node-lease" else {
            return "can only access leases in the \"kube-node-lease\" system namespace"
        }
        // the name of a new object is not known yet: admission looks at it
        return attributes.verb == "create" || attributes.name == node
            ? nil : "can only access node lease with the same name as the requesting node"
    }

    private func refusalForOwn(_ attributes: AuthorizationAttributes, _ node: String, kind: String) -> String? {
        guard attributes.subresource.isEmpty else { return "cannot authorize \(kind) subresources" }
        guard Self.writes.contains(attributes.verb) else {
            return "can only get, create, update, patch, or delete a \(kind)"
        }
        return attributes.verb == "create" || attributes.name == node
            ? nil : "can only access \(kind) with the same name as the requesting node"
    }

    private static func isSlice(_ attributes: AuthorizationAttributes) -> Bool {
        attributes.apiGroup == "resource.k8s.io" && attributes.resource == "resourceslices"
    }

    private func refusalForSlice(_ attributes: AuthorizationAttributes, _ node: String) -> String? {
        guard attributes.subresource.isEmpty else { return "cannot authorize ResourceSlice subresources" }
        switch attributes.verb {
        case "list", "watch", "deletecollection":
            return Self.selects(node, attributes.fieldSelector)
                ? nil : "can only list/watch/deletecollection resourceslices with nodeName field selector"
        case "create": return nil  // admission looks at its node
        case "get", "update", "patch", "delete":
            return refusal(attributes, node) { pods.node(resourceSlice: $0.name) == node }
        default:
            return "only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, "
                + "delete, deletecollection"
        }
    }

    private static func selects(_ node: String, _ selector: String) -> Bool {
        selector.split(separator: ",").contains {
            $0 == "spec.nodeName=\(node)" || $0 == "spec.nodeName==\(node)"
        }
    }

    private func isReferenced(_ attributes: AuthorizationAttributes, _ node: String) -> Bool {
        references(node) {
            $0.resource == attributes.resource && $0.name == attributes.name && $0.namespace == attributes.namespace
        }
    }

    private func references(_ node: String, _ matches: (PodReference) -> Bool) -> Bool {
        pods.pods(onNode: node).contains { PodReference.all(of: $0).contains(where: matches) }
    }
}

/// An object of a pod's namespace that the pod's kubelet needs.
struct PodReference: Hashable {
    var resource: String
    var namespace: String
    var name: String

    /// Everything that a pod names: its account, pull secrets, environment sources and volumes.
    static func all(of pod: Pod) -> Set<PodReference> {
        var found: Set<PodReference> = []
        func add(_ resource: String, _ name: String?) {
            guard let name, !name.isEmpty else { return }
            found.insert(PodReference(resource: resource, namespace: pod.metadata.namespace, name: name))
        }
        add("serviceaccounts", pod.spec.serviceAccountName)
        for claim in pod.spec.resourceClaims { add("resourceclaims", claim.resourceClaimName) }
        for claim in pod.status.resourceClaimStatuses { add("resourceclaims", claim.resourceClaimName) }
        for secret in pod.spec.imagePullSecrets { add("secrets", secret.name) }
        let containers = pod.spec.initContainers + pod.spec.containers
        let debuggers = pod.spec.ephemeralContainers.map(\.ephemeralContainerCommon)
        for source in containers.flatMap(\.envFrom) + debuggers.flatMap(\.envFrom) {
            add("secrets", source.secretRef?.localObjectReference.name)
            add("configmaps", source.configMapRef?.localObjectReference.name)
        }
        for variable in containers.flatMap(\.env) + debuggers.flatMap(\.env) {
            add("secrets", variable.valueFrom?.secretKeyRef?.localObjectReference.name)
            add("configmaps", variable.valueFrom?.configMapKeyRef?.localObjectReference.name)
        }
        for volume in pod.spec.volumes {
            add("secrets", volume.volumeSource.secret?.secretName)
            add("configmaps", volume.volumeSource.configMap?.localObjectReference.name)
            add("persistentvolumeclaims", volume.volumeSource.persistentVolumeClaim?.claimName)
            if volume.volumeSource.ephemeral != nil {
                add("persistentvolumeclaims", "\(pod.metadata.name)-\(volume.name)")
            }
            add("secrets", volume.volumeSource.csi?.nodePublishSecretRef?.name)
            for source in volume.volumeSource.projected?.sources ?? [] {
                add("secrets", source.secret?.localObjectReference.name)
                add("configmaps", source.configMap?.localObjectReference.name)
            }
        }
        return found
    }
}
