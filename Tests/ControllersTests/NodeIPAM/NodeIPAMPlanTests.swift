// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives
import Testing

@testable import Controllers

struct NodeIPAMPlanTests {
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
            Case(name: "IPv6", cluster: "fd00::/48", length: 64, taken: ["fd00::/64"], expected: "fd00:0:0:1::/64"),
        ])
    func nextFree(_ c: Case) throws {
        let plan = NodeIPAMPlan(cluster: try #require(CIDR(c.cluster)), nodePrefixLength: c.length)
        let taken = try c.taken.map { try #require(CIDR($0)) }
        let expected = try c.expected.map { try #require(CIDR($0)) }
        #expect(plan.nextFree(taken: taken) == expected)
    }
}
