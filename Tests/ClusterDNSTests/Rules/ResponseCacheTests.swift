// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives
import Testing

@testable import ClusterDNS

struct ResponseCacheTests {
    private static func entry(_ name: String, seconds: UInt32) throws -> (ResponseCache.Key, ForwardedMessage) {
        let query = try DNSFixtures.parsed(DNSFixtures.query(name, .a))
        let answer = DNSAnswer(answers: [DNSRecord(query.name, timeToLive: seconds, .address(.v4(1)))])
        let bytes = DNSFixtures.response(query, id: 7, answer)
        return (ResponseCache.Key(query), try #require(ForwardedMessage(bytes, answering: query, identifier: 7)))
    }

    @Test("an answer is kept as long as it allows, and no longer than five minutes")
    func lifetime() throws {
        var cache = ResponseCache()
        let (short, message) = try Self.entry("short.org", seconds: 10)
        cache.set(short, message, now: .seconds(100))
        #expect(cache.get(short, now: .seconds(109))?.age == 9)
        #expect(cache.get(short, now: .seconds(110)) == nil)
        let (long, longMessage) = try Self.entry("long.org", seconds: 86400)
        cache.set(long, longMessage, now: .seconds(100))
        #expect(cache.get(long, now: .seconds(399)) != nil && cache.get(long, now: .seconds(400)) == nil)
        let (none, noneMessage) = try Self.entry("none.org", seconds: 0)
        cache.set(none, noneMessage, now: .zero)
        #expect(cache.get(none, now: .zero) == nil)
    }

    @Test("the oldest makes room; storing the same again and again takes none")
    func bounded() throws {
        var cache = ResponseCache(capacity: 3)
        let entries = try (0..<5).map { try Self.entry("name\($0).org", seconds: 60) }
        for _ in 0..<1000 { cache.set(entries[0].0, entries[0].1, now: .zero) }
        #expect(cache.count == 1)
        for entry in entries { cache.set(entry.0, entry.1, now: .zero) }
        #expect(cache.count == 3)
        #expect(entries.map { cache.get($0.0, now: .zero) != nil } == [false, false, true, true, true])
    }

    @Test("queries that differ in what they ask for have answers of their own")
    func keys() throws {
        let plain = try DNSFixtures.parsed(DNSFixtures.query("a.org", .a))
        let extended = try DNSFixtures.parsed(DNSFixtures.query("a.org", .a, payloadSize: 1232))
        let upper = try DNSFixtures.parsed(DNSFixtures.query("A.org", .a, id: 9))
        #expect(ResponseCache.Key(plain) == ResponseCache.Key(upper))
        #expect(ResponseCache.Key(plain) != ResponseCache.Key(extended))
        #expect(
            ResponseCache.Key(plain) != ResponseCache.Key(try DNSFixtures.parsed(DNSFixtures.query("a.org", .aaaa))))
    }
}
