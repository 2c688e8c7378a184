// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives
import Testing

@testable import ClusterDNS

struct ForwardedMessageTests {
    private static func answer(_ times: [UInt32]) throws -> DNSAnswer {
        let name = try #require(DNSName("example.org"))
        return DNSAnswer(
            isAuthoritative: false, answers: times.map { DNSRecord(name, timeToLive: $0, .address(.v4($0))) })
    }

    @Test("an answer passes with the client's identifier and spelling, and with its age taken off")
    func pass() throws {
        let client = try DNSFixtures.parsed(DNSFixtures.query("EXAMPLE.org", .a, id: 99))
        let bytes = DNSFixtures.response(
            try DNSFixtures.parsed(DNSFixtures.query("example.org", .a)), id: 7, try Self.answer([300, 20]))
        let message = try #require(ForwardedMessage(bytes, answering: client, identifier: 7))
        #expect(message.timeToLive == 20)
        let passed = message.answer(to: client, age: 30, limit: 512)
        let read = try #require(ForwardedMessage(passed, answering: client, identifier: 99))
        #expect(read.records.map(\.timeToLive) == [270, 0])
        #expect(String(decoding: passed[13..<20], as: UTF8.self) == "EXAMPLE")
    }

    @Test("an answer that is too long is cut to its question")
    func tooLong() throws {
        let query = try DNSFixtures.parsed(DNSFixtures.query("example.org", .a))
        let bytes = DNSFixtures.response(query, id: 7, try Self.answer(Array(1...60)))
        let message = try #require(ForwardedMessage(bytes, answering: query, identifier: 7))
        let cut = message.answer(to: query, limit: 512)
        #expect(cut.count == 12 + query.question.count && cut[2] & 2 == 2 && Array(cut[6..<12]) == [0, 0, 0, 0, 0, 0])
    }

    @Test("what is no answer to the question is not taken")
    func forged() throws {
        let query = try DNSFixtures.parsed(DNSFixtures.query("example.org", .a))
        let good = DNSFixtures.response(query, id: 7, try Self.answer([300]))
        #expect(ForwardedMessage(good, answering: query, identifier: 7) != nil)
        #expect(ForwardedMessage(good, answering: query, identifier: 8) == nil)
        let other = try DNSFixtures.parsed(DNSFixtures.query("example.com", .a))
        #expect(ForwardedMessage(good, answering: other, identifier: 7) == nil)
        let request = ForwardedMessage.request(query, identifier: 7)
        #expect(ForwardedMessage(request, answering: query, identifier: 7) == nil, "a question is no answer")
    }

    @Test("no bytes trap: an answer with each byte changed, and each beginning of it")
    func everyByte() throws {
        let query = try DNSFixtures.parsed(DNSFixtures.query("example.org", .a, payloadSize: 1232))
        let good = DNSFixtures.response(query, id: 7, try Self.answer([300, 20]))
        for index in good.indices {
            for value: UInt8 in [0, 1, 0x3f, 0x80, 0xc0, 0xff] {
                var bytes = good
                bytes[index] = value
                guard let message = ForwardedMessage(bytes, answering: query, identifier: 7) else { continue }
                _ = message.records
                #expect(message.answer(to: query, age: 10, limit: 512).count <= 512)
            }
            #expect(ForwardedMessage(Array(good.prefix(index)), answering: query, identifier: 7) == nil)
        }
    }

    @Test("a failure is not kept, a missing name only as long as its zone says")
    func lifetimes() throws {
        let query = try DNSFixtures.parsed(DNSFixtures.query("example.org", .a))
        let lifetime = { (answer: DNSAnswer) throws -> UInt32? in
            ForwardedMessage(DNSFixtures.response(query, id: 7, answer), answering: query, identifier: 7)?.timeToLive
        }
        var failure = try Self.answer([300])
        failure.code = .serverFailure
        #expect(try lifetime(failure) == 0)
        #expect(try lifetime(DNSAnswer()) == 0)
        var missing = DNSAnswer(.nameError)
        let name = try #require(DNSName("org"))
        missing.authority = [
            DNSRecord(name, timeToLive: 900, .authority(server: name, mailbox: name, serial: 1, minimum: 60))
        ]
        #expect(try lifetime(missing) == 60)
        #expect(try lifetime(try Self.answer([UInt32.max])) == 0)
    }
}
