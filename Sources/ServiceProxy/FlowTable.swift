// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives

/// A table of tracked connections.
package protocol FlowTable: Sendable {
    /// Forgets those connections that `select` picks.
    ///
    /// - Returns: how many.
    func forget(_ select: ([TrackedFlow]) -> [TrackedFlow]) throws -> Int
}

/// The kernel's table of tracked connections.
package struct KernelFlowTable: FlowTable {
    package init() {}

    package func forget(_ select: ([TrackedFlow]) -> [TrackedFlow]) throws -> Int {
        var socket = try NetlinkSocket(.netfilter)
        var count = 0
        for family in AddressFamily.allCases {
            for flow in select(try ConntrackTable.flows(family, &socket)) {
                try ConntrackTable.delete(flow, &socket)
                count += 1
            }
        }
        return count
    }
}
