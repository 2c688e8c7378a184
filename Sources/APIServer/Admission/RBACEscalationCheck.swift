// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Nobody grants more than they hold.
///
/// - SeeAlso: "Privilege escalation prevention" in Kubernetes' documentation of RBAC.
struct RBACEscalationCheck: AdmissionPlugin {
    static let name = "RBACEscalation"

    let escalation: RBACEscalation

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        let escalation = escalation
        hooks.validate(Role.self) { role, old, context in
            guard old?.rules != role.rules else { return }
            try Self.translate { () throws(FailureStatus) in
                try escalation.checkRole(
                    role.rules, resource: "roles", namespace: context.namespace, name: role.metadata.name,
                    user: context.user)
            }
        }
        hooks.validate(ClusterRole.self) { role, old, context in
            guard old?.rules != role.rules || old?.aggregationRule != role.aggregationRule else { return }
            try Self.translate { () throws(FailureStatus) in
                try escalation.checkRole(
                    role.rules, resource: "clusterroles", namespace: "", name: role.metadata.name, user: context.user)
            }
        }
        hooks.validate(RoleBinding.self) { binding, old, context in
            guard old?.subjects != binding.subjects || old?.roleRef != binding.roleRef else { return }
            try Self.translate { () throws(FailureStatus) in
                try escalation.checkBinding(
                    binding.roleRef, resource: "rolebindings", namespace: context.namespace,
                    name: binding.metadata.name,
                    user: context.user)
            }
        }
        hooks.validate(ClusterRoleBinding.self) { binding, old, context in
            guard old?.subjects != binding.subjects || old?.roleRef != binding.roleRef else { return }
            try Self.translate { () throws(FailureStatus) in
                try escalation.checkBinding(
                    binding.roleRef, resource: "clusterrolebindings", namespace: "", name: binding.metadata.name,
                    user: context.user)
            }
        }
    }

    private static func translate(_ check: () throws(FailureStatus) -> Void) throws(APIStatusError) {
        do throws(FailureStatus) { try check() } catch {
            throw APIStatusError(
                code: Int32(clamping: error.code), reason: error.reason, message: error.message,
                details: error.details.map { details in
                    StatusDetails {
                        $0.name = details.name
                        $0.group = details.group
                        $0.kind = details.kind
                    }
                })
        }
    }
}
