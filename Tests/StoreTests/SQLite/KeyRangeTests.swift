// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Store

struct KeyRangeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var prefix: StoreKey
        var after: StoreKey?
        var lower: [UInt8]
        var upper: [UInt8]
        var testDescription: String { "\(prefix) after \(after?.text ?? "-")" }
    }

    @Test(
        "a prefix becomes two bounds",
        arguments: [
            Case(prefix: "", after: nil, lower: [], upper: [255]),
            Case(prefix: "/a/", after: nil, lower: [47, 97, 47], upper: [47, 97, 48]),
            Case(
                prefix: "/\u{10FFFF}", after: nil, lower: [47, 0xF4, 0x8F, 0xBF, 0xBF],
                upper: [47, 0xF4, 0x8F, 0xBF, 0xC0]),
            Case(prefix: "/a", after: "/ab", lower: [47, 97, 98, 0], upper: [47, 98]),
            Case(prefix: "/b", after: "/a", lower: [47, 98], upper: [47, 99]),
            Case(prefix: "/b", after: "/c", lower: [47, 99, 0], upper: [47, 99]),
        ])
    func bounds(_ c: Case) {
        let range = KeyRange(prefix: c.prefix, after: c.after)
        #expect(range.lower == c.lower)
        #expect(range.upper == c.upper)
    }
}
