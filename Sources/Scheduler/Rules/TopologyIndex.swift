// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Which value of one label each node has, as small numbers.
struct TopologyIndex {
    /// By slot; -1 where the node does not have the label, or the slot is empty.
    private(set) var values: ContiguousArray<Int32>
    /// How many different values there are.
    private(set) var count: Int

    init(key: String, nodes: [NodeInfo?]) {
        var numbers: [String: Int32] = [:]
        values = ContiguousArray(repeating: -1, count: nodes.count)
        for (slot, node) in nodes.enumerated() {
            guard let node, node.isPresent, let text = node.labels[key] else { continue }
            let next = Int32(truncatingIfNeeded: numbers.count)
            let number = numbers[text] ?? next
            numbers[text] = number
            values[slot] = number
        }
        count = numbers.count
    }

    /// The value's number; nil where the node does not have the label.
    func value(_ slot: Int) -> Int? {
        guard slot < values.count, values[slot] >= 0 else { return nil }
        return Int(values[slot])
    }
}

/// How many pods of a namespace that match a selector are on each node; kept up to date as pods come and go.
struct PodCounts {
    let namespace: String
    let selector: LabelMatcher
    /// By slot.
    private(set) var counts: ContiguousArray<Int64>
    /// When it was last asked for, to forget those that nobody needs.
    var lastUse: UInt64 = 0

    init(namespace: String, selector: LabelMatcher, nodes: [NodeInfo?]) {
        self.namespace = namespace
        self.selector = selector
        counts = ContiguousArray(repeating: 0, count: nodes.count)
        for (slot, node) in nodes.enumerated() {
            for pod in node?.pods ?? [] where counts(pod) { counts[slot] += 1 }
        }
    }

    func on(_ slot: Int) -> Int64 { slot < counts.count ? counts[slot] : 0 }

    mutating func add(_ pod: PodInfo, slot: Int, sign: Int64) {
        guard counts(pod) else { return }
        while counts.count <= slot { counts.append(0) }
        counts[slot] += sign
    }

    private func counts(_ pod: PodInfo) -> Bool {
        !pod.isTerminating && pod.namespace == namespace && selector.matches(pod.labels)
    }
}
