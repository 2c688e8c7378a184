// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// How well nodes suit the preferred affinity terms of a pod, and of the pods that are there.
enum InterPodAffinityScore {
    /// How much a required affinity term of a pod that is there counts.
    private static let hardAffinityWeight: Int64 = 1

    /// 0 to 100 for each candidate; nil where the plugin has nothing to say.
    static func scores(_ pod: PodInfo, _ candidates: [Int], _ cluster: inout ClusterState) -> [Int64]? {
        if pod.affinity.preferred.isEmpty && cluster.podsWithAffinity == 0 { return nil }
        var sums: [String: TopologyCounts] = [:]
        let labels = cluster.namespaceLabels[pod.namespace] ?? [:]
        for slot in cluster.order {
            guard let node = cluster.nodes[slot] else { continue }
            if pod.affinity.preferred.isEmpty && node.podsWithAffinity == 0 { continue }
            for other in node.pods {
                let otherLabels = cluster.namespaceLabels[other.namespace] ?? [:]
                for term in pod.affinity.preferred where term.matches(other, otherLabels) {
                    add(term.weight, term.topologyKey, slot, &sums, &cluster)
                }
                for term in other.affinity.preferred where term.matches(pod, labels) {
                    add(term.weight, term.topologyKey, slot, &sums, &cluster)
                }
                for term in other.affinity.requiredAffinity where term.matches(pod, labels) {
                    add(hardAffinityWeight, term.topologyKey, slot, &sums, &cluster)
                }
            }
        }
        if sums.isEmpty { return nil }
        return normalized(
            candidates.map { slot in sums.values.reduce(Int64(0)) { $0 + ($1.amount(at: slot) ?? 0) } })
    }

    private static func add(
        _ weight: Int64, _ key: String, _ slot: Int, _ sums: inout [String: TopologyCounts],
        _ cluster: inout ClusterState
    ) {
        if sums[key] == nil { sums[key] = TopologyCounts(cluster.topology(key)) }
        sums[key]?.add(weight, at: slot)
    }

    private static func normalized(_ raw: [Int64]) -> [Int64] {
        let least = raw.min() ?? 0
        let span = (raw.max() ?? 0) - least
        return raw.map { span == 0 ? 0 : Int64(100 * (Double($0 - least) / Double(span))) }
    }
}
