// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing
import Wire

struct JSONReaderDepthTests {
    private static func nested(_ count: Int) -> [UInt8] {
        Array((String(repeating: "[", count: count) + String(repeating: "]", count: count)).utf8)
    }

    @Test("passing over a value needs no stack", arguments: [1, 100, 9_999, 10_000])
    func skips(_ count: Int) throws {
        try JSONReader.read(Self.nested(count)) { (reader: inout JSONReader) throws(JSONFault) in try reader.skipValue()
        }
    }

    @Test("what is nested deeper is refused", arguments: [10_001, 200_000])
    func refuses(_ count: Int) {
        #expect(throws: JSONFault.self) {
            try JSONReader.read(Self.nested(count)) { (reader: inout JSONReader) throws(JSONFault) in
                try reader.skipValue()
            }
        }
    }

    @Test(
        "values are passed over whole, bad ones refused",
        arguments: [
            ("{}", true), ("[]", true), (#"{"a":[1,{"b":null}],"c":"]}"}"#, true), ("[1,2,[3,[]],{}]", true),
            ("7", true),
            ("null", true), ("[1,]", false), ("{\"a\"}", false), ("[1}", false), ("{\"a\":1,}", false), ("[", false),
            ("", false), ("tru", false),
        ])
    func whole(_ text: String, _ isValid: Bool) {
        var fault: JSONFault?
        do throws(JSONFault) {
            try JSONReader.read(Array(text.utf8)) { (reader: inout JSONReader) throws(JSONFault) in
                try reader.skipValue()
            }
        } catch { fault = error }
        #expect((fault == nil) == isValid)
    }
}
