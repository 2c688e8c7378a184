// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI
import Wire

/// Nobody grants more than they hold: the checks on writing roles and bindings.
///
/// - SeeAlso: "Privilege escalation prevention" in Kubernetes' documentation of RBAC.
package struct RBACEscalation: Sendable {
    /// What is written, by whom.
    package struct Target: Sendable {
        /// `roles`, `clusterroles`, `rolebindings` or `clusterrolebindings`.
        package var resource: String
        package var namespace: String
        package var name: String
        /// The name in the request's path: empty for a creation, so that nobody can be let escalate a role that is yet to be.
        package var pathName: String
        package var user: RequestUser

        package init(resource: String, namespace: String, name: String, pathName: String, user: RequestUser) {
            self.resource = resource
            self.namespace = namespace
            self.name = name
            self.pathName = pathName
            self.user = user
        }
    }

    /// Whoever holds these may do everything.
    private static let everything = [
        PolicyRule {
            $0.verbs = ["*"]
            $0.apiGroups = ["*"]
            $0.resources = ["*"]
        },
        PolicyRule {
            $0.verbs = ["*"]
            $0.nonResourceURLs = ["*"]
        },
    ]

    private let rbac: RBACAuthorizer
    /// The whole chain, for the verbs `escalate` and `bind`.
    package let authorizer: any Authorizer

    package init(rbac: RBACAuthorizer, authorizer: any Authorizer) {
        self.rbac = rbac
        self.authorizer = authorizer
    }

    /// Checks the rules of a role that a user writes.
    ///
    /// - Parameter isAggregated: whether the role gathers or gathered the rules of others: that takes all rights.
    /// - Throws: ``FailureStatus`` 403.
    package func checkRole(
        _ rules: [PolicyRule], of target: Target, isAggregated: Bool = false
    ) throws(FailureStatus) {
        let escalate = AuthorizationAttributes(
            user: target.user, verb: "escalate", apiGroup: Role.group, resource: target.resource,
            namespace: target.namespace, name: target.pathName)
        if target.user.groups.contains("system:masters") || authorizer.authorize(escalate).verdict == .allow { return }
        try require(rules, of: target)
        guard isAggregated else { return }
        let held = rbac.rules(of: target.user, namespace: target.namespace).rules
        guard !RuleCover.missing(Self.everything, heldBy: held).isEmpty else { return }
        throw .forbidden(
            group: Role.group, resource: target.resource, name: target.name,
            message: "must have cluster-admin privileges to use the aggregationRule")
    }

    /// Checks the role that a user binds.
    ///
    /// - Throws: ``FailureStatus`` 403, or 404 where the role is missing.
    package func checkBinding(_ reference: RoleRef, of target: Target) throws(FailureStatus) {
        let isCluster = reference.kind == "ClusterRole"
        let bind = AuthorizationAttributes(
            user: target.user, verb: "bind", apiGroup: Role.group, resource: isCluster ? "clusterroles" : "roles",
            namespace: target.namespace, name: reference.name)
        if target.user.groups.contains("system:masters") || authorizer.authorize(bind).verdict == .allow { return }
        guard let rules = rbac.rules(of: reference, namespace: target.namespace) else {
            throw FailureStatus(
                code: 404, reason: "NotFound",
                message: "\(target.resource).\(Role.group) \(FailureStatus.quote(reference.name)) not found",
                details: .init(name: reference.name, group: Role.group, kind: target.resource))
        }
        try require(rules, of: target)
    }

    private func require(_ rules: [PolicyRule], of target: Target) throws(FailureStatus) {
        let user = target.user
        let held = rbac.rules(of: user, namespace: target.namespace)
        let missing = RuleCover.missing(rules, heldBy: held.rules)
        guard !missing.isEmpty else { return }
        let groups = user.groups.map { FailureStatus.quote($0) }.joined(separator: " ")
        var message =
            "user \(FailureStatus.quote(user.name)) (groups=[\(groups)]) is attempting to grant RBAC permissions"
        message += " not currently held:\n\(RuleCover.describe(missing))"
        if !held.faults.isEmpty { message += "; resolution errors: [\(RBACAuthorizer.text(of: held.faults))]" }
        throw .forbidden(group: Role.group, resource: target.resource, name: target.name, message: message)
    }
}
