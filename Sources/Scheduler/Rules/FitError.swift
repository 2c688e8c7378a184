// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Why a pod cannot be scheduled, in Kubernetes' words.
struct FitError: Sendable, Equatable {
    var nodeCount: Int
    /// How many nodes have each reason.
    var reasons: [String: Int] = [:]
    /// Said in place of reasons where no node was looked at.
    var prefilterMessage = ""
    /// What came of trying to make room.
    var preemptionMessage = ""
    var plugins: Set<Plugin> = []

    static let noNodes = "no nodes available to schedule pods"

    init(nodeCount: Int) { self.nodeCount = nodeCount }

    init(nodeCount: Int, failures: [(slot: Int, failure: FilterFailure)]) {
        self.nodeCount = nodeCount
        for (_, failure) in failures {
            plugins.insert(failure.plugin)
            for reason in failure.reasons { reasons[reason, default: 0] += 1 }
        }
    }

    init(nodeCount: Int, _ failure: PreFilterFailure) {
        self.nodeCount = nodeCount
        prefilterMessage = failure.message
        plugins = [failure.plugin]
    }

    /// `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable. preemption: ...`
    var message: String {
        if nodeCount == 0 && prefilterMessage.isEmpty { return Self.noNodes }
        var text = "0/\(nodeCount) nodes are available:"
        if !prefilterMessage.isEmpty {
            text += " \(prefilterMessage)."
        } else if !reasons.isEmpty {
            text += " " + reasons.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ") + "."
        }
        return preemptionMessage.isEmpty ? text : text + " " + preemptionMessage
    }
}
