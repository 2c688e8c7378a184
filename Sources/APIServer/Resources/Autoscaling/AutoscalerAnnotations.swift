// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// What `autoscaling/v1` has no fields for travels in annotations, in Kubernetes' form, so that a change by v1 loses nothing.
///
/// - SeeAlso: `pkg/apis/autoscaling/v1/conversion.go` of Kubernetes.
enum AutoscalerAnnotations {
    private static let metrics = "autoscaling.alpha.kubernetes.io/metrics"
    private static let statuses = "autoscaling.alpha.kubernetes.io/current-metrics"
    private static let behavior = "autoscaling.alpha.kubernetes.io/behavior"
    private static let conditions = "autoscaling.alpha.kubernetes.io/conditions"

    /// The annotations that v1 shows of what is stored.
    static func texts(of stored: HorizontalPodAutoscaler) -> [(key: String, text: String)] {
        var texts: [(key: String, text: String)] = []
        let others = stored.spec.metrics.filter { $0.cpuUtilization == nil }
        if !others.isEmpty { texts.append((metrics, JSONValue.array(others.map(AutoscalerMetrics.old)).text())) }
        let seen = stored.status.currentMetrics.filter { $0.cpuUtilization == nil }
        if !seen.isEmpty { texts.append((statuses, JSONValue.array(seen.map(AutoscalerMetrics.old)).text())) }
        if let given = stored.spec.behavior {
            let members: [(String, JSONValue)] = [
                ("ScaleUp", given.scaleUp.map(text) ?? .null), ("ScaleDown", given.scaleDown.map(text) ?? .null),
            ]
            texts.append((behavior, JSONValue.object(JSONObject(members)).text()))
        }
        if !stored.status.conditions.isEmpty {
            let list = stored.status.conditions.map { JSONValue(encoding: $0) }
            texts.append((conditions, JSONValue.array(list).text()))
        }
        return texts
    }

    /// The fields have the names of Kubernetes' internal type here.
    private static func text(_ rules: HPAScalingRules) -> JSONValue {
        let policies = rules.policies.map { policy -> JSONValue in
            .object(
                JSONObject([
                    ("Type", .string(policy.type)), ("Value", .int(policy.value)),
                    ("PeriodSeconds", .int(policy.periodSeconds)),
                ]))
        }
        return .object(
            JSONObject([
                ("StabilizationWindowSeconds", rules.stabilizationWindowSeconds.map { .int($0) } ?? .null),
                ("SelectPolicy", rules.selectPolicy.map { .string($0) } ?? .null), ("Policies", .array(policies)),
                ("Tolerance", rules.tolerance.map { .string($0.text) } ?? .null),
            ]))
    }

    /// Puts what the annotations say into the fields and takes them away. Text that is not of their form is passed over: users can
    /// write annotations.
    static func take(from stored: inout HorizontalPodAutoscaler) {
        let annotations = stored.metadata.annotations
        for key in [metrics, statuses, behavior, conditions] { stored.metadata.annotations[key] = nil }
        stored.spec.metrics = list(annotations[metrics]).map(AutoscalerMetrics.spec) + stored.spec.metrics
        let seen = list(annotations[statuses]).map(AutoscalerMetrics.status)
        stored.status.currentMetrics = seen + stored.status.currentMetrics
        if let given = parse(annotations[behavior]), given.objectValue != nil {
            stored.spec.behavior = HorizontalPodAutoscalerBehavior {
                $0.scaleUp = rules(member(given, "scaleUp"))
                $0.scaleDown = rules(member(given, "scaleDown"))
            }
        }
        stored.status.conditions = list(annotations[conditions]).compactMap { AutoscalerMetrics.decode($0) }
    }

    private static func rules(_ value: JSONValue?) -> HPAScalingRules? {
        guard let value, value.objectValue != nil else { return nil }
        return HPAScalingRules {
            $0.stabilizationWindowSeconds = number(value, "stabilizationWindowSeconds")
            $0.selectPolicy = member(value, "selectPolicy")?.stringValue
            $0.tolerance = member(value, "tolerance")?.stringValue.flatMap { Quantity($0) }
            $0.policies = (member(value, "policies")?.arrayValue ?? []).map { item in
                HPAScalingPolicy {
                    $0.type = member(item, "type")?.stringValue ?? ""
                    $0.value = number(item, "value") ?? 0
                    $0.periodSeconds = number(item, "periodSeconds") ?? 0
                }
            }
        }
    }

    private static func number(_ value: JSONValue, _ name: String) -> Int32? {
        member(value, name)?.int64Value.flatMap { Int32(exactly: $0) }
    }

    /// A member in either case, as Go reads it.
    private static func member(_ value: JSONValue, _ name: String) -> JSONValue? {
        value[name] ?? value[name.prefix(1).uppercased() + name.dropFirst()]
    }

    private static func parse(_ text: String?) -> JSONValue? { text.flatMap { try? JSONValue.parse($0) } }

    private static func list(_ text: String?) -> [JSONValue] { parse(text)?.arrayValue ?? [] }
}
