// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension ResourceQuota: Validated {
    public func validateBody() -> [FieldError] {
        specFaults() + amounts(status.hard, FieldPath("status", "hard"))
            + amounts(status.used, FieldPath("status", "used"))
    }

    private func specFaults() -> [FieldError] {
        let path = FieldPath("spec")
        return amounts(spec.hard, path.child("hard")) + QuotaScopeRules.scopes(spec, path.child("scopes"))
            + QuotaScopeRules.selector(spec, path.child("scopeSelector", "matchExpressions"))
    }

    private func amounts(_ amounts: [String: Quantity], _ path: FieldPath) -> [FieldError] {
        amounts.sorted { $0.key < $1.key }.flatMap { name, amount in
            self.name(name, path.key(name)) + ResourceRules.quantity(amount, of: name, path.key(name))
        }
    }

    private func name(_ name: String, _ path: FieldPath) -> [FieldError] {
        if QuotaScopeRules.isStandard(name) { return [] }
        var errors = ResourceRules.resourceName(name, path)
        if !name.contains("/") { errors.append(.invalid(path, name, "must be a standard resource for quota")) }
        return errors
    }

    public func validateUpdate(from old: ResourceQuota) -> [FieldError] {
        let errors = ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + specFaults()
        guard Set(spec.scopes) != Set(old.spec.scopes) else { return errors }
        let shown: JSONValue = spec.scopes.isEmpty ? .null : ValueRules.json(spec.scopes)
        return errors + [.invalid(FieldPath("spec", "scopes"), shown, ObjectMetaRules.immutableText)]
    }

    public func validateStatus(from old: ResourceQuota) -> [FieldError] {
        ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
            + amounts(status.hard, FieldPath("status", "hard")) + amounts(status.used, FieldPath("status", "used"))
    }
}

/// Which objects a quota counts.
enum QuotaScopeRules {
    private static let standard: Set<String> = [
        "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage",
        "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods",
        "resourcequotas", "services", "replicationcontrollers", "secrets", "persistentvolumeclaims", "configmaps",
        "services.nodeports", "services.loadbalancers",
    ]
    private static let ofPods: Set<String> = [
        "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory", "pods",
    ]
    private static let ofClaims: Set<String> = ["persistentvolumeclaims", "requests.storage"]

    /// Scopes without a choice of values.
    private static let plain: Set<String> = [
        "BestEffort", "NotBestEffort", "Terminating", "NotTerminating", "CrossNamespacePodAffinity",
    ]
    private static let known = plain.union(["PriorityClass", "VolumeAttributesClass"])

    /// What a quota can count by a name without a domain.
    static func isStandard(_ name: String) -> Bool {
        standard.contains(name) || ResourceRules.isHugePages(name) || name.hasPrefix("requests.hugepages-")
    }

    private static func counts(_ scope: String, _ name: String) -> Bool {
        switch scope {
        case "BestEffort": name == "pods"
        case "VolumeAttributesClass": ofClaims.contains(name)
        case let scope where known.contains(scope): ofPods.contains(name)
        default: true
        }
    }

    /// The resources of a quota that have nothing to do with a scope.
    private static func strangers(_ spec: ResourceQuotaSpec, to scope: String) -> Int {
        spec.hard.keys.count { isStandard($0) && !counts(scope, $0) }
    }

    private static func conflicts(_ scopes: [String], _ shown: JSONValue, _ path: FieldPath) -> [FieldError] {
        [["BestEffort", "NotBestEffort"], ["Terminating", "NotTerminating"]]
            .filter { $0.allSatisfy(scopes.contains) }.map { _ in .invalid(path, shown, "conflicting scopes") }
    }

    static func scopes(_ spec: ResourceQuotaSpec, _ path: FieldPath) -> [FieldError] {
        let shown = ValueRules.json(spec.scopes)
        var errors: [FieldError] = []
        for scope in spec.scopes {
            if !known.contains(scope) { errors.append(.invalid(path, shown, "unsupported scope")) }
            for _ in 0..<strangers(spec, to: scope) {
                errors.append(.invalid(path, shown, "unsupported scope applied to resource"))
            }
        }
        return errors + conflicts(spec.scopes, shown, path)
    }

    static func selector(_ spec: ResourceQuotaSpec, _ path: FieldPath) -> [FieldError] {
        guard let selector = spec.scopeSelector else { return [] }
        var errors: [FieldError] = []
        for requirement in selector.matchExpressions {
            if !known.contains(requirement.scopeName) {
                errors.append(.invalid(path.child("scopeName"), requirement.scopeName, "unsupported scope"))
            }
            for _ in 0..<strangers(spec, to: requirement.scopeName) {
                let shown = InternalForm.json(selector, "core/v1.ScopeSelector")
                errors.append(.invalid(path, shown, "unsupported scope applied to resource"))
            }
            errors += self.requirement(requirement, path)
        }
        let shown: JSONValue = spec.scopes.isEmpty ? .null : ValueRules.json(spec.scopes)
        return errors + conflicts(selector.matchExpressions.map(\.scopeName), shown, path)
    }

    private static func requirement(
        _ requirement: ScopedResourceSelectorRequirement, _ path: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        let field = path.child("operator")
        if plain.contains(requirement.scopeName), requirement.operator != "Exists" {
            let text =
                "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"
            errors.append(.invalid(field, requirement.operator, text))
        }
        switch requirement.operator {
        case "In", "NotIn":
            if requirement.values.isEmpty {
                let text = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
                errors.append(.required(path.child("values"), text))
            }
        case "Exists", "DoesNotExist":
            if !requirement.values.isEmpty {
                let text = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
                errors.append(.invalid(path.child("values"), ValueRules.json(requirement.values), text))
            }
        default: errors.append(.invalid(field, requirement.operator, "not a valid selector operator"))
        }
        return errors
    }
}
