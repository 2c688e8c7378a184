// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives
import Testing

@testable import ClusterDNS

struct DNSAnswerTests {
    private static func addresses(_ count: Int) throws -> DNSAnswer {
        let name = try #require(DNSName("web.shop.svc.cluster.local"))
        return DNSAnswer(
            answers: (0..<count).map { DNSRecord(name, timeToLive: 5, .address(.v4(0x0a00_0000 + UInt32($0)))) })
    }

    @Test("an answer reads back: records, compressed names, the client's spelling")
    func roundTrip() throws {
        let query = try DNSFixtures.parsed(DNSFixtures.query("WEB.shop.svc.cluster.local", .a, payloadSize: 1232))
        let bytes = try Self.addresses(3).encode(to: query, limit: 1232)
        #expect(String(decoding: bytes[13..<16], as: UTF8.self) == "WEB")
        #expect(bytes[2] == 0x85 && bytes[3] == 0x80, "authoritative, recursion desired and available")
        #expect(Array(bytes[4..<12]) == [0, 1, 0, 3, 0, 0, 0, 1])
        // Each record: a pointer, type, class, time, length and four bytes; then the EDNS record.
        #expect(bytes.count == 12 + 32 + 3 * 16 + 11)
        let message = try #require(ForwardedMessage(bytes, answering: query, identifier: 7))
        #expect(message.records == (try Self.addresses(3)).answers && message.timeToLive == 5)
    }

    @Test("what does not fit is left out, and the message says so", arguments: [512, 600, 1232])
    func truncation(limit: Int) throws {
        let query = try DNSFixtures.parsed(DNSFixtures.query("web.shop.svc.cluster.local", .a, payloadSize: 4096))
        let bytes = try Self.addresses(200).encode(to: query, limit: limit)
        #expect(bytes.count <= limit && bytes.count > limit - 16)
        #expect(bytes[2] & 2 == 2)
        let whole = try Self.addresses(200).encode(to: query, limit: 65535)
        #expect(whole[2] & 2 == 0 && whole.count == 12 + 32 + 200 * 16 + 11)
    }

    @Test("names of SRV targets are whole, all others may be pointers")
    func compression() throws {
        let zone = try DNSFixtures.zone()
        for (question, type) in [
            ("_sql._tcp.db.shop.svc.cluster.local", DNSType.srv), ("none.cluster.local", .a), ("cluster.local", .any),
            ("docs.shop.svc.cluster.local", .cname), ("1.1.96.10.in-addr.arpa", .ptr),
            ("dns-version.cluster.local", .txt),
        ] {
            let query = try DNSFixtures.parsed(DNSFixtures.query(question, type))
            guard case .answer(let answer) = zone.resolve(query.name, query.type) else {
                Issue.record("no answer to \(question)")
                continue
            }
            let bytes = answer.encode(to: query, limit: 512)
            // Every record can be read to its end, and nothing is left.
            var reader = DNSReader(bytes, offset: 12 + query.question.count)
            let count = [6, 8, 10].reduce(0) { $0 + Int(bytes[$1]) << 8 + Int(bytes[$1 + 1]) }
            for _ in 0..<count { #expect(ResourceHeader(&reader) != nil) }
            #expect(reader.count == 0 && count > 0)
        }
    }
}
