// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Primitives

/// Which node has which part of the cluster's pod addresses.
///
/// A value in memory, kept up to date by what nodes say and by what was given out and is not seen on its node yet: giving out
/// a range looks at no other node.
struct NodeRanges {
    /// The prefix length of a node's range, for example 24.
    let nodePrefixLength: Int
    private let cluster: CIDR
    /// How many ranges there are; 0 where the cluster's is too small for one.
    private let count: Int
    /// How many nodes have a part of a range, by the range's number.
    private var holders: [Int: Int] = [:]
    /// No range before it is free.
    private var firstFree = 0
    private var ranges: [ObjectKey: [CIDR]] = [:]

    /// - Parameter nodePrefixLength: of IPv4 or IPv6, as the cluster's range.
    init(cluster: CIDR, nodePrefixLength: Int) {
        self.cluster = cluster
        self.nodePrefixLength = nodePrefixLength
        let bits = nodePrefixLength - cluster.prefixLength
        count = bits >= 0 && bits < 24 && nodePrefixLength <= cluster.family.bitWidth ? 1 << bits : 0
    }

    /// The range of a node: the one it has, or else the first that is free, which is the node's from now on.
    ///
    /// - Returns: nil where all are taken.
    mutating func allocate(for node: ObjectKey) -> CIDR? {
        if let known = ranges[node]?.first { return known }
        while firstFree < count, holders[firstFree] != nil { firstFree += 1 }
        // where there are ranges, their prefix fits an address
        guard firstFree < count else { return nil }
        let step = UInt128(firstFree) << UInt128(cluster.family.bitWidth - nodePrefixLength)
        guard let address = cluster.address(at: step), let range = CIDR(address, prefixLength: nodePrefixLength) else {
            return nil
        }
        set([range], of: node)
        return range
    }

    /// Notes what a node has, in place of what it had.
    mutating func set(_ new: [CIDR], of node: ObjectKey) {
        let old = ranges[node] ?? []
        guard old != new else { return }
        for number in new.flatMap(numbers) { holders[number, default: 0] += 1 }
        for number in old.flatMap(numbers) {
            holders[number, default: 1] -= 1
            guard holders[number] == 0 else { continue }
            holders[number] = nil
            firstFree = min(firstFree, number)
        }
        ranges[node] = new.isEmpty ? nil : new
    }

    /// The ranges that have an address in common with a block.
    private func numbers(_ block: CIDR) -> Range<Int> {
        guard count > 0, cluster.overlaps(block) else { return 0..<0 }
        let shift = UInt128(cluster.family.bitWidth - nodePrefixLength)
        let first = cluster.network.number
        // both ends lie in the cluster's range, which has fewer than 2^24 parts
        let low = (max(block.network.number, first) - first) >> shift
        let high = (min(block.last.number, cluster.last.number) - first) >> shift
        return Int(low)..<(Int(high) + 1)
    }
}
