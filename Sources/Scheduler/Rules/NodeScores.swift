// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// How good each of several nodes is for a pod: the weighted sum of what each scoring plugin says.
enum NodeScores {
    /// - Returns: for each candidate (a slot) its score.
    static func total(_ pod: PodInfo, _ candidates: [Int], _ cluster: inout ClusterState) -> [Int64] {
        var totals = [Int64](repeating: 0, count: candidates.count)
        let isBestEffort = pod.requests.total.isZero
        for (at, slot) in candidates.enumerated() {
            let numbers = cluster.numbers[slot]
            totals[at] = NodeResourcesFit.leastAllocated(pod, numbers)
            if !isBestEffort { totals[at] += NodeResourcesFit.balanced(pod, numbers) }
        }
        if cluster.nodesWithSoftTaints > 0 {
            let raw = candidates.map { slot in cluster.nodes[slot].map { TaintToleration.score(pod, $0) } ?? 0 }
            add(normalized(raw, isReversed: true), weight: 3, to: &totals)
        }
        if !pod.preferredNodeTerms.isEmpty {
            let verdicts = cluster.verdicts(for: pod)
            let raw = candidates.map { verdicts.score($0) }
            add(normalized(raw, isReversed: false), weight: 2, to: &totals)
        }
        if let scores = PodTopologySpreadScore.scores(pod, candidates, &cluster) { add(scores, weight: 2, to: &totals) }
        if let scores = InterPodAffinityScore.scores(pod, candidates, &cluster) { add(scores, weight: 2, to: &totals) }
        let images = ImageLocality.scores(pod, cluster)
        if !images.isEmpty {
            for (at, slot) in candidates.enumerated() { totals[at] += images[slot] ?? 0 }
        }
        return totals
    }

    private static func add(_ scores: [Int64], weight: Int64, to totals: inout [Int64]) {
        for at in totals.indices { totals[at] += weight * scores[at] }
    }

    /// Scales so that the largest is 100; reversed, the largest becomes 0.
    static func normalized(_ raw: [Int64], isReversed: Bool) -> [Int64] {
        let most = raw.max() ?? 0
        if most == 0 { return raw.map { _ in isReversed ? 100 : 0 } }
        return raw.map { isReversed ? 100 - 100 * $0 / most : 100 * $0 / most }
    }
}
