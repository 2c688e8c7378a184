// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Logging
import MartletTestKit
import Primitives
import Synchronization
import Testing

@testable import ClusterDNS

/// Other servers in memory: what each says to a question, by its address.
final class ScriptedExchange: DNSExchange {
    enum Reaction: Sendable {
        case answer(DNSAnswer)
        /// Cut over UDP, whole over TCP.
        case onlyStream(DNSAnswer)
        case silence
        case failure
    }

    struct Failure: Error {}

    private let reactions: [NetworkAddress: Reaction]
    private let log = Mutex<[String]>([])

    init(_ reactions: [NetworkAddress: Reaction]) { self.reactions = reactions }

    var asked: [String] { log.withLock { $0 } }

    func datagram(
        _ request: [UInt8], to server: NetworkAddress, _ read: @escaping @Sendable ([UInt8]) -> ForwardedMessage?
    ) async throws -> ForwardedMessage? {
        log.withLock { $0.append("udp \(server)") }
        let query = try DNSFixtures.parsed(request)
        switch reactions[server] {
        case .answer(let answer): return read(answer.encode(to: query, limit: 65535))
        case .onlyStream(let answer): return read(answer.encode(to: query, limit: 60))
        case .failure: throw Failure()
        case .silence, nil:
            try await Task.sleep(for: .seconds(3600))
            return nil
        }
    }

    func stream(
        _ request: [UInt8], to server: NetworkAddress, _ read: @escaping @Sendable ([UInt8]) -> ForwardedMessage?
    ) async throws -> ForwardedMessage? {
        log.withLock { $0.append("tcp \(server)") }
        guard case .onlyStream(let answer) = reactions[server] else { throw Failure() }
        return read(answer.encode(to: try DNSFixtures.parsed(request), limit: 65535))
    }
}

struct ForwarderTests {
    private static let good = DNSAnswer(
        isAuthoritative: false,
        answers: (1...9).map { DNSRecord(DNSName(labels: [Array("a".utf8)]), timeToLive: 60, .address(.v4($0))) })

    private func forwarder(
        _ reactions: [(String, ScriptedExchange.Reaction)], clock: ManualClock
    ) throws -> (Forwarder, ScriptedExchange) {
        let servers = try reactions.map { try #require(NetworkAddress($0.0)) }
        let exchange = ScriptedExchange(Dictionary(zip(servers, reactions.map(\.1))) { first, _ in first })
        let forwarder = Forwarder(
            exchange: exchange, configuration: { ResolverConfiguration(servers: servers) }, clock: clock,
            logger: Logger(label: "test"))
        return (forwarder, exchange)
    }

    @Test("a server that fails is passed over; the answer is remembered for as long as it allows")
    func nextServer() async throws {
        let clock = ManualClock()
        let (forwarder, exchange) = try forwarder(
            [
                ("192.0.2.1", .failure), ("192.0.2.2", .answer(DNSAnswer(.serverFailure))),
                ("192.0.2.3", .answer(Self.good)),
            ],
            clock: clock)
        let query = try DNSFixtures.parsed(DNSFixtures.query("a", .a))
        #expect(await forwarder.ask(query)?.message.records.count == 9)
        #expect(exchange.asked == ["udp 192.0.2.1", "udp 192.0.2.2", "udp 192.0.2.3"])
        clock.advance(by: .seconds(59))
        #expect(await forwarder.ask(query)?.age == 59)
        #expect(exchange.asked.count == 3)
        clock.advance(by: .seconds(1))
        #expect(await forwarder.ask(query)?.age == 0)
        #expect(exchange.asked.count == 6)
    }

    @Test("an answer that is cut is asked for over TCP")
    func stream() async throws {
        let (forwarder, exchange) = try forwarder([("192.0.2.1", .onlyStream(Self.good))], clock: ManualClock())
        let answer = await forwarder.ask(try DNSFixtures.parsed(DNSFixtures.query("a", .a)))
        #expect(answer?.message.records.count == 9 && answer?.message.isTruncated == false)
        #expect(exchange.asked == ["udp 192.0.2.1", "tcp 192.0.2.1"])
    }

    @Test("a silent server is waited for, then the next is asked", .timeLimit(.minutes(1)))
    func timeout() async throws {
        let clock = ManualClock()
        let (forwarder, exchange) = try forwarder(
            [("192.0.2.1", .silence), ("192.0.2.2", .answer(Self.good))], clock: clock)
        let query = try DNSFixtures.parsed(DNSFixtures.query("a", .a))
        async let answer = forwarder.ask(query)
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(2))
        #expect(await answer != nil)
        #expect(exchange.asked == ["udp 192.0.2.1", "udp 192.0.2.2"])
    }

    @Test("when every server refuses, the refusal is the answer; without servers there is none")
    func failures() async throws {
        let refusal = ScriptedExchange.Reaction.answer(DNSAnswer(.refused))
        let (forwarder, exchange) = try forwarder(
            [("192.0.2.1", refusal), ("192.0.2.2", .failure)], clock: ManualClock())
        let query = try DNSFixtures.parsed(DNSFixtures.query("a", .a))
        #expect(await forwarder.ask(query)?.message.code == DNSResponseCode.refused.rawValue)
        #expect(exchange.asked.count == 2, "a server that answered is not asked again")
        let (lonely, _) = try self.forwarder([], clock: ManualClock())
        #expect(await lonely.ask(query) == nil)
    }
}
