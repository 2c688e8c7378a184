// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension Job {
    public func validateStatus(from old: Job) -> [FieldError] {
        let path = FieldPath("status")
        return ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + counts(path)
            + conditionFaults(old, path)
            + finishedFaults(old, path) + indexFaults(old, path) + successFaults(path) + changeFaults(old, path)
    }

    private func has(_ type: String) -> Bool {
        status.conditions.contains { $0.type == type && $0.status == ConditionStatus.true }
    }

    private var isComplete: Bool { has("Complete") }
    private var isFailed: Bool { has("Failed") }
    private var isFinished: Bool { isComplete || isFailed }

    /// A fault of the conditions as a whole, which are not shown.
    private static func conditions(_ path: FieldPath, _ text: String) -> FieldError {
        .init(.invalid, path.child("conditions"), nil, text)
    }

    private func counts(_ path: FieldPath) -> [FieldError] {
        let numbers: [(String, Int32)] = [
            ("active", status.active), ("succeeded", status.succeeded), ("failed", status.failed),
            ("ready", status.ready ?? 0), ("terminating", status.terminating ?? 0),
        ]
        var errors = numbers.flatMap { ValueRules.nonNegative($1, path.child($0)) }
        guard let uncounted = status.uncountedTerminatedPods else { return errors }
        var seen: Set<String> = []
        for (name, uids) in [("succeeded", uncounted.succeeded), ("failed", uncounted.failed)] {
            for (index, uid) in uids.enumerated() {
                let at = path.child("uncountedTerminatedPods", name).index(index)
                if uid.isEmpty {
                    errors.append(.invalid(at, uid, "must not be empty"))
                } else if !seen.insert(uid).inserted {
                    errors.append(.duplicate(at, uid))
                }
            }
        }
        return errors
    }

    /// Conditions that contradict each other, looked at where one of them changes.
    private func conditionFaults(_ old: Job, _ path: FieldPath) -> [FieldError] {
        let changesComplete = isComplete != old.isComplete
        let changesTarget = has("FailureTarget") != old.has("FailureTarget")
        let changesCompletion = status.completionTime != old.status.completionTime
        let completion = path.child("completionTime")
        let shown = status.completionTime.map { JSONValue.string($0.text) } ?? .null
        var errors: [FieldError] = []
        if changesComplete || isFailed != old.isFailed, isComplete, isFailed {
            errors.append(Self.conditions(path, "cannot set Complete=True and Failed=true conditions"))
        }
        if changesComplete || changesTarget, isComplete, has("FailureTarget") {
            errors.append(Self.conditions(path, "cannot set Complete=True and FailureTarget=true conditions"))
        }
        if changesComplete || changesCompletion {
            if status.completionTime != nil, !isComplete {
                let text = "cannot set completionTime when there is no Complete=True condition"
                errors.append(.invalid(completion, shown, text))
            }
            if status.completionTime == nil, isComplete {
                errors.append(.required(completion, "completionTime is required for Complete jobs"))
            }
        }
        if changesCompletion || status.startTime != old.status.startTime, let start = status.startTime,
            let end = status.completionTime, end < start
        {
            errors.append(.invalid(completion, shown, "must be equal to or after `startTime`"))
        }
        if isFailed != old.isFailed || changesTarget, isFailed, !has("FailureTarget") {
            let text = "cannot set Failed=True condition without the FailureTarget=true condition"
            errors.append(Self.conditions(path, text))
        }
        let changesCriteria = has("SuccessCriteriaMet") != old.has("SuccessCriteriaMet")
        if changesComplete || changesCriteria, isComplete, !has("SuccessCriteriaMet") {
            let text = "cannot set Complete=True condition without the SuccessCriteriaMet=true condition"
            errors.append(Self.conditions(path, text))
        }
        return errors
    }

    /// What a finished job cannot have any more.
    private func finishedFaults(_ old: Job, _ path: FieldPath) -> [FieldError] {
        let changes = isFinished != old.isFinished
        var errors: [FieldError] = []
        if changes || status.active != old.status.active, status.active > 0, isFinished {
            errors.append(.invalid(path.child("active"), status.active, "active>0 is invalid for finished job"))
        }
        let isEmpty = spec.suspend == true && spec.completions == 0
        if changes || status.startTime != old.status.startTime, !isEmpty, status.startTime == nil, isFinished {
            errors.append(.required(path.child("startTime"), "startTime is required for finished job"))
        }
        if changes || status.uncountedTerminatedPods != old.status.uncountedTerminatedPods, isFinished,
            let uncounted = status.uncountedTerminatedPods, !uncounted.failed.isEmpty || !uncounted.succeeded.isEmpty
        {
            let shown = InternalForm.json(uncounted, "batch/v1.UncountedTerminatedPods")
            let text = "uncountedTerminatedPods needs to be empty for finished job"
            errors.append(.invalid(path.child("uncountedTerminatedPods"), shown, text))
        }
        return errors
    }

    private func indexFaults(_ old: Job, _ path: FieldPath) -> [FieldError] {
        let changesCompleted = status.completedIndexes != old.status.completedIndexes
        let changesFailed = status.failedIndexes != old.status.failedIndexes
        let (completed, failed) = (path.child("completedIndexes"), path.child("failedIndexes"))
        var errors: [FieldError] = []
        if changesCompleted, let completions = spec.completions,
            case .failure(let fault) = JobIndexes.parse(status.completedIndexes, completions: completions)
        {
            let text = "error parsing completedIndexes: \(fault.text)"
            errors.append(.invalid(completed, status.completedIndexes, text))
        }
        if changesFailed, let completions = spec.completions, spec.backoffLimitPerIndex != nil,
            let indexes = status.failedIndexes,
            case .failure(let fault) = JobIndexes.parse(indexes, completions: completions)
        {
            errors.append(.invalid(failed, indexes, "error parsing failedIndexes: \(fault.text)"))
        }
        if changesCompleted, !status.completedIndexes.isEmpty, spec.completionMode != "Indexed" {
            let text = "cannot set non-empty completedIndexes when non-indexed completion mode"
            errors.append(.invalid(completed, status.completedIndexes, text))
        }
        guard let indexes = status.failedIndexes else { return errors }
        if changesFailed, spec.backoffLimitPerIndex == nil {
            let text = "cannot set non-null failedIndexes when backoffLimitPerIndex is null"
            errors.append(.invalid(failed, indexes, text))
        }
        if changesFailed || changesCompleted, let completions = spec.completions,
            let both = JobIndexes.overlap(status.completedIndexes, indexes, completions: completions)
        {
            let text = "failedIndexes and completedIndexes overlap at index: \(both)"
            errors.append(.invalid(failed, indexes, text))
        }
        return errors
    }

    private func successFaults(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if let terminating = status.terminating, terminating > 0, isFinished {
            let text = "terminating>0 is invalid for finished job"
            errors.append(.invalid(path.child("terminating"), terminating, text))
        }
        if let ready = status.ready, ready > status.active {
            errors.append(.invalid(path.child("ready"), ready, "cannot set more ready pods than active"))
        }
        let isMet = has("SuccessCriteriaMet")
        if isMet, isFailed {
            errors.append(Self.conditions(path, "cannot set SuccessCriteriaMet=True and Failed=true conditions"))
        }
        if isMet, has("FailureTarget") {
            let text = "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions"
            errors.append(Self.conditions(path, text))
        }
        if spec.successPolicy != nil, !isMet, isComplete {
            let text = "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True"
            errors.append(Self.conditions(path, text))
        }
        return errors
    }

    /// What cannot be taken back.
    private func changeFaults(_ old: Job, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        for type in ["Failed", "Complete", "FailureTarget"] where old.has(type) && !has(type) {
            errors.append(Self.conditions(path, "cannot disable the terminal \(type)=True condition"))
        }
        if status.failed < old.status.failed {
            errors.append(.invalid(path.child("failed"), status.failed, "cannot decrease the failed counter"))
        }
        let canShrink = spec.completionMode == "Indexed" && spec.completions == spec.parallelism
        if !canShrink, status.succeeded < old.status.succeeded {
            errors.append(.invalid(path.child("succeeded"), status.succeeded, "cannot decrease the succeeded counter"))
        }
        if let new = status.completionTime, let before = old.status.completionTime, new != before {
            errors.append(.invalid(path.child("completionTime"), new.text, ObjectMetaRules.immutableText))
        }
        if let before = old.status.startTime, before != status.startTime, spec.suspend != true {
            let shown = status.startTime.map { JSONValue.string($0.text) } ?? .null
            let text = "field is immutable for unsuspended job once set"
            errors.append(.invalid(path.child("startTime"), shown, text))
        }
        let isMet = has("SuccessCriteriaMet")
        if old.has("SuccessCriteriaMet"), !isMet {
            errors.append(Self.conditions(path, "cannot disable the SuccessCriteriaMet=True condition"))
        }
        if old.isComplete, !old.has("SuccessCriteriaMet"), isMet {
            let text = "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions"
            errors.append(Self.conditions(path, text))
        }
        return errors
    }
}
