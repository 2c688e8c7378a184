// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension CronJob: Validated {
    public func validateBody() -> [FieldError] {
        var errors = specFaults(from: nil)
        // the names of its jobs are eleven characters longer
        if metadata.name.utf8.count > 52 {
            errors.append(.invalid(FieldPath("metadata", "name"), metadata.name, NameRules.maxLength(52)))
        }
        return errors
    }

    public func validateUpdate(from old: CronJob) -> [FieldError] {
        ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + specFaults(from: old)
    }

    private func specFaults(from old: CronJob?) -> [FieldError] {
        let path = FieldPath("spec")
        var errors = schedule(from: old, path.child("schedule"))
        if let seconds = spec.startingDeadlineSeconds {
            errors += ValueRules.nonNegative(seconds, path.child("startingDeadlineSeconds"))
        }
        if let zone = spec.timeZone, old == nil || old?.spec.timeZone != zone {
            errors += timeZone(zone, path.child("timeZone"))
        }
        errors += ValueRules.known(
            spec.concurrencyPolicy, ["Allow", "Forbid", "Replace"], path.child("concurrencyPolicy"))
        let template = path.child("jobTemplate", "spec")
        let job = spec.jobTemplate.spec
        errors += JobRules.spec(job, template)
        if let selector = job.selector {
            let text = "`selector` will be auto-generated"
            errors.append(.invalid(template.child("selector"), JSONValue(encoding: selector), text))
        }
        if job.manualSelector == true {
            errors.append(.notSupported(template.child("manualSelector"), true, ["nil", "false"]))
        }
        for (name, limit) in [
            ("successfulJobsHistoryLimit", spec.successfulJobsHistoryLimit),
            ("failedJobsHistoryLimit", spec.failedJobsHistoryLimit),
        ] {
            errors += limit.map { ValueRules.nonNegative($0, path.child(name)) } ?? []
        }
        return errors
    }

    private func timeZone(_ zone: String, _ path: FieldPath) -> [FieldError] {
        if zone.isEmpty { return [.invalid(path, zone, "timeZone must be nil or non-empty string")] }
        let unknown = FieldError.invalid(path, zone, "unknown time zone \(zone)")
        let isName = zone.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part != "." && part != ".." && !part.hasPrefix("-") && part.utf8.count <= 14
                && part.utf8.allSatisfy {
                    NameRules.isLetter($0) || NameRules.isDigit($0) || ".-_+".utf8.contains($0)
                }
        }
        guard isName else { return [unknown] }
        if zone.lowercased() == "local" {
            let text = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
            return [.invalid(path, zone, text)] + (zone == "Local" ? [] : [unknown])
        }
        return zone == "UTC" || TimeZoneNames.contains(zone) ? [] : [unknown]
    }

    private func schedule(from old: CronJob?, _ path: FieldPath) -> [FieldError] {
        let text = spec.schedule
        if text.isEmpty { return [.required(path)] }
        var errors: [FieldError] = CronScheduleRules.fault(text).map { [.invalid(path, text, $0)] } ?? []
        guard text.contains("TZ") else { return errors }
        if old?.spec.schedule.contains("TZ") != true {
            let message = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
            errors.append(.invalid(path, text, message))
        } else if spec.timeZone != nil {
            errors.append(.invalid(path, text, "cannot use both timeZone field and TZ or CRON_TZ in schedule"))
        }
        return errors
    }
}
