// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

private let rbacGroup = "rbac.authorization.k8s.io"

extension Role: Validated {
    public static var nameRule: ObjectMetaRules.NameRule { ObjectMetaRules.pathSegmentName }

    /// Upstream looks at a changed one twice as at a new one, and then at the change.
    public func validateUpdate(from old: Role) -> [FieldError] {
        validateAsNew() + validateAsNew() + ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
    }

    public func validateBody() -> [FieldError] {
        rules.enumerated().flatMap { $1.faults(isNamespaced: true, FieldPath("rules").index($0)) }
    }
}

extension ClusterRole: Validated {
    public static var nameRule: ObjectMetaRules.NameRule { ObjectMetaRules.pathSegmentName }

    /// Upstream looks at a changed one twice as at a new one, and then at the change.
    public func validateUpdate(from old: ClusterRole) -> [FieldError] {
        validateAsNew() + validateAsNew() + ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
    }

    public func validateBody() -> [FieldError] {
        var errors = rules.enumerated().flatMap { $1.faults(isNamespaced: false, FieldPath("rules").index($0)) }
        guard let aggregation = aggregationRule else { return errors }
        let path = FieldPath("aggregationRule", "clusterRoleSelectors")
        if aggregation.clusterRoleSelectors.isEmpty {
            errors.append(.required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil"))
        }
        for (index, selector) in aggregation.clusterRoleSelectors.enumerated() {
            let faults = LabelSelectorRules.validate(selector, at: path.index(index))
            errors += faults
            if !faults.isEmpty { errors.append(.invalid(path.index(index), .null, "invalid label selector.")) }
        }
        return errors
    }
}

extension PolicyRule {
    /// What is wrong with one rule of a role.
    fileprivate func faults(isNamespaced: Bool, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if verbs.isEmpty { errors.append(.required(path.child("verbs"), "verbs must contain at least one value")) }
        if !nonResourceURLs.isEmpty {
            let shown = ValueRules.json(nonResourceURLs)
            let at = path.child("nonResourceURLs")
            if isNamespaced {
                errors.append(.invalid(at, shown, "namespaced rules cannot apply to non-resource URLs"))
            }
            if !apiGroups.isEmpty || !resources.isEmpty || !resourceNames.isEmpty {
                errors.append(.invalid(at, shown, "rules cannot apply to both regular resources and non-resource URLs"))
            }
            return errors
        }
        if apiGroups.isEmpty {
            errors.append(.required(path.child("apiGroups"), "resource rules must supply at least one api group"))
        }
        if resources.isEmpty {
            errors.append(.required(path.child("resources"), "resource rules must supply at least one resource"))
        }
        return errors
    }
}

extension RoleBinding: Validated {
    public static var nameRule: ObjectMetaRules.NameRule { ObjectMetaRules.pathSegmentName }

    public func validateBody() -> [FieldError] {
        roleRef.faults(["Role", "ClusterRole"]) + Subject.faults(subjects, isNamespaced: true)
    }

    /// Upstream looks at a changed one twice as at a new one, and then at the change.
    public func validateUpdate(from old: RoleBinding) -> [FieldError] {
        validateAsNew() + validateAsNew() + ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
            + validateChange(from: old)
    }

    public func validateChange(from old: RoleBinding) -> [FieldError] { roleRef.changeFaults(from: old.roleRef) }
}

extension ClusterRoleBinding: Validated {
    public static var nameRule: ObjectMetaRules.NameRule { ObjectMetaRules.pathSegmentName }

    public func validateBody() -> [FieldError] {
        roleRef.faults(["ClusterRole"]) + Subject.faults(subjects, isNamespaced: false)
    }

    /// Upstream looks at a changed one twice as at a new one, and then at the change.
    public func validateUpdate(from old: ClusterRoleBinding) -> [FieldError] {
        validateAsNew() + validateAsNew() + ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
            + validateChange(from: old)
    }

    public func validateChange(from old: ClusterRoleBinding) -> [FieldError] { roleRef.changeFaults(from: old.roleRef) }
}

extension RoleRef {
    fileprivate func faults(_ kinds: [String]) -> [FieldError] {
        let path = FieldPath("roleRef")
        var errors = ValueRules.oneOf(apiGroup, [rbacGroup], path.child("apiGroup"))
        errors += ValueRules.oneOf(kind, kinds, path.child("kind"))
        return errors + ValueRules.name(name, path.child("name"), NameRules.pathSegment)
    }

    fileprivate func changeFaults(from old: RoleRef) -> [FieldError] {
        guard self != old else { return [] }
        let shown: JSONValue = ["APIGroup": .string(apiGroup), "Kind": .string(kind), "Name": .string(name)]
        return [.invalid(FieldPath("roleRef"), shown, "cannot change roleRef")]
    }
}

extension Subject {
    fileprivate static func faults(_ subjects: [Subject], isNamespaced: Bool) -> [FieldError] {
        subjects.enumerated().flatMap { $1.faults(isNamespaced: isNamespaced, FieldPath("subjects").index($0)) }
    }

    private func faults(isNamespaced: Bool, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.required(name, path.child("name"))
        switch kind {
        case "ServiceAccount":
            if !name.isEmpty {
                errors += NameRules.dns1123Subdomain(name).map { .invalid(path.child("name"), name, $0) }
            }
            if !apiGroup.isEmpty { errors.append(.notSupported(path.child("apiGroup"), apiGroup, [""])) }
            if !isNamespaced, namespace.isEmpty { errors.append(.required(path.child("namespace"))) }
        case "User", "Group": errors += ValueRules.oneOf(apiGroup, [rbacGroup], path.child("apiGroup"))
        default: errors.append(.notSupported(path.child("kind"), kind, ["ServiceAccount", "User", "Group"]))
        }
        return errors
    }
}
