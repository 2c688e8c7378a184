// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI
import Synchronization

/// Where roles and bindings come from: the server's own watch cache.
package protocol RBACSource: Sendable {
    /// Grows whenever a Role, ClusterRole, RoleBinding or ClusterRoleBinding changes. Asked on every request: must be quick.
    var rbacVersion: UInt64 { get }
    /// The present roles and bindings, called after ``rbacVersion`` grew.
    func rbacIndex() -> RBACIndex
}

/// Role-based access control over the stored roles and bindings.
///
/// - SeeAlso: Kubernetes' documentation "Using RBAC Authorization".
package final class RBACAuthorizer: Authorizer {
    private struct UserKey: Hashable {
        var name: String
        var groups: [String]
    }

    private struct State {
        var version: UInt64?
        var index = RBACIndex()
        /// What was found for users since the index was made.
        var users: [UserKey: RBACIndex.UserGrants] = [:]
    }

    private static let maximumUsers = 4096

    private let source: any RBACSource
    private let state = Mutex(State())

    package init(source: any RBACSource) { self.source = source }

    package func authorize(_ attributes: AuthorizationAttributes) -> AuthorizationDecision {
        let grants = grants(of: attributes.user)
        var faults: [String] = []
        func search(_ list: [RBACIndex.Grant]) -> AuthorizationDecision? {
            for grant in list {
                if let fault = grant.fault { faults.append(fault) }
                if grant.rules.contains(where: { $0.allows(attributes) }) {
                    return AuthorizationDecision(.allow, reason: "RBAC: allowed by \(grant.origin)")
                }
            }
            return nil
        }
        if let decision = search(grants.cluster) { return decision }
        if attributes.isResourceRequest, !attributes.namespace.isEmpty,
            let decision = search(grants.namespaced[attributes.namespace] ?? [])
        {
            return decision
        }
        guard !faults.isEmpty else { return AuthorizationDecision(.noOpinion) }
        return AuthorizationDecision(.noOpinion, reason: "RBAC: \(Self.text(of: faults))")
    }

    /// What could not be resolved, each once, as upstream writes several errors.
    package static func text(of faults: [String]) -> String {
        let unique = faults.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        return unique.count == 1 ? unique[0] : "[\(unique.joined(separator: ", "))]"
    }

    /// All rules that hold for a user in a namespace (those for the whole cluster too), and what could not be resolved.
    package func rules(of user: RequestUser, namespace: String) -> (rules: [PolicyRule], faults: [String]) {
        let grants = grants(of: user)
        let all = grants.cluster + (namespace.isEmpty ? [] : grants.namespaced[namespace] ?? [])
        return (all.flatMap(\.rules), all.compactMap(\.fault))
    }

    /// The rules of a role; nil where there is none.
    package func rules(of reference: RoleRef, namespace: String) -> [PolicyRule]? {
        current().rules(of: reference, namespace: namespace)
    }

    private func current() -> RBACIndex {
        let version = source.rbacVersion
        if let known = state.withLock({ $0.version == version ? $0.index : nil }) { return known }
        let index = source.rbacIndex()
        return state.withLock { state in
            if let present = state.version, present > version { return state.index }
            state = State(version: version, index: index)
            return index
        }
    }

    private func grants(of user: RequestUser) -> RBACIndex.UserGrants {
        let key = UserKey(name: user.name, groups: user.groups)
        let version = source.rbacVersion
        if let known = state.withLock({ $0.version == version ? $0.users[key] : nil }) { return known }
        let found = current().grants(of: user)
        state.withLock { state in
            guard state.version == version else { return }
            if state.users.count >= Self.maximumUsers { state.users.removeAll(keepingCapacity: true) }
            state.users[key] = found
        }
        return found
    }
}
