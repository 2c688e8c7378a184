// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension HorizontalPodAutoscaler: Validated {
    private static let metricTypes = ["ContainerResource", "External", "Object", "Pods", "Resource"]

    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors: [FieldError] = []
        if let minimum = spec.minReplicas, minimum < 1 {
            errors.append(.invalid(path.child("minReplicas"), minimum, "must be greater than or equal to 1"))
        }
        if spec.maxReplicas < 1 {
            errors.append(.required(path.child("maxReplicas"), "must be set and greater than 0"))
        }
        if let minimum = spec.minReplicas, spec.maxReplicas < minimum {
            let text = "must be greater than or equal to `minReplicas`"
            errors.append(.invalid(path.child("maxReplicas"), spec.maxReplicas, text))
        }
        errors += reference(spec.scaleTargetRef, path.child("scaleTargetRef"))
        for (index, metric) in spec.metrics.enumerated() {
            errors += self.metric(metric, path.child("metrics").index(index))
        }
        if let behavior = spec.behavior {
            errors += rules(behavior.scaleUp, path.child("behavior", "scaleUp"))
            errors += rules(behavior.scaleDown, path.child("behavior", "scaleDown"))
        }
        return errors
    }

    public func validateStatus(from old: HorizontalPodAutoscaler) -> [FieldError] {
        let path = FieldPath("status")
        return ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
            + ValueRules.nonNegative(status.currentReplicas, path.child("currentReplicas"))
            + ValueRules.nonNegative(status.desiredReplicas, path.child("desiredReplicas"))
    }

    private func reference(_ reference: CrossVersionObjectReference, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.name(reference.kind, path.child("kind"), NameRules.pathSegment)
        errors += ValueRules.name(reference.name, path.child("name"), NameRules.pathSegment)
        let version = path.child("apiVersion")
        let parts = reference.apiVersion.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count > 2 {
            let text = "unexpected GroupVersion string: \(reference.apiVersion)"
            errors.append(.invalid(version, reference.apiVersion, text))
        } else if parts.count < 2, reference.kind != "ReplicationController" {
            errors.append(.invalid(version, reference.apiVersion, "apiVersion must specify API group"))
        }
        return errors
    }

    private func metric(_ metric: MetricSpec, _ path: FieldPath) -> [FieldError] {
        let type = path.child("type")
        guard Self.metricTypes.contains(metric.type) else {
            let unknown = FieldError.notSupported(type, metric.type, Self.metricTypes)
            return (metric.type.isEmpty ? [.required(type, "must specify a metric source type")] : []) + [
                unknown, unknown,
            ]
        }
        let missing = "must populate information for the given metric source"
        switch metric.type {
        case "Resource":
            guard let source = metric.resource else { return [.required(path.child("resource"), missing)] }
            return ValueRules.required(source.name, path.child("resource", "name"))
                + resourceTarget(source.target, path.child("resource", "target"))
        case "ContainerResource":
            guard let source = metric.containerResource else {
                return [.required(path.child("containerResource"), missing)]
            }
            let at = path.child("containerResource")
            var errors = ValueRules.required(source.name, at.child("name"))
            if source.container.isEmpty { errors.append(.required(at.child("container"), "must specify a container")) }
            return errors + resourceTarget(source.target, at.child("target"))
        case "Pods":
            guard let source = metric.pods else { return [.required(path.child("pods"), missing)] }
            return identifier(source.metric, path.child("pods", "metric"))
                + target(source.target, needsAverage: true, path.child("pods", "target"))
        case "Object":
            guard let source = metric.object else { return [.required(path.child("object"), missing)] }
            let described = path.child("object", "describedObject")
            return ValueRules.required(source.describedObject.kind, described.child("kind"))
                + ValueRules.required(source.describedObject.name, described.child("name"))
                + identifier(source.metric, path.child("object", "metric"))
                + target(source.target, needsAverage: false, path.child("object", "target"))
        default:
            guard let source = metric.external else { return [.required(path.child("external"), missing)] }
            return identifier(source.metric, path.child("external", "metric"))
                + target(source.target, needsAverage: false, path.child("external", "target"))
        }
    }

    private func identifier(_ metric: MetricIdentifier, _ path: FieldPath) -> [FieldError] {
        ValueRules.name(metric.name, path.child("name"), NameRules.pathSegment)
            + LabelSelectorRules.validate(metric.selector, at: path.child("selector"))
    }

    private func values(_ target: MetricTarget, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if target.type.isEmpty {
            errors.append(.required(path.child("type"), "must specify a metric target type"))
        } else if !["Utilization", "Value", "AverageValue"].contains(target.type) {
            let text = "must be either Utilization, Value, or AverageValue"
            errors.append(.invalid(path.child("type"), target.type, text))
        }
        for (name, amount) in [("value", target.value), ("averageValue", target.averageValue)] {
            guard let amount, amount <= Quantity() else { continue }
            errors.append(.invalid(path.child(name), amount.text, "must be positive"))
        }
        if let utilization = target.averageUtilization, utilization < 1 {
            errors.append(.invalid(path.child("averageUtilization"), utilization, "must be greater than 0"))
        }
        return errors
    }

    private func resourceTarget(_ target: MetricTarget, _ path: FieldPath) -> [FieldError] {
        var errors = values(target, path)
        if target.averageUtilization == nil, target.averageValue == nil {
            let text = "must set either a target raw value or a target utilization"
            errors.append(.required(path.child("averageUtilization"), text))
        }
        if target.averageUtilization != nil, target.averageValue != nil {
            let text = "may not set both a target raw value and a target utilization"
            errors.append(.forbidden(path.child("averageValue"), text))
        }
        return errors
    }

    private func target(_ target: MetricTarget, needsAverage: Bool, _ path: FieldPath) -> [FieldError] {
        var errors = values(target, path)
        if needsAverage {
            if target.averageValue == nil {
                errors.append(.required(path.child("averageValue"), "must specify a positive target averageValue"))
            }
            return errors
        }
        if target.value != nil, target.averageValue != nil {
            errors.append(
                .forbidden(path.child("value"), "may not set both a target value for metric and a per-pod target"))
        } else if target.value == nil, target.averageValue == nil {
            let text = "must set either a target value for metric or a per-pod target"
            errors.append(.required(path.child("averageValue"), text))
        }
        return errors
    }

    private func rules(_ rules: HPAScalingRules?, _ path: FieldPath) -> [FieldError] {
        guard let rules else { return [] }
        var errors: [FieldError] = []
        if let seconds = rules.stabilizationWindowSeconds {
            let at = path.child("stabilizationWindowSeconds")
            errors += ValueRules.nonNegative(seconds, at)
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
        return errors
    }
}
