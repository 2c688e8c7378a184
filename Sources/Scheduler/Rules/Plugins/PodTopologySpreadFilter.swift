// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Whether a pod keeps to its `DoNotSchedule` topology spread constraints.
///
/// - SeeAlso: plugin `PodTopologySpread` of kube-scheduler; KEP-895, KEP-3022, KEP-3094.
struct PodTopologySpreadFilter {
    private struct Rule {
        var constraint: SpreadConstraint
        var topology: TopologyIndex
        /// Matching pods by topology value; nil for values that no eligible node has.
        var pods: [Int64?]
        var least: Int64
        var countsItself: Int64
    }

    private var rules: [Rule] = []

    /// - Returns: nil where the pod has no such constraint.
    init?(_ pod: PodInfo, _ cluster: inout ClusterState) {
        if pod.hardSpread.isEmpty { return nil }
        var topologies: [TopologyIndex] = []
        for constraint in pod.hardSpread { topologies.append(cluster.topology(constraint.topologyKey)) }
        for (constraint, topology) in zip(pod.hardSpread, topologies) {
            let counts = cluster.counts(namespace: pod.namespace, constraint.selector)
            var pods = [Int64?](repeating: nil, count: topology.count)
            for slot in cluster.order {
                guard let node = cluster.nodes[slot], let value = topology.value(slot),
                    topologies.allSatisfy({ $0.value(slot) != nil }), Self.isCounted(node, pod, constraint)
                else { continue }
                pods[value] = (pods[value] ?? 0) + counts.on(slot)
            }
            let known = pods.compactMap { $0 }
            let least = Int64(known.count) < constraint.minDomains ? 0 : known.min() ?? 0
            rules.append(
                Rule(
                    constraint: constraint, topology: topology, pods: pods, least: least,
                    countsItself: constraint.selector.matches(pod.labels) ? 1 : 0))
        }
    }

    func filter(_ slot: Int) -> FilterFailure? {
        for rule in rules {
            guard let value = rule.topology.value(slot) else { return .topologySpreadLabelMissing }
            let pods = rule.pods[value] ?? 0
            if pods + rule.countsItself - rule.least > rule.constraint.maxSkew { return .topologySpread }
        }
        return nil
    }

    /// Whether the pods of a node count for a constraint.
    static func isCounted(_ node: NodeInfo, _ pod: PodInfo, _ constraint: SpreadConstraint) -> Bool {
        if constraint.honorsNodeAffinity, !pod.requiredNodeAffinity.isEmpty,
            !pod.requiredNodeAffinity.matches(name: node.name, labels: node.labels)
        {
            return false
        }
        return !constraint.honorsTaints || Tolerations.firstUntolerated(node.taints, pod.tolerations) == nil
    }
}
