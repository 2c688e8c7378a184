// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Looks for nodes that a pod can be on.
struct NodeSearch {
    struct Found {
        /// Slots.
        var feasible: [Int] = []
        var failures: [(slot: Int, failure: FilterFailure)] = []
    }

    /// Where the next search starts, so that all nodes get their turn.
    private var start = 0

    /// How many nodes are enough: of a large cluster not all are looked at.
    ///
    /// - SeeAlso: `percentageOfNodesToScore` of `KubeSchedulerConfiguration`.
    static func enough(of nodes: Int) -> Int {
        if nodes < 100 { return nodes }
        let percentage = max(5, 50 - nodes / 125)
        return max(100, nodes * percentage / 100)
    }

    /// Filters nodes until there are enough.
    mutating func find(_ context: FilterContext, _ cluster: ClusterState) -> Found {
        if let names = context.onlyNames { return find(context, cluster, only: names) }
        var found = Found()
        let total = cluster.order.count
        guard total > 0 else { return found }
        let enough = Self.enough(of: total)
        found.feasible.reserveCapacity(enough)
        var looked = 0
        var at = start % total
        while looked < total && found.feasible.count < enough {
            let slot = cluster.order[at]
            Self.look(slot, context, cluster, &found)
            looked += 1
            at = at + 1 == total ? 0 : at + 1
        }
        start = at
        return found
    }

    private func find(_ context: FilterContext, _ cluster: ClusterState, only names: Set<String>) -> Found {
        var found = Found()
        for name in names.sorted() {
            if let slot = cluster.slot(of: name) { Self.look(slot, context, cluster, &found) }
        }
        // All others are out; that is said without looking at them.
        for slot in cluster.order {
            if let node = cluster.nodes[slot], !names.contains(node.name) {
                found.failures.append((slot, .nodeAffinity))
            }
        }
        return found
    }

    private static func look(_ slot: Int, _ context: FilterContext, _ cluster: ClusterState, _ found: inout Found) {
        guard let node = cluster.nodes[slot] else { return }
        if let failure = check(slot, node, context, cluster.numbers[slot]) {
            found.failures.append((slot, failure))
        } else {
            found.feasible.append(slot)
        }
    }

    /// Filters one node. Pods of at least the same priority that are promised room there count as being there already.
    static func check(
        _ slot: Int, _ node: NodeInfo, _ context: FilterContext, _ numbers: NodeNumbers
    ) -> FilterFailure? {
        if numbers.hasNominated {
            let pod = context.pod
            let promised = node.nominated.filter { $0.priority >= pod.priority && $0.uid != pod.uid }
            if !promised.isEmpty {
                var full = numbers
                for other in promised {
                    full.add(other, sign: 1)
                    node.add(other)
                }
                defer { for other in promised { node.remove(other) } }
                if let failure = context.filter(slot, node, full) { return failure }
            }
        }
        return context.filter(slot, node, numbers)
    }
}
