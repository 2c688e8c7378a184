// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// How well nodes keep to the `ScheduleAnyway` constraints of a pod, or to those that every replicated pod has.
enum PodTopologySpreadScore {
    private struct Rule {
        var constraint: SpreadConstraint
        var topology: TopologyIndex
        var counts: PodCounts
        /// Matching pods by topology value; nil for values that no candidate has. Not used for host names.
        var pods: [Int64?] = []
        var weight = 0.0
        var isHostname: Bool { constraint.topologyKey == SpreadConstraint.hostname }
    }

    /// 0 to 100 for each candidate; nil where the plugin has nothing to say.
    static func scores(_ pod: PodInfo, _ candidates: [Int], _ cluster: inout ClusterState) -> [Int64]? {
        let hasOwn = !pod.softSpread.isEmpty || !pod.hardSpread.isEmpty
        let constraints: [SpreadConstraint]
        if hasOwn {
            constraints = pod.softSpread
        } else {
            guard let selector = cluster.workloads.selector(for: pod) else { return nil }
            constraints = SpreadConstraint.systemDefaults(selector)
        }
        if constraints.isEmpty { return nil }
        var rules: [Rule] = []
        for constraint in constraints {
            rules.append(
                Rule(
                    constraint: constraint, topology: cluster.topology(constraint.topologyKey),
                    counts: cluster.counts(namespace: pod.namespace, constraint.selector)))
        }
        // Nodes without the labels are left out, but for defaults, where a cluster without zones is no fault.
        let isIgnored = candidates.map { slot in hasOwn && rules.contains { $0.topology.value(slot) == nil } }
        for at in rules.indices { start(&rules[at], candidates, isIgnored) }
        count(&rules, needsAllLabels: hasOwn, pod, cluster)
        return normalized(candidates.map { score($0, rules) }, isIgnored)
    }

    /// Notes the topology values that the candidates have, and how much the rule counts.
    private static func start(_ rule: inout Rule, _ candidates: [Int], _ isIgnored: [Bool]) {
        var size = 0
        if rule.isHostname {
            for ignored in isIgnored where !ignored { size += 1 }
        } else {
            rule.pods = Array(repeating: nil, count: rule.topology.count)
            for (at, slot) in candidates.enumerated() where !isIgnored[at] {
                guard let value = rule.topology.value(slot), rule.pods[value] == nil else { continue }
                rule.pods[value] = 0
                size += 1
            }
        }
        rule.weight = Logarithm.natural(Double(size + 2))
    }

    private static func count(
        _ rules: inout [Rule], needsAllLabels: Bool, _ pod: PodInfo, _ cluster: ClusterState
    ) {
        let topologies = rules.map(\.topology)
        for at in rules.indices where !rules[at].isHostname && rules[at].topology.count > 0 {
            for slot in cluster.order {
                guard let value = rules[at].topology.value(slot), let known = rules[at].pods[value],
                    !needsAllLabels || topologies.allSatisfy({ $0.value(slot) != nil }), let node = cluster.nodes[slot],
                    PodTopologySpreadFilter.isCounted(node, pod, rules[at].constraint)
                else { continue }
                rules[at].pods[value] = known + rules[at].counts.on(slot)
            }
        }
    }

    private static func score(_ slot: Int, _ rules: [Rule]) -> Int64 {
        var sum = 0.0
        for rule in rules {
            guard let value = rule.topology.value(slot) else { continue }
            let pods = rule.isHostname ? rule.counts.on(slot) : rule.pods[value] ?? 0
            sum += Double(pods) * rule.weight + Double(rule.constraint.maxSkew - 1)
        }
        return Int64(sum.rounded())
    }

    private static func normalized(_ raw: [Int64], _ isIgnored: [Bool]) -> [Int64] {
        var least = Int64.max
        var most: Int64 = 0
        for (at, score) in raw.enumerated() where !isIgnored[at] {
            least = min(least, score)
            most = max(most, score)
        }
        return raw.enumerated().map { at, score in
            if isIgnored[at] { return 0 }
            return most == 0 ? 100 : 100 * (most + least - score) / most
        }
    }
}

/// The natural logarithm; Foundation is not for pure rules.
enum Logarithm {
    /// - Parameter value: greater than 0.
    static func natural(_ value: Double) -> Double {
        // value = m * 2^e with m in [1, 2): ln m = 2 artanh((m-1)/(m+1)), a series that converges fast there.
        let exponent = Double(value.exponent)
        let ratio = (value.significand - 1) / (value.significand + 1)
        let square = ratio * ratio
        var term = ratio
        var sum = 0.0
        for divisor in stride(from: 1.0, through: 39, by: 2) {
            sum += term / divisor
            term *= square
        }
        return 2 * sum + exponent * 0.693_147_180_559_945_3
    }
}
