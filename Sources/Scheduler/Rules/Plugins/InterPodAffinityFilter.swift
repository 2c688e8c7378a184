// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// How many pods are at each value of one topology label.
struct TopologyCounts {
    let topology: TopologyIndex
    private(set) var amounts: [Int64]

    init(_ topology: TopologyIndex) {
        self.topology = topology
        amounts = Array(repeating: 0, count: topology.count)
    }

    /// Adds to the value that a node has; nothing where it does not have the label.
    mutating func add(_ amount: Int64, at slot: Int) {
        if let value = topology.value(slot) { amounts[value] += amount }
    }

    /// The amount at the node's value; nil where it does not have the label.
    func amount(at slot: Int) -> Int64? { topology.value(slot).map { amounts[$0] } }
    var isZero: Bool { amounts.allSatisfy { $0 == 0 } }
}

extension AffinityTerm {
    func matches(_ pod: PodInfo, _ namespaceLabels: [String: String]) -> Bool {
        matches(namespace: pod.namespace, labels: pod.labels, namespaceLabels: namespaceLabels)
    }
}

/// Whether a pod keeps to its required affinity and anti-affinity to other pods, and they to theirs.
///
/// - SeeAlso: plugin `InterPodAffinity` of kube-scheduler.
struct InterPodAffinityFilter {
    private var affinity: [TopologyCounts] = []
    private var antiAffinity: [TopologyCounts] = []
    /// Where pods are that do not want this one near, by topology key.
    private var existing: [String: TopologyCounts] = [:]
    /// Whether the pod is the first of a group that wants to be together.
    private var startsGroup = false

    /// - Returns: nil where neither the pod nor any other has required terms.
    init?(_ pod: PodInfo, _ cluster: inout ClusterState) {
        let terms = pod.affinity
        let hasOwn = !terms.requiredAffinity.isEmpty || !terms.requiredAntiAffinity.isEmpty
        if !hasOwn && cluster.podsWithAntiAffinity == 0 { return nil }
        if hasOwn { countOwn(pod, &cluster) }
        if cluster.podsWithAntiAffinity > 0 { countExisting(pod, &cluster) }
    }

    func filter(_ slot: Int) -> FilterFailure? {
        for counts in affinity {
            guard let amount = counts.amount(at: slot), amount > 0 || startsGroup else { return .podAffinity }
        }
        for counts in antiAffinity {
            if let amount = counts.amount(at: slot), amount > 0 { return .podAntiAffinity }
        }
        for counts in existing.values {
            if let amount = counts.amount(at: slot), amount > 0 { return .existingAntiAffinity }
        }
        return nil
    }

    private mutating func countOwn(_ pod: PodInfo, _ cluster: inout ClusterState) {
        let near = pod.affinity.requiredAffinity
        let far = pod.affinity.requiredAntiAffinity
        for term in near { affinity.append(TopologyCounts(cluster.topology(term.topologyKey))) }
        for term in far { antiAffinity.append(TopologyCounts(cluster.topology(term.topologyKey))) }
        for slot in cluster.order {
            for other in cluster.nodes[slot]?.pods ?? [] {
                let labels = cluster.namespaceLabels[other.namespace] ?? [:]
                if !near.isEmpty, near.allSatisfy({ $0.matches(other, labels) }) {
                    for at in affinity.indices { affinity[at].add(1, at: slot) }
                }
                for at in far.indices where far[at].matches(other, labels) { antiAffinity[at].add(1, at: slot) }
            }
        }
        let ownLabels = cluster.namespaceLabels[pod.namespace] ?? [:]
        startsGroup = affinity.allSatisfy(\.isZero) && near.allSatisfy { $0.matches(pod, ownLabels) }
    }

    private mutating func countExisting(_ pod: PodInfo, _ cluster: inout ClusterState) {
        let labels = cluster.namespaceLabels[pod.namespace] ?? [:]
        for slot in cluster.order {
            guard let node = cluster.nodes[slot], node.podsWithAntiAffinity > 0 else { continue }
            for other in node.pods {
                for term in other.affinity.requiredAntiAffinity where term.matches(pod, labels) {
                    let key = term.topologyKey
                    if existing[key] == nil { existing[key] = TopologyCounts(cluster.topology(key)) }
                    existing[key]?.add(1, at: slot)
                }
            }
        }
    }
}
