// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension HorizontalPodAutoscaler: Validated {
    public func validateBody() -> [FieldError] { specFaults(replacing: nil) }

    public func validateUpdate(from old: HorizontalPodAutoscaler) -> [FieldError] {
        ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + specFaults(replacing: old)
    }

    private func specFaults(replacing old: HorizontalPodAutoscaler?) -> [FieldError] {
        let path = FieldPath("spec")
        var errors = replicas(path, least: old?.spec.minReplicas == 0 ? 0 : 1)
        errors += HPAMetricRules.reference(spec.scaleTargetRef, needsGroup: true, path.child("scaleTargetRef"))
        let metrics = path.child("metrics")
        for (index, metric) in spec.metrics.enumerated() {
            errors += HPAMetricRules.metric(metric, metrics.index(index))
        }
        if spec.minReplicas == 0, !spec.metrics.contains(where: { ["Object", "External"].contains($0.type) }) {
            let text = "must specify at least one Object or External metric to support scaling to zero replicas"
            errors.append(.forbidden(metrics, text))
        }
        if let behavior = spec.behavior {
            errors += rules(behavior.scaleUp, path.child("behavior", "scaleUp"))
            errors += rules(behavior.scaleDown, path.child("behavior", "scaleDown"))
        }
        return errors
    }

    private func replicas(_ path: FieldPath, least: Int32) -> [FieldError] {
        let maximum = path.child("maxReplicas")
        var errors: [FieldError] = []
        if let minimum = spec.minReplicas, minimum < least {
            errors.append(.invalid(path.child("minReplicas"), minimum, "must be greater than or equal to \(least)"))
        }
        if spec.maxReplicas == 0 {
            errors.append(.required(maximum, "must be set and greater than 0"))
        } else if spec.maxReplicas < 0 {
            errors.append(.invalid(maximum, spec.maxReplicas, "must be greater than or equal to 1"))
        }
        if let minimum = spec.minReplicas, spec.maxReplicas < minimum {
            let text = "must be greater than or equal to `minReplicas`"
            errors.append(.invalid(maximum, spec.maxReplicas, text))
        }
        return errors
    }

    public func validateStatus(from old: HorizontalPodAutoscaler) -> [FieldError] {
        let path = FieldPath("status")
        return ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
            + ValueRules.nonNegative(status.currentReplicas, path.child("currentReplicas"))
            + ValueRules.nonNegative(status.desiredReplicas, path.child("desiredReplicas"))
    }

    private func rules(_ rules: HPAScalingRules?, _ path: FieldPath) -> [FieldError] {
        guard let rules else { return [] }
        var errors: [FieldError] = []
        if let seconds = rules.stabilizationWindowSeconds {
            let at = path.child("stabilizationWindowSeconds")
            if seconds < 0 { errors.append(.invalid(at, seconds, "must be greater than or equal to zero")) }
            if seconds > 3600 { errors.append(.invalid(at, seconds, "must be less than or equal to 3600")) }
        }
        if let policy = rules.selectPolicy {
            errors += ValueRules.oneOf(policy, ["Disabled", "Max", "Min"], path.child("selectPolicy"))
        }
        let policies = path.child("policies")
        if rules.policies.isEmpty { errors.append(.required(policies, "must specify at least one Policy")) }
        for (index, policy) in rules.policies.enumerated() {
            let at = policies.index(index)
            errors += ValueRules.oneOf(policy.type, ["Percent", "Pods"], at.child("type"))
            if policy.value <= 0 {
                errors.append(.invalid(at.child("value"), policy.value, "must be greater than zero"))
            }
            let period = at.child("periodSeconds")
            if policy.periodSeconds <= 0 {
                errors.append(.invalid(period, policy.periodSeconds, "must be greater than zero"))
            }
            if policy.periodSeconds > 1800 {
                errors.append(.invalid(period, policy.periodSeconds, "must be less than or equal to 1800"))
            }
        }
        if let tolerance = rules.tolerance, tolerance < Quantity() {
            errors.append(.invalid(path.child("tolerance"), tolerance.text, ValueRules.notNegative))
        }
        return errors
    }
}
