// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Store
import Testing

struct StoreKeyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var smaller: StoreKey
        var greater: StoreKey
        var testDescription: String { "\(smaller) < \(greater)" }
    }

    @Test(
        "keys are ordered by their bytes",
        arguments: [
            Case(smaller: "", greater: "/"),
            Case(smaller: "/a", greater: "/a/"),
            Case(smaller: "/a-b", greater: "/a/b"),
            Case(smaller: "/B", greater: "/a"),
            Case(smaller: "/z", greater: "/\u{e9}"),
            Case(smaller: "/e\u{301}", greater: "/\u{e9}"),
            Case(smaller: "/\u{FFFD}", greater: "/\u{10000}"),
        ])
    func order(_ c: Case) {
        #expect(c.smaller < c.greater)
        #expect(!(c.greater < c.smaller))
        #expect(c.smaller != c.greater)
        #expect(Set([c.smaller, c.greater]).count == 2)
    }

    @Test("equal keys have equal hashes, whatever storage they have")
    func hash() {
        let long = StoreKey("/registry/pods/default/a-name-that-is-not-small")
        let made = StoreKey(["/registry", "pods", "default", "a-name-that-is-not-small"].joined(separator: "/"))
        #expect(long == made)
        #expect(long.hashValue == made.hashValue)
    }
}
