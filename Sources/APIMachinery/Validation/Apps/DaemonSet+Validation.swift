// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension DaemonSet: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors = LabelSelectorRules.validate(spec.selector, at: path.child("selector"))
        let labels = spec.template.metadata.labels
        if errors.isEmpty, !LabelSelectorExpression(spec.selector).matches(labels) {
            let at = path.child("template", "metadata", "labels")
            errors.append(.invalid(at, ValueRules.json(labels), "`selector` does not match template `labels`"))
        }
        if let selector = spec.selector, selector.matchLabels.isEmpty, selector.matchExpressions.isEmpty {
            let text = "empty selector is invalid for daemonset"
            errors.append(.invalid(path.child("selector"), JSONValue(encoding: selector), text))
        }
        errors += WorkloadRules.template(spec.template, of: "DaemonSet")
        errors += ValueRules.nonNegative(spec.minReadySeconds, path.child("minReadySeconds"))
        errors += strategy(path.child("updateStrategy"))
        if let limit = spec.revisionHistoryLimit {
            errors += ValueRules.nonNegative(limit, path.child("revisionHistoryLimit"))
        }
        return errors
    }

    private func strategy(_ path: FieldPath) -> [FieldError] {
        switch spec.updateStrategy.type {
        case "OnDelete": return []
        case "RollingUpdate":
            guard let update = spec.updateStrategy.rollingUpdate else {
                return [.required(path.child("rollingUpdate"))]
            }
            return rolling(update, path.child("rollingUpdate"))
        default:
            let update = spec.updateStrategy.rollingUpdate.map { JSONValue(encoding: $0) } ?? .null
            let shown: JSONValue = ["Type": .string(spec.updateStrategy.type), "RollingUpdate": update]
            return [.notSupported(path, shown, ["RollingUpdate", "OnDelete"])]
        }
    }

    private func rolling(_ update: RollingUpdateDaemonSet, _ path: FieldPath) -> [FieldError] {
        let (unavailable, surge) = (update.maxUnavailable ?? .int(0), update.maxSurge ?? .int(0))
        var errors = ValueRules.countOrPercent(unavailable, path.child("maxUnavailable"))
        errors += ValueRules.countOrPercent(surge, path.child("maxSurge"))
        errors += ValueRules.atMostAll(unavailable, path.child("maxUnavailable"))
        errors += ValueRules.atMostAll(surge, path.child("maxSurge"))
        switch (WorkloadRules.amount(unavailable) == 0, WorkloadRules.amount(surge) == 0) {
        case (true, true): errors.append(.required(path.child("maxUnavailable"), "cannot be 0 when maxSurge is 0"))
        case (false, false):
            let shown = JSONValue(encoding: surge)
            errors.append(.invalid(path.child("maxSurge"), shown, "may not be set when maxUnavailable is non-zero"))
        default: break
        }
        return errors
    }

    /// Upstream looks at a changed one as at a new one, and then at the change.
    public func validateUpdate(from old: DaemonSet) -> [FieldError] {
        validateAsNew() + ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + validateBody()
            + WorkloadRules.immutableSelector(spec.selector, old.spec.selector)
    }

    public func validateStatus(from old: DaemonSet) -> [FieldError] {
        let path = FieldPath("status")
        let counts = [
            ("currentNumberScheduled", status.currentNumberScheduled),
            ("numberMisscheduled", status.numberMisscheduled),
            ("desiredNumberScheduled", status.desiredNumberScheduled), ("numberReady", status.numberReady),
        ]
        let more = [
            ("updatedNumberScheduled", status.updatedNumberScheduled), ("numberAvailable", status.numberAvailable),
            ("numberUnavailable", status.numberUnavailable), ("collisionCount", status.collisionCount ?? 0),
        ]
        var errors = ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        for (name, count) in counts { errors += ValueRules.nonNegative(count, path.child(name)) }
        errors += ValueRules.nonNegative(status.observedGeneration, path.child("observedGeneration"))
        for (name, count) in more { errors += ValueRules.nonNegative(count, path.child(name)) }
        return errors + WorkloadRules.notDecremented(status.collisionCount, old.status.collisionCount)
    }
}
