// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// What a pod says of where it may run.
enum SchedulingRules {
    static func affinity(_ affinity: Affinity, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if let node = affinity.nodeAffinity {
            let at = path.child("nodeAffinity")
            if let required = node.requiredDuringSchedulingIgnoredDuringExecution {
                errors += nodeSelector(required, at.child("requiredDuringSchedulingIgnoredDuringExecution"))
            }
            for (index, term) in node.preferredDuringSchedulingIgnoredDuringExecution.enumerated() {
                let item = at.child("preferredDuringSchedulingIgnoredDuringExecution").index(index)
                if term.weight < 1 || term.weight > 100 {
                    errors.append(.invalid(item.child("weight"), term.weight, "must be in the range 1-100"))
                }
                errors += self.term(term.preference, allowsInvalidValues: true, item.child("preference"))
            }
        }
        if let pod = affinity.podAffinity {
            let preferred = pod.preferredDuringSchedulingIgnoredDuringExecution
            let required = pod.requiredDuringSchedulingIgnoredDuringExecution
            errors += podTerms(required, preferred, path.child("podAffinity"))
        }
        if let pod = affinity.podAntiAffinity {
            let preferred = pod.preferredDuringSchedulingIgnoredDuringExecution
            let required = pod.requiredDuringSchedulingIgnoredDuringExecution
            errors += podTerms(required, preferred, path.child("podAntiAffinity"))
        }
        return errors
    }

    static func nodeSelector(_ selector: NodeSelector, _ path: FieldPath) -> [FieldError] {
        let terms = path.child("nodeSelectorTerms")
        if selector.nodeSelectorTerms.isEmpty { return [.required(terms, "must have at least one node selector term")] }
        return selector.nodeSelectorTerms.enumerated().flatMap { term($1, terms.index($0)) }
    }

    private static func term(
        _ term: NodeSelectorTerm, allowsInvalidValues: Bool = false, _ path: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, requirement) in term.matchExpressions.enumerated() {
            let at = path.child("matchExpressions").index(index)
            errors += self.requirement(requirement, allowsInvalidValues: allowsInvalidValues, at)
        }
        for (index, requirement) in term.matchFields.enumerated() {
            errors += field(requirement, path.child("matchFields").index(index))
        }
        return errors
    }

    private static func requirement(
        _ requirement: NodeSelectorRequirement, allowsInvalidValues: Bool, _ path: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        let values = path.child("values")
        switch requirement.operator {
        case "In", "NotIn":
            if requirement.values.isEmpty {
                errors.append(.required(values, "must be specified when `operator` is 'In' or 'NotIn'"))
            }
        case "Exists", "DoesNotExist":
            if !requirement.values.isEmpty {
                errors.append(.forbidden(values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
            }
        case "Gt", "Lt":
            if requirement.values.count != 1 {
                errors.append(.required(values, "must be specified single value when `operator` is 'Lt' or 'Gt'"))
            }
        default: errors.append(.invalid(path.child("operator"), requirement.operator, "not a valid selector operator"))
        }
        errors += LabelRules.qualifiedName(requirement.key).map { .invalid(path.child("key"), requirement.key, $0) }
        guard !allowsInvalidValues else { return errors }
        for (index, value) in requirement.values.enumerated() {
            errors += LabelRules.value(value).map { .invalid(values.index(index), value, $0) }
        }
        return errors
    }

    private static func field(_ requirement: NodeSelectorRequirement, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        switch requirement.operator {
        case "In", "NotIn":
            if requirement.values.count != 1 {
                let text = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
                errors.append(.required(path.child("values"), text))
            }
        default: errors.append(.invalid(path.child("operator"), requirement.operator, "not a valid selector operator"))
        }
        guard requirement.key == "metadata.name" else {
            return errors + [.invalid(path.child("key"), requirement.key, "not a valid field selector key")]
        }
        for (index, name) in requirement.values.enumerated() {
            errors += NameRules.dns1123Subdomain(name).map { .invalid(path.child("values").index(index), name, $0) }
        }
        return errors
    }

    private static func podTerms(
        _ required: [PodAffinityTerm], _ preferred: [WeightedPodAffinityTerm], _ path: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, term) in required.enumerated() {
            errors += podTerm(term, path.child("requiredDuringSchedulingIgnoredDuringExecution").index(index))
        }
        for (index, term) in preferred.enumerated() {
            let at = path.child("preferredDuringSchedulingIgnoredDuringExecution").index(index)
            if term.weight < 1 || term.weight > 100 {
                errors.append(.invalid(at.child("weight"), term.weight, "must be in the range 1-100"))
            }
            errors += podTerm(term.podAffinityTerm, at.child("podAffinityTerm"))
        }
        return errors
    }

    private static func podTerm(_ term: PodAffinityTerm, _ path: FieldPath) -> [FieldError] {
        var errors = LabelSelectorRules.validate(term.labelSelector, at: path.child("labelSelector"))
        errors += LabelSelectorRules.validate(term.namespaceSelector, at: path.child("namespaceSelector"))
        for name in term.namespaces {
            errors += NameRules.dns1123Label(name).map { .invalid(path.child("namespace"), name, $0) }
        }
        errors += LabelKeyRules.affinity(term, path)
        let key = path.child("topologyKey")
        if term.topologyKey.isEmpty { errors.append(.required(key, "can not be empty")) }
        return errors + LabelRules.qualifiedName(term.topologyKey).map { .invalid(key, term.topologyKey, $0) }
    }

    private static let effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"]

    static func tolerations(_ tolerations: [Toleration], _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, toleration) in tolerations.enumerated() {
            func at(_ field: String) -> FieldPath { path().index(index).child(field) }
            if !toleration.key.isEmpty {
                errors += LabelRules.qualifiedName(toleration.key).map { .invalid(at("key"), toleration.key, $0) }
            }
            if toleration.key.isEmpty, toleration.operator != "Exists" {
                let text = "operator must be Exists when `key` is empty, which means \"match all values and all keys\""
                errors.append(.invalid(at("operator"), toleration.operator, text))
            }
            if toleration.tolerationSeconds != nil, toleration.effect != "NoExecute" {
                let text = "effect must be 'NoExecute' when `tolerationSeconds` is set"
                errors.append(.invalid(at("effect"), toleration.effect, text))
            }
            errors += comparison(of: toleration, at("operator"))
            if !toleration.effect.isEmpty {
                errors += ValueRules.oneOf(toleration.effect, effects, at("effect"))
            }
        }
        return errors
    }

    private static func comparison(
        of toleration: Toleration, _ path: @autoclosure () -> FieldPath
    ) -> [FieldError] {
        switch toleration.operator {
        case "", "Equal":
            let faults = LabelRules.value(toleration.value)
            guard !faults.isEmpty else { return [] }
            return [.invalid(path(), toleration.value, faults.joined(separator: ";"))]
        case "Exists":
            let text = "value must be empty when `operator` is 'Exists'"
            return toleration.value.isEmpty ? [] : [.invalid(path(), toleration.value, text)]
        // comparing numbers is an alpha feature: known, but not allowed
        default: return [.notSupported(path(), toleration.operator, ["Equal", "Exists", "Lt", "Gt"])]
        }
    }

    static func spread(_ constraints: [TopologySpreadConstraint], _ path: FieldPath) -> [FieldError] {
        constraints.enumerated().flatMap { index, constraint in
            spread(constraint, before: constraints[(index + 1)...], path.index(index))
        }
    }

    private static func spread(
        _ constraint: TopologySpreadConstraint, before rest: ArraySlice<TopologySpreadConstraint>, _ path: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        let action = constraint.whenUnsatisfiable
        if constraint.maxSkew <= 0 {
            errors.append(.invalid(path.child("maxSkew"), constraint.maxSkew, "must be greater than zero"))
        }
        if constraint.topologyKey.isEmpty { errors.append(.required(path.child("topologyKey"), "can not be empty")) }
        errors += ValueRules.oneOf(action, ["DoNotSchedule", "ScheduleAnyway"], path.child("whenUnsatisfiable"))
        if rest.contains(where: { $0.topologyKey == constraint.topologyKey && $0.whenUnsatisfiable == action }) {
            let key = "{\(constraint.topologyKey), \(action)}"
            errors.append(.duplicate(path.child("{topologyKey, whenUnsatisfiable}"), key))
        }
        if let minimum = constraint.minDomains {
            let at = path.child("minDomains")
            if minimum <= 0 { errors.append(.invalid(at, minimum, "must be greater than zero")) }
            if action != "DoNotSchedule" {
                let text = "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not \(action)"
                errors.append(.invalid(at, minimum, text))
            }
        }
        let policies = ["Honor", "Ignore"]
        errors += ValueRules.oneOf(constraint.nodeAffinityPolicy, policies, path.child("nodeAffinityPolicy"))
        errors += ValueRules.oneOf(constraint.nodeTaintsPolicy, policies, path.child("nodeTaintsPolicy"))
        errors += LabelKeyRules.spread(constraint, path.child("matchLabelKeys"))
        return errors + LabelSelectorRules.validate(constraint.labelSelector, at: path.child("labelSelector"))
    }
}

/// Keys of labels whose values are taken from the pod itself.
enum LabelKeyRules {
    private static let needsSelector = "must not be specified when labelSelector is not set"

    static func spread(_ constraint: TopologySpreadConstraint, _ path: FieldPath) -> [FieldError] {
        guard !constraint.matchLabelKeys.isEmpty else { return [] }
        var errors: [FieldError] = []
        if constraint.labelSelector == nil { errors.append(.forbidden(path, needsSelector)) }
        let selector = constraint.labelSelector ?? LabelSelector()
        let merged = Set(constraint.matchLabelKeys)
        // what the server has merged into the selector itself is no conflict
        let expressions = selector.matchExpressions.filter {
            !(merged.contains($0.key) && $0.operator == "In" && $0.values.count == 1)
        }
        let used = Set(selector.matchLabels.keys).union(expressions.map(\.key))
        for (index, key) in constraint.matchLabelKeys.enumerated() {
            errors += LabelRules.qualifiedName(key).map { .invalid(path.index(index), key, $0) }
            if used.contains(key) {
                errors.append(.invalid(path.index(index), key, "exists in both matchLabelKeys and labelSelector"))
            }
        }
        return errors
    }

    static func affinity(_ term: PodAffinityTerm, _ path: FieldPath) -> [FieldError] {
        var errors = names(term.matchLabelKeys, term.labelSelector, path.child("matchLabelKeys"))
        errors += names(term.mismatchLabelKeys, term.labelSelector, path.child("mismatchLabelKeys"))
        if let selector = term.labelSelector {
            var used = Set(selector.matchLabels.keys)
            for expression in selector.matchExpressions {
                if let index = term.matchLabelKeys.lastIndex(of: expression.key), used.contains(expression.key) {
                    let text = "exists in both matchLabelKeys and labelSelector"
                    errors.append(.invalid(path.index(index), expression.key, text))
                }
                used.insert(expression.key)
            }
        }
        for (index, key) in term.matchLabelKeys.enumerated() where term.mismatchLabelKeys.contains(key) {
            let text = "exists in both matchLabelKeys and mismatchLabelKeys"
            errors.append(.invalid(path.child("matchLabelKeys").index(index), key, text))
        }
        return errors
    }

    private static func names(_ keys: [String], _ selector: LabelSelector?, _ path: FieldPath) -> [FieldError] {
        guard !keys.isEmpty else { return [] }
        guard selector != nil else { return [.forbidden(path, needsSelector)] }
        return keys.enumerated().flatMap { index, key in
            LabelRules.qualifiedName(key).map { .invalid(path.index(index), key, $0) }
        }
    }
}
