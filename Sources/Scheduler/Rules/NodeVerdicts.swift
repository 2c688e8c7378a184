// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// What taints, names and labels of all nodes mean for the pods of one template: the same for each of them, and as long as no
/// node changes.
struct NodeVerdicts {
    enum Verdict: UInt8 {
        case fits, hasTaint, isUnsuitable
    }

    private let pod: PodInfo
    /// By slot.
    private let verdicts: ContiguousArray<Verdict>
    /// The sum of the weights of the preferred terms that match, by slot.
    private let preferences: ContiguousArray<Int64>

    init(_ pod: PodInfo, _ nodes: [NodeInfo?]) {
        self.pod = pod
        verdicts = ContiguousArray(nodes.map { $0.map { Self.verdict(pod, $0) } ?? .isUnsuitable })
        preferences =
            pod.preferredNodeTerms.isEmpty
            ? [] : ContiguousArray(nodes.map { $0.map { NodeAffinityPlugin.score(pod, $0) } ?? 0 })
    }

    private static func verdict(_ pod: PodInfo, _ node: NodeInfo) -> Verdict {
        if TaintToleration.filter(pod, node) != nil { return .hasTaint }
        return NodeAffinityPlugin.filter(pod, node) == nil ? .fits : .isUnsuitable
    }

    /// Whether it holds for another pod, too.
    func holds(for other: PodInfo) -> Bool {
        pod.tolerations == other.tolerations && pod.requiredNodeAffinity == other.requiredNodeAffinity
            && pod.preferredNodeTerms.elementsEqual(other.preferredNodeTerms) {
                $0.weight == $1.weight && $0.term == $1.term
            }
    }

    func filter(_ slot: Int) -> FilterFailure? {
        switch verdicts[slot] {
        case .fits: nil
        case .hasTaint: .taint
        case .isUnsuitable: .nodeAffinity
        }
    }

    func score(_ slot: Int) -> Int64 { preferences.isEmpty ? 0 : preferences[slot] }
}

/// The verdicts of the templates that were asked for last.
struct NodeVerdictCache {
    private var entries: [NodeVerdicts] = []
    private var oldest = 0
    private static let limit = 32

    mutating func get(_ pod: PodInfo, _ nodes: [NodeInfo?]) -> NodeVerdicts {
        if let known = entries.first(where: { $0.holds(for: pod) }) { return known }
        let made = NodeVerdicts(pod, nodes)
        if entries.count < Self.limit {
            entries.append(made)
        } else {
            entries[oldest] = made
            oldest = (oldest + 1) % Self.limit
        }
        return made
    }

    /// Some node has changed.
    mutating func clear() {
        guard !entries.isEmpty else { return }
        entries = []
        oldest = 0
    }
}
