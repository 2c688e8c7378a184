// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing
import Wire

struct JSONIndenterTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var json: String
        var lines: String
        var testDescription: String { json }
    }

    private static let cases = [
        Case(
            json: #"{"a":[],"b":[1,{"c":{}}]}"# + "\n",
            lines: "{\n  \"a\": [],\n  \"b\": [\n    1,\n    {\n      \"c\": {}\n    }\n  ]\n}"),
        Case(json: #"{ "a" : "x, {y}: [z] \"q\" \\" }"#, lines: "{\n  \"a\": \"x, {y}: [z] \\\"q\\\" \\\\\"\n}"),
        Case(json: "[[],[[]],null,-1.5e3,true]", lines: "[\n  [],\n  [\n    []\n  ],\n  null,\n  -1.5e3,\n  true\n]"),
        Case(json: #""text""#, lines: #""text""#), Case(json: "{}", lines: "{}"), Case(json: "", lines: ""),
    ]

    @Test("lines are those of MarshalIndent, in pieces of any size", arguments: cases)
    func lines(_ c: Case) {
        #expect(String(decoding: JSONIndenter.indent(Array(c.json.utf8)), as: UTF8.self) == c.lines)
        for size in 1...5 {
            var indenter = JSONIndenter()
            var out: [UInt8] = []
            let bytes = Array(c.json.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                bytes[start..<min(start + size, bytes.count)].withUnsafeBufferPointer { indenter.append($0, to: &out) }
            }
            #expect(String(decoding: out, as: UTF8.self) == c.lines)
        }
    }

    @Test("brackets that close what was never opened do no harm")
    func unbalanced() {
        #expect(JSONIndenter.indent(Array("]]}".utf8)) == Array("\n]\n]\n}".utf8))
    }
}
