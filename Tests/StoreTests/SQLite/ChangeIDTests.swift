// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Store

struct ChangeIDTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var revision: Revision
        var position: Int
        var isDeletion: Bool
        var expected: Int64
        var testDescription: String { "\(revision), \(position), \(isDeletion)" }
    }

    @Test(
        "revision, position and kind fit into one number and come back",
        arguments: [
            Case(revision: Revision(0), position: 0, isDeletion: false, expected: 0),
            Case(revision: Revision(1), position: 0, isDeletion: false, expected: 131_072),
            Case(revision: Revision(1), position: 0, isDeletion: true, expected: 131_073),
            Case(revision: Revision(1), position: 65_535, isDeletion: true, expected: 262_143),
            Case(revision: Revision(2), position: 3, isDeletion: false, expected: 262_150),
            Case(revision: ChangeID.greatestRevision, position: 65_535, isDeletion: true, expected: .max),
        ])
    func packing(_ c: Case) {
        let id = ChangeID(c.revision, position: c.position, isDeletion: c.isDeletion)
        #expect(id.rawValue == c.expected)
        #expect(id.revision == c.revision)
        #expect(id.isDeletion == c.isDeletion)
    }

    @Test("a number read from a damaged file does not trap")
    func negative() { #expect(ChangeID(rawValue: -5).revision == .zero) }
}
