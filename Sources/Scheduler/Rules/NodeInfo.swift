// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// The amounts of one node: what a hot loop reads, in one flat value.
struct NodeNumbers: Sendable {
    var allocatableCPU: Int64 = 0
    var allocatableMemory: Int64 = 0
    var allocatableStorage: Int64 = 0
    var allowedPods: Int64 = 0
    var requestedCPU: Int64 = 0
    var requestedMemory: Int64 = 0
    var requestedStorage: Int64 = 0
    var nonZeroCPU: Int64 = 0
    var nonZeroMemory: Int64 = 0
    var podCount: Int64 = 0
    /// Whether new pods are unwelcome (`spec.unschedulable`).
    var isUnschedulable = false
    /// Whether there are `PreferNoSchedule` taints.
    var hasSoftTaints = false
    /// Whether other pods are nominated to the node.
    var hasNominated = false

    mutating func add(_ pod: PodInfo, sign: Int64) {
        let requests = pod.requests
        requestedCPU = Self.moved(requestedCPU, sign * requests.total.milliCPU)
        requestedMemory = Self.moved(requestedMemory, sign * requests.total.memory)
        requestedStorage = Self.moved(requestedStorage, sign * requests.total.ephemeralStorage)
        nonZeroCPU = Self.moved(nonZeroCPU, sign * requests.nonZeroMilliCPU)
        nonZeroMemory = Self.moved(nonZeroMemory, sign * requests.nonZeroMemory)
        podCount += sign
    }

    /// Wraps on overflow, so that adding and then removing a pod gives what was there before.
    private static func moved(_ value: Int64, _ by: Int64) -> Int64 { value &+ by }
}

/// One node and the pods on it. Belongs to one ``ClusterState``, which changes it.
final class NodeInfo {
    let name: String
    /// False while only pods are known that say they are on it.
    var isPresent = false
    var labels: [String: String] = [:]
    var taints: [Taint] = []
    /// Extended resources.
    var allocatableScalars: [String: Int64] = [:]
    var requestedScalars: [String: Int64] = [:]
    var pods: [PodInfo] = []
    var usedPorts: [HostPort] = []
    /// How many pods have any affinity term.
    var podsWithAffinity = 0
    /// How many pods have a required anti-affinity term.
    var podsWithAntiAffinity = 0
    /// Pods that are promised room here, once others have gone.
    var nominated: [PodInfo] = []
    var imageNames: [String] = []

    init(name: String) { self.name = name }

    func add(_ pod: PodInfo) {
        pods.append(pod)
        usedPorts.append(contentsOf: pod.hostPorts)
        for (name, amount) in pod.requests.total.scalars { requestedScalars[name, default: 0] &+= amount }
        if !pod.affinity.isEmpty { podsWithAffinity += 1 }
        if !pod.affinity.requiredAntiAffinity.isEmpty { podsWithAntiAffinity += 1 }
    }

    func remove(_ pod: PodInfo) {
        guard let at = pods.firstIndex(where: { $0.uid == pod.uid }) else { return }
        pods.swapAt(at, pods.count - 1)
        pods.removeLast()
        for port in pod.hostPorts { if let at = usedPorts.firstIndex(of: port) { usedPorts.remove(at: at) } }
        for (name, amount) in pod.requests.total.scalars { requestedScalars[name, default: 0] &-= amount }
        if !pod.affinity.isEmpty { podsWithAffinity -= 1 }
        if !pod.affinity.requiredAntiAffinity.isEmpty { podsWithAntiAffinity -= 1 }
    }
}
