// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI

/// Roles and bindings, sorted so that the rules of a user are found quickly. A value: made anew when one of them changes.
package struct RBACIndex: Sendable {
    /// The rules that a binding gives, and how messages name the binding.
    struct Grant: Sendable {
        var rules: [PolicyRule]
        /// For example `ClusterRoleBinding "b" of ClusterRole "r" to User "u"`.
        var origin: String
        /// Where the role is missing.
        var fault: String?
    }

    /// The grants of one user: everywhere, and by namespace.
    struct UserGrants: Sendable {
        var cluster: [Grant] = []
        var namespaced: [String: [Grant]] = [:]
    }

    private struct Binding: Sendable {
        var namespace: String
        var grant: Grant
    }

    private var roles: [String: [PolicyRule]] = [:]
    private var clusterRoles: [String: [PolicyRule]] = [:]
    private var byUser: [String: [Binding]] = [:]
    private var byGroup: [String: [Binding]] = [:]

    package init(
        roles: [Role] = [], clusterRoles: [ClusterRole] = [], roleBindings: [RoleBinding] = [],
        clusterRoleBindings: [ClusterRoleBinding] = []
    ) {
        for role in roles { self.roles["\(role.metadata.namespace)/\(role.metadata.name)"] = role.rules }
        for role in clusterRoles { self.clusterRoles[role.metadata.name] = role.rules }
        for binding in clusterRoleBindings.sorted(by: { $0.metadata.name < $1.metadata.name }) {
            let title = "ClusterRoleBinding \(FailureStatus.quote(binding.metadata.name))"
            add(binding.subjects, binding.roleRef, namespace: "", title: title)
        }
        for binding in roleBindings.sorted(by: { $0.metadata.name < $1.metadata.name }) {
            let title = "RoleBinding \(FailureStatus.quote(binding.metadata.name + "/" + binding.metadata.namespace))"
            add(binding.subjects, binding.roleRef, namespace: binding.metadata.namespace, title: title)
        }
    }

    /// The rules of a role; nil where there is none of that name.
    package func rules(of reference: RoleRef, namespace: String) -> [PolicyRule]? {
        reference.kind == "ClusterRole" ? clusterRoles[reference.name] : roles["\(namespace)/\(reference.name)"]
    }

    private mutating func add(_ subjects: [Subject], _ reference: RoleRef, namespace: String, title: String) {
        let rules = rules(of: reference, namespace: namespace)
        let resource = reference.kind == "ClusterRole" ? "clusterrole" : "role"
        let fault =
            rules == nil
            ? "\(resource).rbac.authorization.k8s.io \(FailureStatus.quote(reference.name)) not found" : nil
        for subject in subjects {
            var name = FailureStatus.quote(subject.name)
            let home = subject.namespace.isEmpty ? namespace : subject.namespace
            if subject.kind == "ServiceAccount" { name = FailureStatus.quote("\(subject.name)/\(home)") }
            let origin =
                "\(title) of \(reference.kind) \(FailureStatus.quote(reference.name)) to \(subject.kind) \(name)"
            let binding = Binding(namespace: namespace, grant: Grant(rules: rules ?? [], origin: origin, fault: fault))
            switch subject.kind {
            case "User": byUser[subject.name, default: []].append(binding)
            case "Group": byGroup[subject.name, default: []].append(binding)
            case "ServiceAccount" where !home.isEmpty:
                let user = ServiceAccountClaims.userName(namespace: home, name: subject.name)
                byUser[user, default: []].append(binding)
            default: break
            }
        }
    }

    /// Everything that is granted to a user and its groups.
    func grants(of user: RequestUser) -> UserGrants {
        var result = UserGrants()
        let bindings = (byUser[user.name] ?? []) + user.groups.flatMap { byGroup[$0] ?? [] }
        for binding in bindings {
            if binding.namespace.isEmpty {
                result.cluster.append(binding.grant)
            } else {
                result.namespaced[binding.namespace, default: []].append(binding.grant)
            }
        }
        return result
    }
}
