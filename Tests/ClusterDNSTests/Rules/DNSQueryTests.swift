// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import ClusterDNS

struct DNSQueryTests {
    @Test("a query is read, with its case kept for the answer")
    func read() throws {
        let query = try DNSFixtures.parsed(DNSFixtures.query("Web.SHOP.svc", .aaaa, id: 0xbeef, payloadSize: 4096))
        #expect(query.identifier == 0xbeef && query.isRecursionDesired && query.type == .aaaa && query.recordClass == 1)
        #expect(query.name == DNSName("web.shop.svc"))
        #expect(String(decoding: query.question.dropFirst().prefix(3), as: UTF8.self) == "Web")
        #expect(query.extension?.payloadSize == 4096 && query.longestDatagram == 1232)
        #expect(try DNSFixtures.parsed(DNSFixtures.query("a", .a)).longestDatagram == 512)
        #expect(try DNSFixtures.parsed(DNSFixtures.query("a", .a, payloadSize: 100)).longestDatagram == 512)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        /// The response code; `nil` for no answer.
        var expected: UInt8?
        var testDescription: String { name }
    }

    private static func header(flags: UInt16 = 0x100, questions: UInt16 = 1, answers: UInt16 = 0, extra: UInt16 = 0)
        -> [UInt8]
    {
        var writer = DNSWriter()
        for number in [1, flags, questions, answers, 0, extra] { writer.append(number) }
        return writer.bytes
    }

    private static let question: [UInt8] = [1, 97, 0, 0, 1, 0, 1]
    private static let option: [UInt8] = [0, 0, 41, 4, 0, 0, 0, 0, 0, 0, 0]

    @Test(
        "what is no good query",
        arguments: [
            Case(name: "empty", bytes: [], expected: nil),
            Case(name: "half a header", bytes: Array(header().prefix(11)), expected: nil),
            Case(name: "a response", bytes: header(flags: 0x8100) + question, expected: nil),
            Case(name: "another operation", bytes: header(flags: 0x2000) + question, expected: 4),
            Case(name: "no question", bytes: header(questions: 0), expected: 1),
            Case(name: "two questions", bytes: header(questions: 2) + question + question, expected: 1),
            Case(name: "with an answer", bytes: header(answers: 1) + question, expected: 1),
            Case(name: "name without end", bytes: header() + [1, 97], expected: 1),
            Case(name: "label beyond the end", bytes: header() + [63, 97, 0, 0, 1, 0, 1], expected: 1),
            Case(name: "name that points to itself", bytes: header() + [0xc0, 12, 0, 1, 0, 1], expected: 1),
            Case(name: "name that points ahead", bytes: header() + [0xc0, 20, 0, 1, 0, 1, 0, 0, 0], expected: 1),
            Case(name: "name that points into the header", bytes: header() + [0xc0, 0, 0, 1, 0, 1], expected: 1),
            Case(name: "reserved label type", bytes: header() + [0x80, 0, 0, 1, 0, 1], expected: 1),
            Case(name: "no type", bytes: header() + [1, 97, 0, 0], expected: 1),
            Case(
                name: "name of 256 bytes", bytes: header() + [UInt8](repeating: 1, count: 254) + [1, 0, 0, 1, 0, 1],
                expected: 1),
            Case(name: "option that is not there", bytes: header(extra: 1) + question, expected: 1),
            Case(name: "option that is cut", bytes: header(extra: 1) + question + option.dropLast(3), expected: 1),
            Case(name: "two options", bytes: header(extra: 2) + question + option + option, expected: 1),
            Case(name: "many records that are not there", bytes: header(extra: 65535) + question, expected: 1),
        ])
    func broken(_ c: Case) {
        switch DNSQuery.read(c.bytes) {
        case .query: Issue.record("read as a query")
        case .drop: #expect(c.expected == nil)
        case .reject(let answer):
            #expect(answer.count == 12 && answer[2] & 0x80 != 0 && answer[3] & 15 == c.expected)
        }
    }

    @Test("no bytes at all trap: a good query with each byte changed, and each beginning of it")
    func everyByte() throws {
        let good = DNSFixtures.query("web.shop.svc.cluster.local", .a, payloadSize: 1232)
        var readable = 0
        for index in good.indices {
            for value: UInt8 in [0, 1, 0x3f, 0x40, 0x80, 0xc0, 0xff] {
                var bytes = good
                bytes[index] = value
                if case .query(let query) = DNSQuery.read(bytes) {
                    readable += 1
                    _ = DNSAnswer(.nameError).encode(to: query, limit: 512)
                }
            }
            if case .query = DNSQuery.read(Array(good.prefix(index))) { Issue.record("\(index) bytes are a query") }
        }
        #expect(readable > 0)
    }
}
