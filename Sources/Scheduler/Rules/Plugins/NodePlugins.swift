// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Whether a node that takes no new pods is borne all the same.
enum NodeUnschedulable {
    static func filter(_ pod: PodInfo, _ numbers: NodeNumbers) -> FilterFailure? {
        guard numbers.isUnschedulable else { return nil }
        return pod.tolerations.contains { Tolerations.tolerates($0, Tolerations.unschedulable) }
            ? nil : .nodeUnschedulable
    }
}

/// Whether the node is the one that the pod names.
enum NodeNameFilter {
    static func filter(_ pod: PodInfo, _ node: NodeInfo) -> FilterFailure? {
        pod.nodeName.isEmpty || pod.nodeName == node.name ? nil : .nodeName
    }
}

/// Whether the pod bears the node's taints; fewer `PreferNoSchedule` taints are better.
enum TaintToleration {
    static func filter(_ pod: PodInfo, _ node: NodeInfo) -> FilterFailure? {
        Tolerations.firstUntolerated(node.taints, pod.tolerations) == nil ? nil : .taint
    }

    /// To be normalized in reverse: the number of taints that are not borne.
    static func score(_ pod: PodInfo, _ node: NodeInfo) -> Int64 {
        Tolerations.countUnpreferred(node.taints, pod.tolerations)
    }
}

/// Whether the node has the name and labels that the pod demands; what it prefers is better.
enum NodeAffinityPlugin {
    static func filter(_ pod: PodInfo, _ node: NodeInfo) -> FilterFailure? {
        pod.requiredNodeAffinity.matches(name: node.name, labels: node.labels) ? nil : .nodeAffinity
    }

    /// To be normalized: the sum of the weights of the terms that match.
    static func score(_ pod: PodInfo, _ node: NodeInfo) -> Int64 {
        pod.preferredNodeTerms.reduce(0) { sum, preferred in
            preferred.term.matches(name: node.name, labels: node.labels) ? sum + preferred.weight : sum
        }
    }
}

/// Whether the host ports that a pod wants are free.
enum NodePorts {
    static func filter(_ pod: PodInfo, _ node: NodeInfo) -> FilterFailure? {
        for port in pod.hostPorts where node.usedPorts.contains(where: { $0.conflicts(with: port) }) {
            return .nodePorts
        }
        return nil
    }
}
