// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
public import Wire

extension HorizontalPodAutoscaler: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Reference"), TableColumn("Targets"), TableColumn("MinPods"), TableColumn("MaxPods"),
        TableColumn("Replicas"), .age,
    ]

    public func cells(now: Time) -> [JSONValue] {
        [
            nameCell, .string(spec.scaleTargetRef.kind + "/" + spec.scaleTargetRef.name), .string(targets),
            .string(spec.minReplicas.map { String($0) } ?? "<unset>"), .int(spec.maxReplicas),
            .int(status.currentReplicas),
            age(now),
        ]
    }

    /// The first two metrics with what they are and should be.
    private var targets: String {
        let texts = spec.metrics.enumerated().map { index, metric in
            text(metric, status.currentMetrics.indices.contains(index) ? status.currentMetrics[index] : nil)
        }
        guard !texts.isEmpty else { return "<none>" }
        let shown = texts.prefix(2).joined(separator: ", ")
        return texts.count > 2 ? shown + " + \(texts.count - 2) more..." : shown
    }

    private func text(_ metric: MetricSpec, _ current: MetricStatus?) -> String {
        switch metric.type {
        case "Resource":
            guard let source = metric.resource else { return "<unknown>" }
            return source.name + ": " + Self.pair(current?.resource?.current, source.target)
        case "ContainerResource":
            guard let source = metric.containerResource else { return "<unknown>" }
            return source.name + ": " + Self.pair(current?.containerResource?.current, source.target)
        case "Pods": return Self.pair(current?.pods?.current, metric.pods?.target ?? MetricTarget())
        case "Object": return Self.whole(current?.object?.current, metric.object?.target ?? MetricTarget())
        case "External": return Self.whole(current?.external?.current, metric.external?.target ?? MetricTarget())
        default: return "<unknown type>"
        }
    }

    /// Of a metric that is not of the pods themselves: an average over them is marked.
    private static func whole(_ current: MetricValueStatus?, _ target: MetricTarget) -> String {
        pair(current, target) + (target.averageValue == nil ? "" : " (avg)")
    }

    private static func pair(_ current: MetricValueStatus?, _ target: MetricTarget) -> String {
        if let utilization = target.averageUtilization {
            return (current?.averageUtilization.map { "\($0)%" } ?? "<unknown>") + "/\(utilization)%"
        }
        if let average = target.averageValue {
            return (current?.averageValue?.text ?? "<unknown>") + "/" + average.text
        }
        return (current?.value?.text ?? "<unknown>") + "/" + (target.value?.text ?? "<auto>")
    }
}

extension AutoscalingV1HorizontalPodAutoscaler: TableRowProviding {
    public static let columns: [TableColumn] = HorizontalPodAutoscaler.columns

    public func cells(now: Time) -> [JSONValue] {
        let wanted = spec.targetCPUUtilizationPercentage.map { "\($0)%" } ?? "<auto>"
        let current = status.currentCPUUtilizationPercentage.map { "\($0)%" } ?? "<unknown>"
        return [
            nameCell, .string(spec.scaleTargetRef.kind + "/" + spec.scaleTargetRef.name),
            .string("cpu: \(current)/\(wanted)"),
            .string(spec.minReplicas.map { String($0) } ?? "<unset>"), .int(spec.maxReplicas),
            .int(status.currentReplicas),
            age(now),
        ]
    }
}
