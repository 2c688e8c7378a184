// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension ResourceQuota: Validated {
    private static let countable: Set<String> = [
        "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage",
        "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods",
        "resourcequotas",
        "services", "replicationcontrollers", "secrets", "persistentvolumeclaims", "configmaps", "services.nodeports",
        "services.loadbalancers",
    ]

    public func validateBody() -> [FieldError] {
        var errors: [FieldError] = []
        for (name, amount) in spec.hard.sorted(by: { $0.key < $1.key }) {
            let path = FieldPath("spec", "hard").key(name)
            let isHugePages = ResourceRules.isHugePages(name) || name.hasPrefix("requests.hugepages-")
            let isKnown = Self.countable.contains(name) || isHugePages
            if !isKnown { errors += ResourceRules.resourceName(name, path) }
            if !name.contains("/"), !isKnown {
                errors.append(.invalid(path, name, "must be a standard resource for quota"))
            }
            errors += ResourceRules.quantity(amount, of: name, path)
        }
        return errors + scopes()
    }

    private func scopes() -> [FieldError] {
        let path = FieldPath("spec", "scopes")
        var errors: [FieldError] = []
        let known: Set<String> = [
            "Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass",
            "CrossNamespacePodAffinity",
            "VolumeAttributesClass",
        ]
        for scope in spec.scopes where !known.contains(scope) {
            errors.append(.invalid(path, ValueRules.json(spec.scopes), "unsupported scope"))
        }
        for pair in [["BestEffort", "NotBestEffort"], ["Terminating", "NotTerminating"]]
        where pair.allSatisfy(spec.scopes.contains) {
            errors.append(.invalid(path, ValueRules.json(spec.scopes), "conflicting scopes"))
        }
        let selector = FieldPath("spec", "scopeSelector", "matchExpressions")
        for requirement in spec.scopeSelector?.matchExpressions ?? [] {
            if !known.contains(requirement.scopeName) {
                errors.append(.invalid(selector.child("scopeName"), requirement.scopeName, "unsupported scope"))
            }
            switch requirement.operator {
            case "In", "NotIn":
                if requirement.values.isEmpty {
                    let text = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
                    errors.append(.required(selector.child("values"), text))
                }
            case "Exists", "DoesNotExist":
                if !requirement.values.isEmpty {
                    let text = "must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope selector"
                    errors.append(.invalid(selector.child("values"), ValueRules.json(requirement.values), text))
                }
            default:
                let text = "not a valid selector operator"
                errors.append(.invalid(selector.child("operator"), requirement.operator, text))
            }
        }
        return errors
    }
}

extension IngressClass: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors: [FieldError] = []
        if spec.controller.utf8.count > 250 { errors.append(.tooLong(path.child("controller"), limit: 250)) }
        let faults = spec.controller.isEmpty ? [] : LabelRules.domainPath(spec.controller)
        errors += faults.map { .invalid(path.child("controller"), spec.controller, $0) }
        guard let parameters = spec.parameters else { return errors }
        let at = path.child("parameters")
        errors += ValueRules.name(parameters.kind, at.child("kind"), NameRules.pathSegment)
        errors += ValueRules.name(parameters.name, at.child("name"), NameRules.pathSegment)
        let scopes = ["Cluster", "Namespace"]
        if let scope = parameters.scope, !scopes.contains(scope) {
            errors.append(.notSupported(at.child("scope"), scope, scopes))
        }
        let namespace = parameters.namespace ?? ""
        if parameters.scope == "Namespace", namespace.isEmpty {
            errors.append(.required(at.child("namespace"), "`parameters.scope` is set to 'Namespace'"))
        } else if parameters.scope == "Cluster", parameters.namespace != nil {
            errors.append(.forbidden(at.child("namespace"), "`parameters.scope` is set to 'Cluster'"))
        }
        return errors
    }

    public func validateChange(from old: IngressClass) -> [FieldError] {
        guard spec.controller != old.spec.controller else { return [] }
        return [.invalid(FieldPath("spec", "controller"), spec.controller, ObjectMetaRules.immutableText)]
    }
}
