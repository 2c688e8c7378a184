// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension Job: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors = JobRules.spec(spec, path)
        if spec.manualSelector == true || spec.selector != nil {
            if let selector = spec.selector {
                errors += LabelSelectorRules.validate(selector, at: path.child("selector"))
            } else {
                errors.insert(.required(path.child("selector")), at: 0)
            }
            let labels = spec.template.metadata.labels
            if !LabelSelectorExpression(spec.selector).matches(labels) {
                let at = path.child("template", "metadata", "labels")
                errors.append(.invalid(at, ValueRules.json(labels), "`selector` does not match template `labels`"))
            }
        }
        return errors
    }

    public func validateChange(from old: Job) -> [FieldError] {
        let path = FieldPath("spec")
        var errors: [FieldError] = []
        let isIndexed = spec.completionMode == "Indexed"
        if spec.completions != old.spec.completions, !(isIndexed && spec.completions == spec.parallelism) {
            let value = spec.completions.map { JSONValue.int($0) } ?? .null
            errors.append(.invalid(path.child("completions"), value, ObjectMetaRules.immutableText))
        }
        if spec.selector != old.spec.selector {
            errors += WorkloadRules.immutableSelector(spec.selector, old.spec.selector)
        }
        // a suspended job may still be told where its pods run
        if spec.template != old.spec.template, !(old.spec.suspend == true && old.status.startTime == nil) {
            let at = path.child("template")
            errors.append(.invalid(at, JSONValue(encoding: spec.template), ObjectMetaRules.immutableText))
        }
        if spec.completionMode != old.spec.completionMode {
            let value = spec.completionMode.map { JSONValue.string($0) } ?? .null
            errors.append(.invalid(path.child("completionMode"), value, ObjectMetaRules.immutableText))
        }
        return errors
    }
}

/// Rules of jobs, alone and in CronJobs.
enum JobRules {
    static func spec(_ spec: JobSpec, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if let value = spec.parallelism { errors += ValueRules.nonNegative(value, path.child("parallelism")) }
        if let value = spec.completions { errors += ValueRules.nonNegative(value, path.child("completions")) }
        if let value = spec.activeDeadlineSeconds {
            errors += ValueRules.nonNegative(value, path.child("activeDeadlineSeconds"))
        }
        if let value = spec.backoffLimit { errors += ValueRules.nonNegative(value, path.child("backoffLimit")) }
        if let value = spec.ttlSecondsAfterFinished {
            errors += ValueRules.nonNegative(value, path.child("ttlSecondsAfterFinished"))
        }
        errors += indexes(spec, path)
        errors += ValueRules.oneOf(
            spec.podReplacementPolicy, ["Failed", "TerminatingOrFailed"], path.child("podReplacementPolicy"))
        if let policy = spec.podFailurePolicy { errors += failurePolicy(policy, path.child("podFailurePolicy")) }
        if let policy = spec.successPolicy { errors += successPolicy(policy, spec, path.child("successPolicy")) }
        errors += PodSpecRules.template(spec.template, path.child("template"))
        let restart = path.child("template", "spec", "restartPolicy")
        let policy = spec.template.spec.restartPolicy
        if policy.isEmpty || policy == "Always" {
            errors.append(.required(restart, "valid values: \"OnFailure\", \"Never\""))
        } else if policy != "OnFailure", policy != "Never" {
            errors.append(.notSupported(restart, policy, ["OnFailure", "Never"]))
        } else if spec.podFailurePolicy != nil, policy != "Never" {
            errors.append(.invalid(restart, policy, "only \"Never\" is supported when podFailurePolicy is specified"))
        }
        return errors
    }

    private static func indexes(_ spec: JobSpec, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if let value = spec.backoffLimitPerIndex {
            errors += ValueRules.nonNegative(value, path.child("backoffLimitPerIndex"))
        }
        let isIndexed = spec.completionMode == "Indexed"
        if let value = spec.maxFailedIndexes {
            errors += ValueRules.nonNegative(value, path.child("maxFailedIndexes"))
            if spec.backoffLimitPerIndex == nil {
                errors.append(.required(path.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified"))
            }
        }
        if let mode = spec.completionMode {
            errors += ValueRules.oneOf(mode, ["Indexed", "NonIndexed"], path.child("completionMode"))
        }
        if isIndexed, spec.completions == nil {
            let text = "when completion mode is Indexed"
            errors.append(.required(path.child("completions"), text))
        }
        if !isIndexed {
            let text = "requires indexed completion mode"
            if let value = spec.backoffLimitPerIndex {
                errors.append(.invalid(path.child("backoffLimitPerIndex"), value, text))
            }
            if let value = spec.maxFailedIndexes {
                errors.append(.invalid(path.child("maxFailedIndexes"), value, text))
            }
        }
        return errors
    }

    private static func failurePolicy(_ policy: PodFailurePolicy, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, rule) in policy.rules.enumerated() {
            let at = path.child("rules").index(index)
            if rule.action.isEmpty {
                errors.append(
                    .required(at.child("action"), "valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]"))
            } else {
                errors += ValueRules.oneOf(
                    rule.action, ["Count", "FailIndex", "FailJob", "Ignore"], at.child("action"))
            }
            if let codes = rule.onExitCodes { errors += exitCodes(codes, at.child("onExitCodes")) }
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

    private static func successPolicy(_ policy: SuccessPolicy, _ spec: JobSpec, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if spec.completionMode != "Indexed" {
            let text = "requires indexed completion mode"
            errors.append(.invalid(path, JSONValue(encoding: policy), text))
        }
        if policy.rules.isEmpty {
            errors.append(.required(path.child("rules"), "at least one rules must be specified"))
        }
        for (index, rule) in policy.rules.enumerated() {
            let at = path.child("rules").index(index)
            if rule.succeededCount == nil, rule.succeededIndexes == nil {
                let text = "at least one of succeededCount or succeededIndexes must be specified"
                errors.append(.required(at, text))
            }
            if let count = rule.succeededCount {
                errors += ValueRules.nonNegative(count, at.child("succeededCount"))
                if let completions = spec.completions, count > completions {
                    let text = "must be less than or equal to \(completions) (the number of specified completions)"
                    errors.append(.invalid(at.child("succeededCount"), count, text))
                }
            }
        }
        return errors
    }

    private static func exitCodes(_ codes: PodFailurePolicyOnExitCodesRequirement, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if codes.operator.isEmpty {
            errors.append(.required(path.child("operator"), "valid values: [\"In\" \"NotIn\"]"))
        } else {
            errors += ValueRules.oneOf(codes.operator, ["In", "NotIn"], path.child("operator"))
        }
        if codes.values.isEmpty {
            errors.append(.invalid(path.child("values"), .array([]), "at least one value is required"))
        }
        for (index, value) in codes.values.enumerated() where value == 0 && codes.operator == "In" {
            errors.append(.invalid(path.child("values").index(index), value, "must not be 0 for the In operator"))
        }
        return errors
    }
}
