// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension PodDisruptionBudget: Validated {
    public static var nameRule: ObjectMetaRules.NameRule { ObjectMetaRules.pathSegmentName }

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

    /// A changed one may be anything that a new one may be.
    public func validateUpdate(from _: PodDisruptionBudget) -> [FieldError] { validateBody() }

    public func validateStatus(from _: PodDisruptionBudget) -> [FieldError] {
        let path = FieldPath("status")
        let counts = [
            ("disruptionsAllowed", status.disruptionsAllowed), ("currentHealthy", status.currentHealthy),
            ("desiredHealthy", status.desiredHealthy), ("expectedPods", status.expectedPods),
        ]
        return ConditionRules.validate(status.conditions, path.child("conditions"))
            + counts.flatMap { ValueRules.nonNegative($1, path.child($0)) }
    }
}
