// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Nobody grants more than they hold. Every write of a role or binding is checked, but for those that only let the garbage
/// collector do its work; before validation, so that a refusal tells nothing more.
///
/// - SeeAlso: "Privilege escalation prevention" in Kubernetes' documentation of RBAC.
struct RBACEscalationCheck: AdmissionPlugin {
    static let name = "RBACEscalation"

    let escalation: RBACEscalation

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        let escalation = escalation
        hooks.mutate(Role.self) { role, old, context in
            guard !Self.isCollection(role, old) else { return }
            let (rules, target) = (role.rules, Self.target(role, context))
            try Self.translate { () throws(FailureStatus) in try escalation.checkRole(rules, of: target) }
        }
        hooks.mutate(ClusterRole.self) { role, old, context in
            guard !Self.isCollection(role, old) else { return }
            let (rules, target) = (role.rules, Self.target(role, context))
            let isAggregated = role.aggregationRule != nil || old?.aggregationRule != nil
            try Self.translate { () throws(FailureStatus) in
                try escalation.checkRole(rules, of: target, isAggregated: isAggregated)
            }
        }
        hooks.mutate(RoleBinding.self) { binding, old, context in
            guard !Self.isCollection(binding, old) else { return }
            let (reference, target) = (binding.roleRef, Self.target(binding, context))
            try Self.translate { () throws(FailureStatus) in try escalation.checkBinding(reference, of: target) }
        }
        hooks.mutate(ClusterRoleBinding.self) { binding, old, context in
            guard !Self.isCollection(binding, old) else { return }
            let (reference, target) = (binding.roleRef, Self.target(binding, context))
            try Self.translate { () throws(FailureStatus) in try escalation.checkBinding(reference, of: target) }
        }
    }

    private static func target<Object: RESTObject>(_ object: Object, _ context: WriteContext) -> RBACEscalation.Target {
        RBACEscalation.Target(
            resource: Object.resource.plural, namespace: context.namespace, name: object.metadata.name,
            pathName: context.operation == .create ? "" : context.name, user: context.user)
    }

    /// Whether an update changes nothing but what the garbage collector may change.
    private static func isCollection<Object: RESTObject & Equatable>(_ new: Object, _ old: Object?) -> Bool {
        guard let old else { return false }
        var same = new
        same.metadata.ownerReferences = old.metadata.ownerReferences
        same.metadata.finalizers = old.metadata.finalizers
        same.metadata.managedFields = old.metadata.managedFields
        return same == old
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
