// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Wire

struct JSONReaderScanningTests {
    /// Reads `[VALUE, 1]` and passes over the value.
    private static func offsetBehind(_ value: String, _ strictness: JSONReader.Strictness) throws -> Int {
        try JSONReader.read(Array("[\(value),1]".utf8), strictness: strictness) {
            (reader: inout JSONReader) throws(JSONFault) in
            _ = try reader.beginArray()
            _ = try reader.nextElement()
            try reader.skipValue()
            let offset = reader.offset
            guard try reader.nextElement() else { return -1 }
            let last = try reader.int64()
            _ = try reader.nextElement()
            return last == 1 ? offset : -1
        }
    }

    private static let wellFormed = [
        "0", "-0", "12", "-3", "1.5", "1e9", "-2.5E-3", "true", "false", "null", #""""#, #""a""#, #""a\"b\\c\/\n""#,
        #""é😀""#,
        "[]", "[ ]", "{}", "{ }", "[1,2]", "[ 1 , [ 2 ] , {} ]", #"{"a":1}"#,
        #"{ "a" : { "b" : [ null , true ] } , "c" : "" }"#,
        #"{"k:{\"name\":\"web\"}":{".":{},"f:image":{}}}"#,
        String(repeating: "[", count: 70) + String(repeating: "]", count: 70),
        " 7 ",
    ]

    @Test("what is passed over at a glance is what is passed over with care", arguments: wellFormed)
    func skips(_ value: String) throws {
        let (lax, strict) = (try Self.offsetBehind(value, .lax), try Self.offsetBehind(value, .strict))
        #expect(lax == strict)
        #expect(lax == 1 + value.utf8.count - (value.hasSuffix(" ") ? 1 : 0))
    }

    @Test(
        "what is not well formed is refused",
        arguments: [
            "01", "-", "1.", "1e", "tru", "nul", "+1", ".5", "'a'", #""a"#, "\"a\nb\"", #""\x""#, #""\u12g4""#, "[1,]",
            "[,1]",
            "[1 2]", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#, #"{"a" 1}"#, "[}", "{]", "[1", #"{"a":[1}"#,
        ])
    func refuses(_ value: String) {
        #expect(throws: JSONFault.self) { try Self.offsetBehind(value, .lax) }
        #expect(throws: JSONFault.self) { try Self.offsetBehind(value, .strict) }
    }

    @Test("keys that come twice are found, in objects of few and of many keys", arguments: [1, 5, 15, 16, 17, 40])
    func duplicates(_ count: Int) throws {
        let members = (0..<count).map { #""key\#($0)":{"key0":1}"# }.joined(separator: ",")
        for (text, expected) in [("{\(members)}", 0), (#"{\#(members),"key\#(count - 1)":2}"#, 1)] {
            let found = try JSONReader.read(Array(text.utf8), strictness: .strict) {
                (reader: inout JSONReader) throws(JSONFault) in
                try reader.skipValue()
                return reader.strictFaults.count
            }
            #expect(found == expected)
        }
    }
}
