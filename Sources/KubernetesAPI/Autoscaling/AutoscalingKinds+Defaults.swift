// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

extension AutoscalingV1HorizontalPodAutoscaler: Defaulted {
    public mutating func applyDefaults() { spec.minReplicas.orDefault(1) }
}

extension HorizontalPodAutoscaler: Defaulted {
    public mutating func applyDefaults() {
        spec.minReplicas.orDefault(1)
        if spec.metrics.isEmpty {
            spec.metrics = [
                MetricSpec {
                    $0.type = MetricSourceType.resource
                    $0.resource = ResourceMetricSource {
                        $0.name = "cpu"
                        $0.target.type = MetricTargetType.utilization
                        $0.target.averageUtilization = 80
                    }
                }
            ]
        }
        guard var behavior = spec.behavior else { return }
        behavior.scaleUp = Self.rules(behavior.scaleUp, over: Self.scaleUp)
        behavior.scaleDown = Self.rules(behavior.scaleDown, over: Self.scaleDown)
        spec.behavior = behavior
    }

    /// Up to double, or four more pods, every 15 seconds, whichever is more.
    private static let scaleUp = HPAScalingRules {
        $0.stabilizationWindowSeconds = 0
        $0.selectPolicy = ScalingPolicySelect.max
        $0.policies = [policy(HPAScalingPolicyType.pods, 4), policy(HPAScalingPolicyType.percent, 100)]
    }

    /// Down to nothing within 15 seconds, after the stabilization window.
    private static let scaleDown = HPAScalingRules {
        $0.selectPolicy = ScalingPolicySelect.max
        $0.policies = [policy(HPAScalingPolicyType.percent, 100)]
    }

    private static func policy(_ type: String, _ value: Int32) -> HPAScalingPolicy {
        HPAScalingPolicy {
            $0.type = type
            $0.value = value
            $0.periodSeconds = 15
        }
    }

    private static func rules(_ given: HPAScalingRules?, over defaults: HPAScalingRules) -> HPAScalingRules {
        guard var rules = given else { return defaults }
        if rules.selectPolicy == nil { rules.selectPolicy = defaults.selectPolicy }
        if rules.stabilizationWindowSeconds == nil {
            rules.stabilizationWindowSeconds = defaults.stabilizationWindowSeconds
        }
        if rules.policies.isEmpty, !rules.hasGivenEmptyPolicies { rules.policies = defaults.policies }
        return rules
    }
}
