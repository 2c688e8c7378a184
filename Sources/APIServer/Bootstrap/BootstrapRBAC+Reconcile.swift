// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI

/// What must be written so that an object is as the defaults want it.
package enum BootstrapAction<Object: KubernetesObject>: Sendable {
    case create(Object)
    case update(Object)
    /// A binding of another role: that cannot be changed in place.
    case recreate(Object)

    package var object: Object {
        switch self {
        case .create(let object), .update(let object), .recreate(let object): object
        }
    }
}

extension BootstrapAction: Equatable where Object: Equatable {}

/// Bringing stored roles and bindings up to the defaults: what is missing is made, rules and subjects that are missing are added,
/// nothing is taken away; objects whose annotation `autoupdate` says otherwise are left alone. Pure.
///
/// - SeeAlso: "Auto-reconciliation" in Kubernetes' documentation of RBAC.
extension BootstrapRBAC {
    package static func reconcile(_ wanted: [ClusterRole], with present: [ClusterRole]) -> [BootstrapAction<
        ClusterRole
    >] {
        reconcile(wanted, with: present) { role, wanted in
            if wanted.aggregationRule != nil {
                // The rules of an aggregated role belong to the controller that gathers them.
                if role.aggregationRule == nil { role.aggregationRule = wanted.aggregationRule }
            } else {
                role.rules += RuleCover.missing(wanted.rules, heldBy: role.rules)
            }
            return false
        }
    }

    package static func reconcile(_ wanted: [Role], with present: [Role]) -> [BootstrapAction<Role>] {
        reconcile(wanted, with: present) { role, wanted in
            role.rules += RuleCover.missing(wanted.rules, heldBy: role.rules)
            return false
        }
    }

    package static func reconcile(
        _ wanted: [ClusterRoleBinding], with present: [ClusterRoleBinding]
    ) -> [BootstrapAction<ClusterRoleBinding>] {
        reconcile(wanted, with: present) { binding, wanted in
            binding.subjects += wanted.subjects.filter { !binding.subjects.contains($0) }
            return binding.roleRef != wanted.roleRef
        }
    }

    package static func reconcile(_ wanted: [RoleBinding], with present: [RoleBinding]) -> [BootstrapAction<
        RoleBinding
    >] {
        reconcile(wanted, with: present) { binding, wanted in
            binding.subjects += wanted.subjects.filter { !binding.subjects.contains($0) }
            return binding.roleRef != wanted.roleRef
        }
    }

    /// - Parameter extend: adds what is missing to the first; returns whether the object must be made anew as wanted.
    private static func reconcile<Object: KubernetesObject & Equatable>(
        _ wanted: [Object], with present: [Object], extend: (inout Object, Object) -> Bool
    ) -> [BootstrapAction<Object>] {
        func key(_ object: Object) -> String { "\(object.metadata.namespace)/\(object.metadata.name)" }
        let byKey = Dictionary(present.map { (key($0), $0) }, uniquingKeysWith: { first, _ in first })
        return wanted.compactMap { wanted in
            guard let found = byKey[key(wanted)] else { return .create(wanted) }
            guard (found.metadata.annotations[autoupdate] ?? "true") == "true" else { return nil }
            var changed = found
            if extend(&changed, wanted) { return .recreate(wanted) }
            changed.metadata.labels.merge(wanted.metadata.labels) { present, _ in present }
            changed.metadata.annotations.merge(wanted.metadata.annotations) { present, _ in present }
            return changed == found ? nil : .update(changed)
        }
    }
}
