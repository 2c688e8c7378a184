// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI

/// Nobody grants more than they hold: the checks on writing roles and bindings.
///
/// - SeeAlso: "Privilege escalation prevention" in Kubernetes' documentation of RBAC.
package struct RBACEscalation: Sendable {
    private let rbac: RBACAuthorizer
    private let authorizer: any Authorizer

    /// - Parameter authorizer: the whole chain, for the verbs `escalate` and `bind`.
    package init(rbac: RBACAuthorizer, authorizer: any Authorizer) {
        self.rbac = rbac
        self.authorizer = authorizer
    }

    /// Checks the rules of a role that a user writes.
    ///
    /// - Parameters:
    ///   - resource: `roles` or `clusterroles`.
    ///   - isCreation: whether the role is new (then `escalate` is asked for without a name, as upstream does on create).
    /// - Throws: ``FailureStatus`` 403.
    package func checkRole(
        _ rules: [PolicyRule], resource: String, namespace: String, name: String, user: RequestUser
    ) throws(FailureStatus) {
        let escalate = AuthorizationAttributes(
            user: user, verb: "escalate", apiGroup: Role.group, resource: resource, namespace: namespace, name: name)
        if user.groups.contains("system:masters") || authorizer.authorize(escalate).verdict == .allow { return }
        try require(rules, resource: resource, namespace: namespace, name: name, user: user)
    }

    /// Checks the role that a user binds.
    ///
    /// - Parameter resource: `rolebindings` or `clusterrolebindings`.
    /// - Throws: ``FailureStatus`` 403, or 404 where the role is missing.
    package func checkBinding(
        _ reference: RoleRef, resource: String, namespace: String, name: String, user: RequestUser
    ) throws(FailureStatus) {
        let isCluster = reference.kind == "ClusterRole"
        let bind = AuthorizationAttributes(
            user: user, verb: "bind", apiGroup: Role.group, resource: isCluster ? "clusterroles" : "roles",
            namespace: namespace, name: reference.name)
        if user.groups.contains("system:masters") || authorizer.authorize(bind).verdict == .allow { return }
        guard let rules = rbac.rules(of: reference, namespace: namespace) else {
            throw FailureStatus(
                code: 404, reason: "NotFound",
                message: "\(resource).\(Role.group) \(FailureStatus.quote(reference.name)) not found",
                details: .init(name: reference.name, group: Role.group, kind: resource))
        }
        try require(rules, resource: resource, namespace: namespace, name: name, user: user)
    }

    private func require(
        _ rules: [PolicyRule], resource: String, namespace: String, name: String, user: RequestUser
    ) throws(FailureStatus) {
        let held = rbac.rules(of: user, namespace: namespace)
        let missing = RuleCover.missing(rules, heldBy: held.rules)
        guard !missing.isEmpty else { return }
        let groups = user.groups.map { FailureStatus.quote($0) }.joined(separator: " ")
        var message =
            "user \(FailureStatus.quote(user.name)) (groups=[\(groups)]) is attempting to grant RBAC permissions"
        message += " not currently held:\n\(RuleCover.describe(missing))"
        if !held.faults.isEmpty { message += "; resolution errors: [\(held.faults.joined(separator: ", "))]" }
        throw FailureStatus.forbidden(group: Role.group, resource: resource, name: name, message: message)
    }
}
