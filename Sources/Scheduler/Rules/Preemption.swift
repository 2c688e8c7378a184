// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// How many pods a budget lets go now.
struct DisruptionBudget: Sendable, Equatable {
    var namespace: String
    var selector: LabelMatcher
    var allowed: Int
}

/// Makes room for a pod by choosing pods of lower priority to go.
///
/// - SeeAlso: plugin `DefaultPreemption` of kube-scheduler.
struct Preemption {
    struct Choice {
        var node: String
        var victims: [PodInfo]
    }

    enum Outcome {
        case makesRoom(Choice)
        /// There is no way; what to say of it.
        case none(String)
    }

    private struct Candidate {
        var node: String
        var victims: [PodInfo]
        var violations: Int

        /// Smaller is better: budgets broken, the highest priority lost, the sum of priorities, how many, how long the most
        /// important one has been running.
        var rank: (Int, Int64, Int64, Int, Int64) {
            let highest = victims.map { Int64($0.priority) }.max() ?? .min
            let sum = victims.reduce(Int64(0)) { $0 + Int64($1.priority) + Int64(Int32.max) + 1 }
            let started = victims.filter { Int64($0.priority) == highest }.map(\.startedAt).min() ?? 0
            return (violations, highest, sum, victims.count, -started)
        }
    }

    static let notHelpful = "Preemption is not helpful for scheduling"
    static let noVictims = "No preemption victims found for incoming pod"

    /// - Parameter offset: where to start among the nodes, by chance.
    static func find(
        _ pod: PodInfo, _ failures: [(slot: Int, failure: FilterFailure)], _ cluster: inout ClusterState,
        budgets: [DisruptionBudget], offset: Int
    ) -> Outcome {
        if !pod.mayPreempt { return .none("preemption: not eligible due to preemptionPolicy=Never.") }
        if waitsForVictims(pod, failures, cluster) {
            return .none("preemption: not eligible due to a terminating pod on the nominated node.")
        }
        var error = FitError(nodeCount: cluster.nodeCount)
        let helpful = failures.filter(\.failure.isResolvable)
        let hopeless = failures.count - helpful.count
        if hopeless > 0 { error.reasons[notHelpful] = hopeless }
        var candidates: [Candidate] = []
        let enough = max(100, cluster.nodeCount / 10)
        for step in helpful.indices where candidates.count < enough {
            let (slot, _) = helpful[(step + offset) % helpful.count]
            switch candidate(pod, slot, &cluster, budgets) {
            case .success(let candidate): candidates.append(candidate)
            case .failure(let reasons): for reason in reasons.texts { error.reasons[reason, default: 0] += 1 }
            }
        }
        guard let best = candidates.min(by: { $0.rank < $1.rank }) else { return .none("preemption: " + error.message) }
        return .makesRoom(Choice(node: best.node, victims: best.victims))
    }

    private struct Reasons: Error {
        var texts: [String]
    }

    /// Whether room was made already, and the pods that have to go are still going.
    private static func waitsForVictims(
        _ pod: PodInfo, _ failures: [(slot: Int, failure: FilterFailure)], _ cluster: ClusterState
    ) -> Bool {
        guard !pod.nominatedNodeName.isEmpty, let slot = cluster.slot(of: pod.nominatedNodeName),
            failures.contains(where: { $0.slot == slot && $0.failure.isResolvable }), let node = cluster.nodes[slot]
        else { return false }
        return node.pods.contains { $0.isTerminating && $0.priority < pod.priority }
    }

    private static func candidate(
        _ pod: PodInfo, _ slot: Int, _ cluster: inout ClusterState, _ budgets: [DisruptionBudget]
    ) -> Result<Candidate, Reasons> {
        guard let node = cluster.nodes[slot] else { return .failure(Reasons(texts: [notHelpful])) }
        let lower = node.pods.filter { $0.priority < pod.priority }
        if lower.isEmpty { return .failure(Reasons(texts: [noVictims])) }
        var removed: [String: ClusterState.Placement] = [:]
        for other in lower { removed[other.uid] = cluster.remove(uid: other.uid) }
        defer {
            for placement in removed.values {
                cluster.place(placement.pod, on: node.name, assumed: placement.isAssumed)
            }
        }
        if let failure = check(pod, slot, node, &cluster) { return .failure(Reasons(texts: failure.reasons)) }
        let (breaking, others) = split(lower.sorted(by: isMoreImportant), budgets)
        var victims: [PodInfo] = []
        var violations = 0
        for (group, breaksBudget) in [(breaking, true), (others, false)] {
            for other in group {
                let assumed = removed[other.uid]?.isAssumed ?? false
                cluster.place(other, on: node.name, assumed: assumed)
                if check(pod, slot, node, &cluster) == nil {
                    removed[other.uid] = nil
                } else {
                    removed[other.uid] = cluster.remove(uid: other.uid)
                    victims.append(other)
                    if breaksBudget { violations += 1 }
                }
            }
        }
        return .success(Candidate(node: node.name, victims: victims, violations: violations))
    }

    private static func check(
        _ pod: PodInfo, _ slot: Int, _ node: NodeInfo, _ cluster: inout ClusterState
    ) -> FilterFailure? {
        do {
            let context = try FilterContext(pod, &cluster)
            return NodeSearch.check(slot, node, context, cluster.numbers[slot])
        } catch {
            return .nodeAffinity
        }
    }

    /// Pods whose going breaks a budget, and the others; the order is kept.
    private static func split(
        _ pods: [PodInfo], _ budgets: [DisruptionBudget]
    ) -> (breaking: [PodInfo], others: [PodInfo]) {
        var left = budgets
        var breaking: [PodInfo] = []
        var others: [PodInfo] = []
        for pod in pods {
            var breaks = false
            for at in left.indices where left[at].namespace == pod.namespace && left[at].selector.matches(pod.labels) {
                left[at].allowed -= 1
                if left[at].allowed < 0 { breaks = true }
            }
            if breaks { breaking.append(pod) } else { others.append(pod) }
        }
        return (breaking, others)
    }

    private static func isMoreImportant(_ a: PodInfo, _ b: PodInfo) -> Bool {
        a.priority != b.priority ? a.priority > b.priority : a.startedAt < b.startedAt
    }
}
