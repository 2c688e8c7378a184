// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI

/// What a pod asks for in all, of every resource that any container names.
///
/// - SeeAlso: `PodRequests` and `PodLimits` of Kubernetes' `component-helpers/resource`; KEP-753 (sidecar containers), KEP-2837 (pod
///   level resources), KEP-1287 (in-place resize).
public enum PodAmounts {
    /// The sum of the requests.
    ///
    /// - Parameter countsOverhead: whether the overhead of the runtime class is part of it.
    public static func requests(_ pod: Pod, countsOverhead: Bool = true) -> ResourceAmounts {
        var total = sum(pod) { container, status in
            guard let status, let actual = status.resources else { return container.resources.requests }
            let applied = actual.requests.maximum(status.allocatedResources)
            return isInfeasible(pod) ? applied : container.resources.requests.maximum(applied)
        }
        total.merge(podLevel(pod.spec.resources?.requests)) { $1 }
        return countsOverhead ? total.adding(pod.spec.overhead) : total
    }

    /// The sum of what a pod's spec requests with overhead, whatever its containers have by now.
    public static func wanted(_ spec: PodSpec) -> ResourceAmounts {
        var pod = Pod()
        pod.spec = spec
        return requests(pod)
    }

    /// The sum of the limits. Overhead counts for the resources that have a limit.
    public static func limits(_ pod: Pod, countsOverhead: Bool = true) -> ResourceAmounts {
        var total = sum(pod) { container, status in
            guard let actual = status?.resources else { return container.resources.limits }
            return isInfeasible(pod) ? actual.limits : container.resources.limits.maximum(actual.limits)
        }
        total.merge(podLevel(pod.spec.resources?.limits)) { $1 }
        guard countsOverhead else { return total }
        for (name, amount) in pod.spec.overhead {
            if let present = total[name] { total[name] = present + amount }
        }
        return total
    }

    /// Resources that can be asked for by the pod as a whole.
    private static func podLevel(_ amounts: ResourceAmounts?) -> ResourceAmounts {
        (amounts ?? [:]).filter {
            $0.key == ResourceName.cpu || $0.key == ResourceName.memory || $0.key.hasPrefix("hugepages-")
        }
    }

    private static func isInfeasible(_ pod: Pod) -> Bool {
        pod.status.conditions.contains { $0.type == "PodResizePending" && $0.reason == "Infeasible" }
    }

    /// Containers and sidecars run together; each other init container runs with the sidecars started before it.
    private static func sum(
        _ pod: Pod, _ amounts: (Container, ContainerStatus?) -> ResourceAmounts
    ) -> ResourceAmounts {
        let statuses = Dictionary(pod.status.containerStatuses.map { ($0.name, $0) }) { first, _ in first }
        let initStatuses = Dictionary(pod.status.initContainerStatuses.map { ($0.name, $0) }) { first, _ in first }
        var running: ResourceAmounts = [:]
        for container in pod.spec.containers {
            running = running.adding(amounts(container, statuses[container.name]))
        }
        var sidecars: ResourceAmounts = [:]
        var largest: ResourceAmounts = [:]
        for container in pod.spec.initContainers {
            if container.restartPolicy == ContainerRestartPolicy.always {
                let own = amounts(container, initStatuses[container.name])
                running = running.adding(own)
                sidecars = sidecars.adding(own)
                largest = largest.maximum(sidecars)
            } else {
                largest = largest.maximum(sidecars.adding(amounts(container, nil)))
            }
        }
        return running.maximum(largest)
    }
}
