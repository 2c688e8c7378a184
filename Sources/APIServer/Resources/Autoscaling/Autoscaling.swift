// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == HorizontalPodAutoscaler {
    static var horizontalPodAutoscalers: Self { Self().separatingStatus() }
}

extension ResourceDefinition where Object == AutoscalingV1HorizontalPodAutoscaler {
    /// `autoscaling/v1` shows what is stored as `autoscaling/v2`.
    static var horizontalPodAutoscalersV1: Self {
        Self().separatingStatus().with {
            $0.isView = true
            $0.cells = { HorizontalPodAutoscaler($0).cells(now: $1) }
            $0.decode = {
                AutoscalingV1HorizontalPodAutoscaler(try JSONCoding.decode(HorizontalPodAutoscaler.self, from: $0))
            }
            $0.encode = { HorizontalPodAutoscaler($0).encode(json: &$1) }
            $0.validate = { HorizontalPodAutoscaler($0).validateBody() }
            $0.faces[""]?.validate = { HorizontalPodAutoscaler($0).validateUpdate(from: HorizontalPodAutoscaler($1)) }
            $0.faces["status"]?.validate = {
                HorizontalPodAutoscaler($0).validateStatus(from: HorizontalPodAutoscaler($1))
            }
        }
    }
}

/// What v1 has no fields for travels in annotations, so that a change by v1 loses nothing.
private enum AutoscalerAnnotation {
    static let metrics = "autoscaling.alpha.kubernetes.io/metrics"
    static let behavior = "autoscaling.alpha.kubernetes.io/behavior"
    static let conditions = "autoscaling.alpha.kubernetes.io/conditions"

    static func text(_ values: [some WireValue]) -> String {
        var writer = JSONWriter()
        writer.list(values)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Text that is not of this form is passed over: users can write annotations.
    static func list<Value: WireValue>(_ text: String?) -> [Value] {
        guard let text else { return [] }
        let read = try? JSONReader.read(Array(text.utf8)) { (reader: inout JSONReader) throws(JSONFault) in
            try reader.list(of: Value.self)
        }
        return read ?? []
    }
}

extension AutoscalingV1HorizontalPodAutoscaler {
    /// The autoscaler as `autoscaling/v1` shows it.
    init(_ stored: HorizontalPodAutoscaler) {
        self.init {
            $0.metadata = stored.metadata
            $0.spec.scaleTargetRef.kind = stored.spec.scaleTargetRef.kind
            $0.spec.scaleTargetRef.name = stored.spec.scaleTargetRef.name
            $0.spec.scaleTargetRef.apiVersion = stored.spec.scaleTargetRef.apiVersion
            $0.spec.minReplicas = stored.spec.minReplicas
            $0.spec.maxReplicas = stored.spec.maxReplicas
            var others: [MetricSpec] = []
            for metric in stored.spec.metrics {
                if let percentage = metric.cpuUtilization, $0.spec.targetCPUUtilizationPercentage == nil {
                    $0.spec.targetCPUUtilizationPercentage = percentage
                } else {
                    others.append(metric)
                }
            }
            if !others.isEmpty {
                $0.metadata.annotations[AutoscalerAnnotation.metrics] = AutoscalerAnnotation.text(others)
            }
            if let behavior = stored.spec.behavior {
                $0.metadata.annotations[AutoscalerAnnotation.behavior] = AutoscalerAnnotation.text([behavior])
            }
            $0.status.observedGeneration = stored.status.observedGeneration
            $0.status.lastScaleTime = stored.status.lastScaleTime
            $0.status.currentReplicas = stored.status.currentReplicas
            $0.status.desiredReplicas = stored.status.desiredReplicas
            $0.status.currentCPUUtilizationPercentage =
                stored.status.currentMetrics.first { $0.resource?.name == "cpu" }?.resource?.current.averageUtilization
            if !stored.status.conditions.isEmpty {
                $0.metadata.annotations[AutoscalerAnnotation.conditions] = AutoscalerAnnotation.text(
                    stored.status.conditions)
            }
        }
    }
}

extension HorizontalPodAutoscaler {
    /// The autoscaler as it is stored.
    init(_ view: AutoscalingV1HorizontalPodAutoscaler) {
        self.init {
            $0.metadata = view.metadata
            let annotations = view.metadata.annotations
            for key in [AutoscalerAnnotation.metrics, AutoscalerAnnotation.behavior, AutoscalerAnnotation.conditions] {
                $0.metadata.annotations[key] = nil
            }
            $0.spec.scaleTargetRef.kind = view.spec.scaleTargetRef.kind
            $0.spec.scaleTargetRef.name = view.spec.scaleTargetRef.name
            $0.spec.scaleTargetRef.apiVersion = view.spec.scaleTargetRef.apiVersion
            $0.spec.minReplicas = view.spec.minReplicas
            $0.spec.maxReplicas = view.spec.maxReplicas
            $0.spec.metrics = AutoscalerAnnotation.list(annotations[AutoscalerAnnotation.metrics])
            if let percentage = view.spec.targetCPUUtilizationPercentage {
                $0.spec.metrics.insert(.cpuUtilization(percentage), at: 0)
            }
            let behavior: [HorizontalPodAutoscalerBehavior] = AutoscalerAnnotation.list(
                annotations[AutoscalerAnnotation.behavior])
            $0.spec.behavior = behavior.first
            $0.status.observedGeneration = view.status.observedGeneration
            $0.status.lastScaleTime = view.status.lastScaleTime
            $0.status.currentReplicas = view.status.currentReplicas
            $0.status.desiredReplicas = view.status.desiredReplicas
            $0.status.conditions = AutoscalerAnnotation.list(annotations[AutoscalerAnnotation.conditions])
            if let percentage = view.status.currentCPUUtilizationPercentage {
                $0.status.currentMetrics = [
                    MetricStatus {
                        $0.type = "Resource"
                        $0.resource = ResourceMetricStatus {
                            $0.name = "cpu"
                            $0.current.averageUtilization = percentage
                        }
                    }
                ]
            }
        }
    }
}

extension MetricSpec {
    /// The target where this is the utilization of CPU, the one metric that v1 knows.
    fileprivate var cpuUtilization: Int32? {
        guard type == "Resource", resource?.name == "cpu", resource?.target.type == "Utilization" else { return nil }
        return resource?.target.averageUtilization
    }

    fileprivate static func cpuUtilization(_ percentage: Int32) -> MetricSpec {
        MetricSpec {
            $0.type = "Resource"
            $0.resource = ResourceMetricSource {
                $0.name = "cpu"
                $0.target.type = "Utilization"
                $0.target.averageUtilization = percentage
            }
        }
    }
}
