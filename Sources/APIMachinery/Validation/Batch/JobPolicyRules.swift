// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// What jobs say of failed pods, of success and of replacement.
enum JobPolicyRules {
    private static let ruleLimit = 20

    static func policies(_ spec: JobSpec, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if let policy = spec.podFailurePolicy { errors += failure(policy, spec, path.child("podFailurePolicy")) }
        if let policy = spec.successPolicy {
            let at = path.child("successPolicy")
            if spec.completionMode == "Indexed" {
                errors += success(policy, spec, at)
            } else {
                let shown = InternalForm.json(policy, "batch/v1.SuccessPolicy")
                errors.append(.invalid(at, shown, "requires indexed completion mode"))
            }
        }
        let replacements = spec.podFailurePolicy == nil ? ["Failed", "TerminatingOrFailed"] : ["Failed"]
        return errors + ValueRules.oneOf(spec.podReplacementPolicy, replacements, path.child("podReplacementPolicy"))
    }

    private static let actions = ["Count", "FailIndex", "FailJob", "Ignore"]

    /// `valid values: ["a" "b"]`, as Go lists them.
    private static func valid(_ values: [String]) -> String {
        "valid values: [\(values.map(GoText.quote).joined(separator: " "))]"
    }

    private static func known(_ value: String, _ values: [String], _ path: FieldPath) -> [FieldError] {
        value.isEmpty ? [.required(path, valid(values))] : ValueRules.oneOf(value, values, path)
    }

    private static func failure(_ policy: PodFailurePolicy, _ spec: JobSpec, _ path: FieldPath) -> [FieldError] {
        let list = path.child("rules")
        let template = spec.template.spec
        let names = Set((template.containers + template.initContainers).map(\.name))
        var errors: [FieldError] = []
        if policy.rules.count > ruleLimit {
            errors.append(.tooMany(list, count: policy.rules.count, limit: ruleLimit))
        }
        for (index, rule) in policy.rules.enumerated() {
            let at = list.index(index)
            errors += known(rule.action, actions, at.child("action"))
            if rule.action == "FailIndex", spec.backoffLimitPerIndex == nil {
                let text = "requires the backoffLimitPerIndex to be set"
                errors.append(.invalid(at.child("action"), rule.action, text))
            }
            if let codes = rule.onExitCodes { errors += exitCodes(codes, names, at.child("onExitCodes")) }
            errors += conditions(rule.onPodConditions, at.child("onPodConditions"))
            switch (rule.onExitCodes != nil, !rule.onPodConditions.isEmpty) {
            case (false, false):
                errors.append(.init(.invalid, at, nil, "specifying one of OnExitCodes and OnPodConditions is required"))
            case (true, true):
                errors.append(
                    .init(.invalid, at, nil, "specifying both OnExitCodes and OnPodConditions is not supported"))
            default: break
            }
        }
        return errors
    }

    private static func conditions(
        _ patterns: [PodFailurePolicyOnPodConditionsPattern], _ path: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        if patterns.count > ruleLimit { errors.append(.tooMany(path, count: patterns.count, limit: ruleLimit)) }
        for (index, pattern) in patterns.enumerated() {
            let at = path.index(index)
            errors += LabelRules.qualifiedName(pattern.type).map { .invalid(at.child("type"), pattern.type, $0) }
            errors += known(pattern.status, ["False", "True", "Unknown"], at.child("status"))
        }
        return errors
    }

    private static func exitCodes(
        _ codes: PodFailurePolicyOnExitCodesRequirement, _ containers: Set<String>, _ path: FieldPath
    ) -> [FieldError] {
        var errors = known(codes.operator, ["In", "NotIn"], path.child("operator"))
        if let name = codes.containerName, !containers.contains(name) {
            let text = "must be one of the container or initContainer names in the pod template"
            errors.append(.invalid(path.child("containerName"), name, text))
        }
        let list = path.child("values")
        let shown = JSONValue.array(codes.values.map { .int($0) })
        if codes.values.isEmpty {
            errors.append(.invalid(list, shown, "at least one value is required"))
        } else if codes.values.count > 255 {
            errors.append(.tooMany(list, count: codes.values.count, limit: 255))
        }
        var seen: Set<Int32> = []
        for (index, value) in codes.values.enumerated() {
            if codes.operator == "In", value == 0 {
                errors.append(.invalid(list.index(index), value, "must not be 0 for the In operator"))
            }
            if !seen.insert(value).inserted { errors.append(.duplicate(list.index(index), .int(value))) }
        }
        if zip(codes.values, codes.values.dropFirst()).contains(where: { $0 > $1 }) {
            errors.append(.invalid(list, shown, "must be ordered"))
        }
        return errors
    }

    private static func success(_ policy: SuccessPolicy, _ spec: JobSpec, _ path: FieldPath) -> [FieldError] {
        let list = path.child("rules")
        var errors: [FieldError] = []
        if policy.rules.isEmpty {
            errors.append(.required(list, "at least one rules must be specified when the successPolicy is specified"))
        }
        if policy.rules.count > ruleLimit {
            errors.append(.tooMany(list, count: policy.rules.count, limit: ruleLimit))
        }
        for (index, rule) in policy.rules.enumerated() {
            errors += success(rule, completions: spec.completions ?? 0, list.index(index))
        }
        return errors
    }

    private static func success(
        _ rule: SuccessPolicyRule, completions: Int32, _ path: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        if rule.succeededCount == nil, rule.succeededIndexes == nil {
            let text = "at least one of succeededCount or succeededIndexes must be specified"
            errors.append(.required(path, text))
        }
        var total: Int32 = 0
        if let indexes = rule.succeededIndexes {
            let at = path.child("succeededIndexes")
            if indexes.utf8.count > 64 * 1024 { errors.append(.tooLong(at, limit: 64 * 1024)) }
            switch JobIndexes.parse(indexes, completions: completions) {
            case .success(let parsed): total = parsed.count
            case .failure(let fault):
                errors.append(.invalid(at, indexes, "error parsing succeededIndexes: \(fault.text)"))
            }
        }
        guard let count = rule.succeededCount else { return errors }
        let at = path.child("succeededCount")
        errors += ValueRules.nonNegative(count, at)
        if count > completions {
            let text = "must be less than or equal to \(completions) (the number of specified completions)"
            errors.append(.invalid(at, count, text))
        }
        if rule.succeededIndexes != nil, count > total {
            let text =
                "must be less than or equal to \(total) (the number of indexes in the specified succeededIndexes field)"
            errors.append(.invalid(at, count, text))
        }
        return errors
    }
}
