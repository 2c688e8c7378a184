// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Primitives
import Testing

@testable import Controllers

struct NodeRangesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var cluster = "10.244.0.0/16"
        var length = 24
        var taken: [String] = []
        var expected: String?
        var testDescription: String { name }
    }

    @Test(
        "the first range that nobody has is given out",
        arguments: [
            Case(name: "the first of all", expected: "10.244.0.0/24"),
            Case(name: "the next", taken: ["10.244.0.0/24"], expected: "10.244.1.0/24"),
            Case(name: "a gap", taken: ["10.244.0.0/24", "10.244.2.0/24"], expected: "10.244.1.0/24"),
            Case(name: "beyond a larger range", taken: ["10.244.0.0/22"], expected: "10.244.4.0/24"),
            Case(name: "a smaller range within blocks", taken: ["10.244.0.128/25"], expected: "10.244.1.0/24"),
            Case(name: "ranges outside do not matter", taken: ["192.168.0.0/16"], expected: "10.244.0.0/24"),
            Case(name: "one node alone", cluster: "10.0.0.0/24", expected: "10.0.0.0/24"),
            Case(name: "none is left", cluster: "10.0.0.0/23", taken: ["10.0.0.0/24", "10.0.1.0/24"], expected: nil),
            Case(name: "a node's range larger than the cluster's", cluster: "10.0.0.0/25", expected: nil),
            Case(name: "a prefix longer than an address", length: 64, expected: nil),
            Case(name: "IPv6", cluster: "fd00::/48", length: 64, taken: ["fd00::/64"], expected: "fd00:0:0:1::/64"),
        ])
    func allocate(_ c: Case) throws {
        var ranges = NodeRanges(cluster: try #require(CIDR(c.cluster)), nodePrefixLength: c.length)
        for (number, text) in c.taken.enumerated() {
            ranges.set([try #require(CIDR(text))], of: ObjectKey(name: "other-\(number)"))
        }
        let expected = try c.expected.map { try #require(CIDR($0)) }
        let first = ranges.allocate(for: ObjectKey(name: "node"))
        let again = ranges.allocate(for: ObjectKey(name: "node"))
        #expect(first == expected)
        #expect(again == expected)
    }

    @Test("what a node gives back is given out again, unless another has a part of it")
    func release() throws {
        var ranges = NodeRanges(cluster: try #require(CIDR("10.0.0.0/22")), nodePrefixLength: 24)
        func next(_ name: String) -> String? { ranges.allocate(for: ObjectKey(name: name))?.description }
        let given = ["a", "b", "c", "d"].map(next)
        #expect(given == ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"])
        ranges.set([try #require(CIDR("10.0.1.128/25"))], of: ObjectKey(name: "overlaps"))
        ranges.set([], of: ObjectKey(name: "b"))
        let none = next("late")
        #expect(none == nil)
        ranges.set([], of: ObjectKey(name: "overlaps"))
        let gap = next("late")
        #expect(gap == "10.0.1.0/24")
        ranges.set([], of: ObjectKey(name: "d"))
        ranges.set([], of: ObjectKey(name: "a"))
        let last = ["d", "a"].map(next)
        #expect(last == ["10.0.0.0/24", "10.0.3.0/24"])
    }

    @Test("a block wider than the cluster's range takes all of it")
    func wider() throws {
        var ranges = NodeRanges(cluster: try #require(CIDR("10.0.0.0/22")), nodePrefixLength: 24)
        ranges.set([try #require(CIDR("10.0.0.0/8"))], of: ObjectKey(name: "wide"))
        let range = ranges.allocate(for: ObjectKey(name: "node"))
        #expect(range == nil)
    }
}
