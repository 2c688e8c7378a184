// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

@testable import Controllers

/// Objects in few words.
enum Fixture {
    /// The present of all tests.
    static let now = Time(seconds: 1_000_000)

    /// So many seconds before the present.
    static func ago(_ seconds: Int64) -> Time { Time(seconds: now.seconds - seconds) }

    static func template(image: String = "app:1", labels: [String: String] = ["app": "web"]) -> PodTemplateSpec {
        PodTemplateSpec {
            $0.metadata.labels = labels
            $0.spec.containers = [
                Container {
                    $0.name = "main"
                    $0.image = image
                }
            ]
        }
    }

    static func pod(
        _ name: String, phase: String = PodPhase.running, isReady: Bool = false, readySince: Time = now,
        on node: String = "n",
        ip: String = "", labels: [String: String] = ["app": "web"], _ change: (inout Pod) -> Void = { _ in }
    ) -> Pod {
        var pod = Pod {
            $0.metadata.namespace = "default"
            $0.metadata.name = name
            $0.metadata.uid = "uid-\(name)"
            $0.metadata.labels = labels
            $0.metadata.creationTimestamp = ago(100)
            $0.spec = template().spec
            $0.spec.nodeName = node
            $0.status.phase = phase
            $0.status.podIP = ip
        }
        pod.status.conditions = [
            PodCondition {
                $0.type = "Ready"
                $0.status = isReady ? "True" : "False"
                $0.lastTransitionTime = readySince
            }
        ]
        change(&pod)
        return pod
    }

    static func replicaSet(
        _ name: String, replicas: Int32, available: Int32 = 0, image: String = "app:1", age: Int64 = 100,
        revision: Int? = nil,
        _ change: (inout ReplicaSet) -> Void = { _ in }
    ) -> ReplicaSet {
        var set = ReplicaSet {
            $0.metadata.namespace = "default"
            $0.metadata.name = name
            $0.metadata.uid = "uid-\(name)"
            $0.metadata.creationTimestamp = ago(age)
            $0.spec.replicas = replicas
            $0.spec.selector = LabelSelector { $0.matchLabels = ["app": "web"] }
            $0.spec.template = template(image: image)
            $0.status.replicas = replicas
            $0.status.readyReplicas = available
            $0.status.availableReplicas = available
        }
        if let revision { set.metadata.annotations[DeploymentSets.revision] = String(revision) }
        change(&set)
        return set
    }

    static func deployment(
        replicas: Int32, image: String = "app:1", surge: IntOrString = 1, unavailable: IntOrString = 0,
        _ change: (inout Deployment) -> Void = { _ in }
    ) -> Deployment {
        var deployment = Deployment {
            $0.metadata.namespace = "default"
            $0.metadata.name = "web"
            $0.metadata.uid = "uid-web"
            $0.metadata.generation = 1
            $0.spec.replicas = replicas
            $0.spec.selector = LabelSelector { $0.matchLabels = ["app": "web"] }
            $0.spec.template = template(image: image)
            $0.spec.progressDeadlineSeconds = 600
        }
        deployment.spec.strategy.type = DeploymentStrategyType.rollingUpdate
        deployment.spec.strategy.rollingUpdate = RollingUpdateDeployment {
            $0.maxSurge = surge
            $0.maxUnavailable = unavailable
        }
        change(&deployment)
        return deployment
    }

    static func service(_ change: (inout Service) -> Void = { _ in }) -> Service {
        var service = Service {
            $0.metadata.namespace = "default"
            $0.metadata.name = "web"
            $0.metadata.uid = "uid-service"
            $0.spec.selector = ["app": "web"]
            $0.spec.clusterIP = "10.96.0.20"
            $0.spec.ipFamilies = [IPFamily.ipv4]
            $0.spec.ports = [
                ServicePort {
                    $0.name = "http"
                    $0.protocol = "TCP"
                    $0.port = 80
                    $0.targetPort = 8080
                }
            ]
        }
        change(&service)
        return service
    }
}
