// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension CronJob: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors: [FieldError] = []
        // the names of its jobs are eleven characters longer
        if metadata.name.utf8.count > 52 {
            errors.append(.invalid(FieldPath("metadata", "name"), metadata.name, NameRules.maxLength(52)))
        }
        errors += schedule(path.child("schedule"))
        if let zone = spec.timeZone { errors += timeZone(zone, path.child("timeZone")) }
        if let seconds = spec.startingDeadlineSeconds {
            errors += ValueRules.nonNegative(seconds, path.child("startingDeadlineSeconds"))
        }
        errors += ValueRules.oneOf(
            spec.concurrencyPolicy, ["Allow", "Forbid", "Replace"], path.child("concurrencyPolicy"))
        let template = path.child("jobTemplate", "spec")
        errors += JobRules.spec(spec.jobTemplate.spec, template)
        if spec.jobTemplate.spec.manualSelector == true {
            errors.append(.notSupported(template.child("manualSelector"), true, ["nil", "false"]))
        }
        if let limit = spec.successfulJobsHistoryLimit {
            errors += ValueRules.nonNegative(limit, path.child("successfulJobsHistoryLimit"))
        }
        if let limit = spec.failedJobsHistoryLimit {
            errors += ValueRules.nonNegative(limit, path.child("failedJobsHistoryLimit"))
        }
        return errors
    }

    /// Names of zones are relative paths of letters, digits and few signs; whether there is such a zone, the controller sees.
    private func timeZone(_ zone: String, _ path: FieldPath) -> [FieldError] {
        if zone.isEmpty { return [.invalid(path, zone, "timeZone must be nil or non-empty string")] }
        if zone.lowercased() == "local" {
            return [
                .invalid(
                    path, zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones")
            ]
        }
        let isName = zone.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part != "." && part != ".."
                && part.utf8.allSatisfy { NameRules.isLetter($0) || NameRules.isDigit($0) || "_+-".utf8.contains($0) }
        }
        return isName ? [] : [.invalid(path, zone, "unknown time zone \(zone)")]
    }

    private func schedule(_ path: FieldPath) -> [FieldError] {
        let text = spec.schedule
        if text.isEmpty { return [.required(path)] }
        if text.contains("TZ") {
            return [.invalid(path, text, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")]
        }
        if text.hasPrefix("@") { return [] }
        let fields = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard fields.count != 5 else { return [] }
        return [.invalid(path, text, "expected exactly 5 fields, found \(fields.count): \(GoText.list(fields))")]
    }
}

extension PodDisruptionBudget: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors: [FieldError] = []
        if let minimum = spec.minAvailable, let maximum = spec.maxUnavailable {
            let selector = spec.selector.map { JSONValue(encoding: $0) } ?? .null
            let shown: JSONValue = [
                "MinAvailable": JSONValue(encoding: minimum), "Selector": selector,
                "MaxUnavailable": JSONValue(encoding: maximum),
                "UnhealthyPodEvictionPolicy": spec.unhealthyPodEvictionPolicy.map { .string($0) } ?? .null,
            ]
            errors.append(.invalid(path, shown, "minAvailable and maxUnavailable cannot be both set"))
        }
        for (name, value) in [("minAvailable", spec.minAvailable), ("maxUnavailable", spec.maxUnavailable)] {
            guard let value else { continue }
            errors += ValueRules.countOrPercent(value, path.child(name)) + ValueRules.atMostAll(value, path.child(name))
        }
        let known = ["AlwaysAllow", "IfHealthyBudget"]
        errors += ValueRules.oneOf(spec.unhealthyPodEvictionPolicy, known, path.child("unhealthyPodEvictionPolicy"))
        return errors + LabelSelectorRules.validate(spec.selector, at: path.child("selector"))
    }
}
