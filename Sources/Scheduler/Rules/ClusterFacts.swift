// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// The claims and volumes that pods refer to.
struct VolumeFacts: Sendable {
    /// By `namespace/name`.
    var claims: [String: PersistentVolumeClaim] = [:]
    var volumes: [String: PersistentVolume] = [:]
    var classes: [String: StorageClass] = [:]
    /// Volumes that a pod which is being bound gets: by name, the UID of the claim.
    var promised: [String: String] = [:]
}

/// The workloads and services that pods belong to, for spreading pods that ask for nothing.
struct WorkloadFacts: Sendable {
    /// The selectors of ReplicaSets, StatefulSets and ReplicationControllers, by UID.
    var selectors: [String: LabelMatcher] = [:]
    /// The selectors of services, by namespace and name.
    private var services: [String: [String: [String: String]]] = [:]

    /// - Parameter selector: nil or empty where the service selects nothing.
    mutating func setService(namespace: String, name: String, selector: [String: String]?) {
        let kept = selector.flatMap { $0.isEmpty ? nil : $0 }
        services[namespace, default: [:]][name] = kept
        if services[namespace]?.isEmpty == true { services[namespace] = nil }
    }

    /// What pods like this one have in common; nil where it belongs to nothing.
    func selector(for pod: PodInfo) -> LabelMatcher? {
        var labels: [String: String] = [:]
        for selector in services[pod.namespace, default: [:]].values
        where selector.allSatisfy({ pod.labels[$0.key] == $0.value }) {
            labels.merge(selector) { first, _ in first }
        }
        let owner = selectors[pod.controllerUID]
        if labels.isEmpty { return owner?.matchesEverything == true ? nil : owner }
        return LabelMatcher(labels: labels).and(owner ?? .everything)
    }
}
