// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// What a pod asks of a node.
///
/// - SeeAlso: `PodRequests` of Kubernetes' `component-helpers/resource`; KEP-753 (sidecar containers), KEP-2837 (pod level).
struct PodRequests: Sendable, Equatable {
    /// What has to be free.
    var total: ResourceVector
    /// As `total`, but containers that ask for nothing count as 100 millicores and 200 MB, so that they spread too.
    var nonZeroMilliCPU: Int64
    var nonZeroMemory: Int64

    static let defaultMilliCPU: Int64 = 100
    static let defaultMemory: Int64 = 200 * 1024 * 1024

    init(_ spec: PodSpec) {
        total = Self.sum(spec) { ResourceVector($0.resources.requests) }
        let nonZero = Self.sum(spec) { container in
            var vector = ResourceVector(container.resources.requests)
            if container.resources.requests[ResourceName.cpu] == nil { vector.milliCPU = Self.defaultMilliCPU }
            if container.resources.requests[ResourceName.memory] == nil { vector.memory = Self.defaultMemory }
            return vector
        }
        nonZeroMilliCPU = nonZero.milliCPU
        nonZeroMemory = nonZero.memory
        if let pod = spec.resources?.requests, !pod.isEmpty {
            let level = ResourceVector(pod)
            if pod[ResourceName.cpu] != nil {
                total.milliCPU = level.milliCPU
                nonZeroMilliCPU = level.milliCPU
            }
            if pod[ResourceName.memory] != nil {
                total.memory = level.memory
                nonZeroMemory = level.memory
            }
            for (name, amount) in level.scalars { total.scalars[name] = amount }
        }
        let overhead = ResourceVector(spec.overhead)
        total += overhead
        nonZeroMilliCPU = ResourceVector.sum(nonZeroMilliCPU, overhead.milliCPU)
        nonZeroMemory = ResourceVector.sum(nonZeroMemory, overhead.memory)
    }

    /// Containers and sidecars run together; each other init container runs with the sidecars started before it.
    private static func sum(_ spec: PodSpec, _ requests: (Container) -> ResourceVector) -> ResourceVector {
        var running = ResourceVector.zero
        for container in spec.containers { running += requests(container) }
        var sidecars = ResourceVector.zero
        var largest = ResourceVector.zero
        for container in spec.initContainers {
            if container.restartPolicy == ContainerRestartPolicy.always {
                sidecars += requests(container)
                largest.formMaximum(sidecars)
            } else {
                largest.formMaximum(sidecars + requests(container))
            }
        }
        running += sidecars
        running.formMaximum(largest)
        return running
    }
}
