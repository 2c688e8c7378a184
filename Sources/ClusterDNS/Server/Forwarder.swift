// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Logging
import Primitives
import Synchronization

/// Asks the host's servers, and remembers what they said.
final class Forwarder: Sendable {
    /// How many queries may wait for other servers at a time; more are refused at once.
    static let mostPending = 1000

    private struct State {
        var cache = ResponseCache()
        var pending = 0
    }

    private let exchange: any DNSExchange
    private let configuration: @Sendable () -> ResolverConfiguration
    private let elapsed: @Sendable () -> Duration
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameters:
    ///   - exchange: carries messages.
    ///   - configuration: which servers to ask now.
    ///   - clock: for time-outs and the age of answers.
    init(
        exchange: any DNSExchange, configuration: @escaping @Sendable () -> ResolverConfiguration,
        clock: any Clock<Duration>, logger: Logger
    ) {
        self.exchange = exchange
        self.configuration = configuration
        self.clock = clock
        elapsed = Self.stopwatch(clock)
        self.logger = logger
    }

    /// An answer and its age in seconds; `nil` when no server has one.
    func ask(_ query: DNSQuery) async -> (message: ForwardedMessage, age: UInt32)? {
        let key = ResponseCache.Key(query)
        let now = elapsed()
        let (known, isAllowed) = state.withLock { state in
            let known = state.cache.get(key, now: now)
            let isAllowed = known == nil && state.pending < Self.mostPending
            if isAllowed { state.pending += 1 }
            return (known, isAllowed)
        }
        guard isAllowed else { return known }
        defer { state.withLock { $0.pending -= 1 } }
        guard let message = await askServers(query) else { return nil }
        let stored = elapsed()
        state.withLock { $0.cache.set(key, message, now: stored) }
        return (message, 0)
    }

    private func askServers(_ query: DNSQuery) async -> ForwardedMessage? {
        let configuration = configuration()
        var failure: ForwardedMessage?
        for _ in 0..<configuration.attempts {
            for server in configuration.servers {
                guard let answer = await askOne(server, query, configuration.timeout) else { continue }
                let isFinal =
                    answer.code != DNSResponseCode.serverFailure.rawValue
                    && answer.code != DNSResponseCode.refused.rawValue
                if isFinal { return answer }
                failure = answer
            }
            if failure != nil || Task.isCancelled { break }
        }
        return failure
    }

    private func askOne(_ server: NetworkAddress, _ query: DNSQuery, _ timeout: Duration) async -> ForwardedMessage? {
        let identifier = UInt16.random(in: 0...UInt16.max)
        let request = ForwardedMessage.request(query, identifier: identifier)
        let read = { @Sendable (bytes: [UInt8]) in ForwardedMessage(bytes, answering: query, identifier: identifier) }
        do {
            guard
                let answer = try await within(timeout, { try await self.exchange.datagram(request, to: server, read) })
            else { return nil }
            guard answer.isTruncated else { return answer }
            return try await within(timeout) { try await self.exchange.stream(request, to: server, read) } ?? answer
        } catch {
            logger.debug("dns server does not answer", metadata: ["server": "\(server)", "error": "\(error)"])
            return nil
        }
    }

    /// Runs `body`, but no longer than `limit`.
    private func within(
        _ limit: Duration, _ body: @escaping @Sendable () async throws -> ForwardedMessage?
    ) async throws -> ForwardedMessage? {
        let clock = clock
        return try await withThrowingTaskGroup(of: ForwardedMessage?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await clock.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private static func stopwatch(_ clock: some Clock<Duration>) -> @Sendable () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}
