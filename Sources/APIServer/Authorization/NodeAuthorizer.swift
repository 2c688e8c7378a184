// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI

/// The pods of a node, from the server's own cache.
package protocol NodePodSource: Sendable {
    func pods(onNode name: String) -> [Pod]
    /// The claim's volume, nil where it is not bound.
    func volumeName(namespace: String, claim: String) -> String?
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
        guard let node = Self.nodeName(of: attributes.user) else { return AuthorizationDecision(.noOpinion) }
        if attributes.isResourceRequest, let refusal = refusal(attributes, node) {
            return AuthorizationDecision(.noOpinion, reason: refusal)
        }
        return AuthorizationDecision(rules.contains { $0.allows(attributes) } ? .allow : .noOpinion)
    }

    /// Why the restrictions that go beyond the rules refuse; nil where they do not.
    private func refusal(_ attributes: AuthorizationAttributes, _ node: String) -> String? {
        switch (attributes.apiGroup, attributes.resource) {
        case ("", "secrets"), ("", "configmaps"), ("", "persistentvolumeclaims"):
            return refusalForObjectOfPod(attributes, node)
        case ("", "persistentvolumes"):
            guard attributes.verb == "get", attributes.subresource.isEmpty else {
                return "can only get individual resources of this type"
            }
            return references(node) { reference in
                reference.resource == "persistentvolumeclaims"
                    && pods.volumeName(namespace: reference.namespace, claim: reference.name) == attributes.name
            } ? nil : Self.unrelated(node)
        case ("", "serviceaccounts") where attributes.subresource == "token":
            guard attributes.verb == "create", !attributes.name.isEmpty else {
                return "can only create tokens for individual service accounts"
            }
            return isReferenced(attributes, node) ? nil : Self.unrelated(node)
        case ("", "nodes"):
            let isRead = ["get", "list", "watch"].contains(attributes.verb)
            if isRead, attributes.subresource.isEmpty, attributes.name != node {
                return "node '\(node)' cannot read '\(attributes.name)', only its own Node object"
            }
            return nil
        case ("", "pods"):
            let isList = attributes.verb == "list" || attributes.verb == "watch"
            guard isList, attributes.name.isEmpty else { return nil }
            return Self.selects(node, attributes.fieldSelector)
                ? nil : "can only list/watch pods with spec.nodeName field selector"
        case ("coordination.k8s.io", "leases"):
            guard attributes.namespace == "kube-node-lease" else {
                return "can only access leases in the \"kube-node-lease\" system namespace"
            }
            let isCreation = attributes.verb == "create"
            return isCreation || attributes.name == node
                ? nil : "can only access node lease with the same name as the requesting node"
        case ("storage.k8s.io", "csinodes"):
            return attributes.verb == "create" || attributes.name == node
                ? nil : "can only access CSINode with the same name as the requesting node"
        default: return nil
        }
    }

    private func refusalForObjectOfPod(_ attributes: AuthorizationAttributes, _ node: String) -> String? {
        let reads = attributes.resource == "persistentvolumeclaims" ? ["get"] : ["get", "list", "watch"]
        guard reads.contains(attributes.verb) || !attributes.subresource.isEmpty else {
            return "can only read resources of this type"
        }
        guard !attributes.name.isEmpty, !attributes.namespace.isEmpty else {
            return "can only read namespaced object of this type"
        }
        return isReferenced(attributes, node) ? nil : Self.unrelated(node)
    }

    private static func unrelated(_ node: String) -> String {
        "no relationship found between node '\(node)' and this object"
    }

    private static func selects(_ node: String, _ selector: String) -> Bool {
        selector.split(separator: ",").contains { $0 == "spec.nodeName=\(node)" || $0 == "spec.nodeName==\(node)" }
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
        for secret in pod.spec.imagePullSecrets { add("secrets", secret.name) }
        for container in pod.spec.initContainers + pod.spec.containers {
            for source in container.envFrom {
                add("secrets", source.secretRef?.localObjectReference.name)
                add("configmaps", source.configMapRef?.localObjectReference.name)
            }
            for variable in container.env {
                add("secrets", variable.valueFrom?.secretKeyRef?.localObjectReference.name)
                add("configmaps", variable.valueFrom?.configMapKeyRef?.localObjectReference.name)
            }
        }
        for volume in pod.spec.volumes {
            add("secrets", volume.volumeSource.secret?.secretName)
            add("configmaps", volume.volumeSource.configMap?.localObjectReference.name)
            add("persistentvolumeclaims", volume.volumeSource.persistentVolumeClaim?.claimName)
            for source in volume.volumeSource.projected?.sources ?? [] {
                add("secrets", source.secret?.localObjectReference.name)
                add("configmaps", source.configMap?.localObjectReference.name)
            }
        }
        return found
    }
}
