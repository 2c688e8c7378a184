// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension Deployment: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors = ValueRules.nonNegative(spec.replicas ?? 0, path.child("replicas"))
        errors += WorkloadRules.selector(spec.selector, template: spec.template)
        errors += WorkloadRules.template(spec.template)
        errors += strategy(path.child("strategy"))
        errors += ValueRules.nonNegative(spec.minReadySeconds, path.child("minReadySeconds"))
        if let limit = spec.revisionHistoryLimit {
            errors += ValueRules.nonNegative(limit, path.child("revisionHistoryLimit"))
        }
        if let seconds = spec.progressDeadlineSeconds {
            let at = path.child("progressDeadlineSeconds")
            errors += ValueRules.nonNegative(seconds, at)
            if seconds <= spec.minReadySeconds {
                errors.append(.invalid(at, seconds, "must be greater than minReadySeconds"))
            }
        }
        return errors
    }

    private func strategy(_ path: FieldPath) -> [FieldError] {
        switch spec.strategy.type {
        case "Recreate":
            guard spec.strategy.rollingUpdate != nil else { return [] }
            let text = "may not be specified when strategy `type` is 'Recreate'"
            return [.forbidden(path.child("rollingUpdate"), text)]
        case "RollingUpdate":
            guard let update = spec.strategy.rollingUpdate else {
                return [.required(path.child("rollingUpdate"), "this should be defaulted and never be nil")]
            }
            return rolling(update, path.child("rollingUpdate"))
        default:
            let shown = InternalForm.json(spec.strategy, "apps/v1.DeploymentStrategy")
            return [.notSupported(path, shown, ["Recreate", "RollingUpdate"])]
        }
    }

    private func rolling(_ update: RollingUpdateDeployment, _ path: FieldPath) -> [FieldError] {
        let (unavailable, surge) = (update.maxUnavailable ?? .int(0), update.maxSurge ?? .int(0))
        var errors = ValueRules.countOrPercent(unavailable, path.child("maxUnavailable"))
        errors += ValueRules.countOrPercent(surge, path.child("maxSurge"))
        if WorkloadRules.amount(unavailable) == 0, WorkloadRules.amount(surge) == 0 {
            let shown = JSONValue(encoding: unavailable)
            errors.append(.invalid(path.child("maxUnavailable"), shown, "may not be 0 when `maxSurge` is 0"))
        }
        return errors + ValueRules.atMostAll(unavailable, path.child("maxUnavailable"))
    }

    public func validateChange(from old: Deployment) -> [FieldError] {
        WorkloadRules.immutableSelector(spec.selector, old.spec.selector)
    }

    public func validateStatus(from old: Deployment) -> [FieldError] {
        let parts = [
            ("updatedReplicas", status.updatedReplicas), ("readyReplicas", status.readyReplicas),
            ("availableReplicas", status.availableReplicas), ("unavailableReplicas", status.unavailableReplicas),
        ]
        let path = FieldPath("status")
        var errors = ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        errors += ValueRules.nonNegative(status.observedGeneration, path.child("observedGeneration"))
        errors += ValueRules.nonNegative(status.replicas, path.child("replicas"))
        let optional = [
            ("terminatingReplicas", status.terminatingReplicas ?? 0), ("collisionCount", status.collisionCount ?? 0),
        ]
        for (name, count) in parts + optional { errors += ValueRules.nonNegative(count, path.child(name)) }
        for (name, count) in parts.dropLast() where count > status.replicas {
            errors.append(.invalid(path.child(name), count, "cannot be greater than status.replicas"))
        }
        if status.availableReplicas > status.readyReplicas {
            let text = "cannot be greater than readyReplicas"
            errors.append(.invalid(path.child("availableReplicas"), status.availableReplicas, text))
        }
        return errors + WorkloadRules.notDecremented(status.collisionCount, old.status.collisionCount)
    }
}

extension ReplicaSet: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors = ValueRules.nonNegative(spec.replicas ?? 0, path.child("replicas"))
        errors += ValueRules.nonNegative(spec.minReadySeconds, path.child("minReadySeconds"))
        errors += WorkloadRules.selector(spec.selector, template: spec.template)
        return errors + WorkloadRules.template(spec.template)
    }

    public func validateChange(from old: ReplicaSet) -> [FieldError] {
        WorkloadRules.immutableSelector(spec.selector, old.spec.selector)
    }

    public func validateStatus(from old: ReplicaSet) -> [FieldError] {
        let parts = [
            ("fullyLabeledReplicas", status.fullyLabeledReplicas), ("readyReplicas", status.readyReplicas),
            ("availableReplicas", status.availableReplicas),
        ]
        var errors = ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        errors += WorkloadRules.counts(
            status.replicas, parts, generation: status.observedGeneration, terminating: status.terminatingReplicas)
        if status.availableReplicas > status.readyReplicas {
            let at = FieldPath("status", "availableReplicas")
            errors.append(.invalid(at, status.availableReplicas, "cannot be greater than readyReplicas"))
        }
        return errors
    }
}
