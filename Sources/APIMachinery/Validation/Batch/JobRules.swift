// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Rules of jobs, alone and in CronJobs.
enum JobRules {
    private static let many = 100_000
    private static let fewer = 10_000
    private static let indexed = "requires indexed completion mode"

    static func spec(_ spec: JobSpec, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        let counts: [(String, Int64?)] = [
            ("parallelism", spec.parallelism.map(Int64.init)), ("completions", spec.completions.map(Int64.init)),
            ("activeDeadlineSeconds", spec.activeDeadlineSeconds), ("backoffLimit", spec.backoffLimit.map(Int64.init)),
            ("ttlSecondsAfterFinished", spec.ttlSecondsAfterFinished.map(Int64.init)),
            ("backoffLimitPerIndex", spec.backoffLimitPerIndex.map(Int64.init)),
            ("maxFailedIndexes", spec.maxFailedIndexes.map(Int64.init)),
        ]
        for (name, count) in counts { errors += count.map { ValueRules.nonNegative($0, path.child(name)) } ?? [] }
        if spec.maxFailedIndexes != nil, spec.backoffLimitPerIndex == nil {
            errors.append(.required(path.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified"))
        }
        if let name = spec.managedBy { errors += managedBy(name, path.child("managedBy")) }
        if let mode = spec.completionMode {
            errors += ValueRules.oneOf(mode, ["NonIndexed", "Indexed"], path.child("completionMode"))
        }
        errors += spec.completionMode == "Indexed" ? indexes(spec, path) : noIndexes(spec, path)
        errors += JobPolicyRules.policies(spec, path)
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

    private static func managedBy(_ name: String, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.domainPath(name, path)
        if name.utf8.count > 63 { errors.append(.tooLong(path, limit: 63)) }
        return errors
    }

    private static func noIndexes(_ spec: JobSpec, _ path: FieldPath) -> [FieldError] {
        guard spec.completionMode == nil || spec.completionMode == "NonIndexed" else { return [] }
        var errors: [FieldError] = []
        if let value = spec.backoffLimitPerIndex {
            errors.append(.invalid(path.child("backoffLimitPerIndex"), value, indexed))
        }
        if let value = spec.maxFailedIndexes {
            errors.append(.invalid(path.child("maxFailedIndexes"), value, indexed))
        }
        return errors
    }

    private static func indexes(_ spec: JobSpec, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        let (parallel, failed) = (path.child("parallelism"), path.child("maxFailedIndexes"))
        if spec.completions == nil {
            errors.append(.required(path.child("completions"), "when completion mode is Indexed"))
        }
        if let value = spec.parallelism, value > many {
            let text = "must be less than or equal to \(many) when completion mode is Indexed"
            errors.append(.invalid(parallel, value, text))
        }
        if let value = spec.maxFailedIndexes {
            if let completions = spec.completions, value > completions {
                errors.append(.invalid(failed, value, "must be less than or equal to completions"))
            }
            if value > many { errors.append(.invalid(failed, value, "must be less than or equal to \(many)")) }
        }
        guard let completions = spec.completions, completions > many, spec.backoffLimitPerIndex != nil else {
            return errors
        }
        let text =
            "must be less than or equal to \(fewer) when completions are above \(many) and used with backoff limit per index"
        if spec.maxFailedIndexes == nil {
            errors.append(.required(failed, "must be specified when completions is above \(many)"))
        }
        if let value = spec.parallelism, value > fewer { errors.append(.invalid(parallel, value, text)) }
        if let value = spec.maxFailedIndexes, value > fewer { errors.append(.invalid(failed, value, text)) }
        return errors
    }
}
