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
            $0.spec.targetCPUUtilizationPercentage = stored.spec.metrics.lazy.compactMap(\.cpuUtilization).first
            for (key, text) in AutoscalerAnnotations.texts(of: stored) { $0.metadata.annotations[key] = text }
            $0.status.observedGeneration = stored.status.observedGeneration
            $0.status.lastScaleTime = stored.status.lastScaleTime
            $0.status.currentReplicas = stored.status.currentReplicas
            $0.status.desiredReplicas = stored.status.desiredReplicas
            $0.status.currentCPUUtilizationPercentage =
                stored.status.currentMetrics.lazy.compactMap(\.cpuUtilization).first
        }
    }
}

extension HorizontalPodAutoscaler {
    /// The autoscaler as it is stored.
    init(_ view: AutoscalingV1HorizontalPodAutoscaler) {
        self.init {
            $0.metadata = view.metadata
            $0.spec.scaleTargetRef.kind = view.spec.scaleTargetRef.kind
            $0.spec.scaleTargetRef.name = view.spec.scaleTargetRef.name
            $0.spec.scaleTargetRef.apiVersion = view.spec.scaleTargetRef.apiVersion
            $0.spec.minReplicas = view.spec.minReplicas
            $0.spec.maxReplicas = view.spec.maxReplicas
            if let percentage = view.spec.targetCPUUtilizationPercentage {
                $0.spec.metrics = [.cpuUtilization(percentage)]
            }
            $0.status.observedGeneration = view.status.observedGeneration
            $0.status.lastScaleTime = view.status.lastScaleTime
            $0.status.currentReplicas = view.status.currentReplicas
            $0.status.desiredReplicas = view.status.desiredReplicas
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
            AutoscalerAnnotations.take(from: &$0)
            if $0.spec.metrics.isEmpty { $0.spec.metrics = [.cpuUtilization(80)] }
        }
    }
}

extension MetricSpec {
    /// The target where this is the utilization of CPU, the one metric that v1 knows.
    var cpuUtilization: Int32? {
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

extension MetricStatus {
    /// What is used of the CPU, in percent, where this says so.
    var cpuUtilization: Int32? {
        type == "Resource" && resource?.name == "cpu" ? resource?.current.averageUtilization : nil
    }
}
