// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import Testing

@testable import LoadGenerator

struct HeaderBlockTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var status: Int?
        var testDescription: String { name }
    }

    @Test(
        "the status is the first field",
        arguments: [
            Case(name: "indexed 200", bytes: [0x88, 0x5f], status: 200),
            Case(name: "after a change of the table's size", bytes: [0x20, 0x8d], status: 404),
            Case(name: "literal 201", bytes: [0x48, 0x03, 0x32, 0x30, 0x31], status: 201),
            // 2 = 00010, 0 = 00000, 1 = 00001, then ones.
            Case(name: "Huffman 201", bytes: [0x08, 0x82, 0b0001_0000, 0b0000_0011], status: 201),
            // 4 = 011010, 0 = 00000, 9 = 011111
            Case(name: "Huffman 409", bytes: [0x08, 0x83, 0b0110_1000, 0b0000_1111, 0b1111_1111], status: 409),
            Case(name: "another field", bytes: [0x5f, 0x01, 0x30], status: nil),
            Case(name: "cut off", bytes: [0x48, 0x03, 0x32], status: nil),
            Case(name: "nothing", bytes: [], status: nil),
        ])
    func status(_ c: Case) { #expect(HeaderBlock.status(ByteBuffer(bytes: c.bytes)) == c.status) }
}

struct TemplateTests {
    @Test(
        "a number is put in everywhere",
        arguments: [(0, "a000000b000000"), (42, "a000042b000042"), (1_234_567, "a234567b234567")])
    func numbers(_ number: Int, _ expected: String) {
        #expect(Template("a@@@@@@b@@@@@@").text(number) == expected)
    }
}

struct SentMarkTests {
    @Test("the time of sending is found in an event")
    func read() {
        let event = Array(#"{"type":"MODIFIED","object":{"data":{"sent":"t123456"},"x":"sent"}}"#.utf8)
        #expect(SentMark.read(event[...]) == 123_456)
        #expect(SentMark.read(Array(#"{"sent":""}"#.utf8)[...]) == nil)
    }
}

struct LoadResultTests {
    @Test("percentiles are of what came", arguments: [(0.5, 50.0), (0.99, 99.0), (1.0, 100.0)])
    func percentiles(_ part: Double, _ expected: Double) {
        let sorted = (1...100).map { UInt64($0) * 1_000_000_000 }
        #expect(LoadResult.percentile(sorted, part) == expected)
    }
}
