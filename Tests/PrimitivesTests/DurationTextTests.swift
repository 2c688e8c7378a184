// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives
import Testing

struct DurationTextTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        var expected: Duration?
        var testDescription: String { text }
    }

    @Test(
        "durations are read as Go reads them",
        arguments: [
            Case(text: "300ms", expected: .milliseconds(300)), Case(text: "5m0s", expected: .seconds(300)),
            Case(text: "1.5h", expected: .seconds(5400)), Case(text: "-2s", expected: .seconds(-2)),
            Case(text: "0", expected: .zero), Case(text: "1us", expected: .microseconds(1)),
            Case(text: "", expected: nil), Case(text: "5", expected: nil), Case(text: "s", expected: nil),
            Case(text: ".s", expected: nil), Case(text: "1x", expected: nil),
            Case(text: "99999999999999h", expected: nil),
        ])
    func parse(_ c: Case) { #expect(DurationText.parse(c.text) == c.expected) }
}
