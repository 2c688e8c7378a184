// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives

/// Decides what to answer: from the zone at once, or from other servers.
struct Responder: Sendable {
    /// What is to be done with bytes that came in.
    enum Decision: Sendable {
        case reply([UInt8])
        /// Other servers are to be asked; the answer comes from ``finish(_:limit:)``.
        case ask(PendingQuery)
        case drop
    }

    /// A query that the zone alone cannot answer.
    struct PendingQuery: Sendable {
        var query: DNSQuery
        /// The record that leads to another name, which is then the one to ask for.
        var alias: (link: DNSRecord, target: DNSName)?
    }

    let zone: ClusterZone
    let forwarder: Forwarder

    /// - Parameter limit: the longest answer that the transport takes.
    func decide(_ bytes: [UInt8], limit: (DNSQuery) -> Int) -> Decision {
        switch DNSQuery.read(bytes) {
        case .drop: return .drop
        case .reject(let answer): return .reply(answer)
        case .query(let query): return decide(query, limit: limit(query))
        }
    }

    /// Asks other servers; an answer comes in any case.
    func finish(_ pending: PendingQuery, limit: Int) async -> [UInt8] {
        let query = pending.query
        guard let (link, target) = pending.alias else {
            if let (message, age) = await forwarder.ask(query) {
                return message.answer(to: query, age: age, limit: limit)
            }
            return DNSAnswer(.serverFailure, isAuthoritative: false).encode(to: query, limit: limit)
        }
        var answer = DNSAnswer(isAuthoritative: false, answers: [link])
        if let (message, _) = await forwarder.ask(query.renamed(target)) { answer.answers += message.records }
        return answer.encode(to: query, limit: limit)
    }

    private func decide(_ query: DNSQuery, limit: Int) -> Decision {
        let internet: UInt16 = 1
        let reply = { (answer: DNSAnswer) in Decision.reply(answer.encode(to: query, limit: limit)) }
        guard query.extension?.version ?? 0 == 0 else { return reply(DNSAnswer(.refused, isAuthoritative: false)) }
        guard query.recordClass == internet else { return reply(DNSAnswer(.refused, isAuthoritative: false)) }
        switch zone.resolve(query.name, query.type) {
        case .answer(let answer): return reply(answer)
        case .foreign: return .ask(PendingQuery(query: query))
        case .alias(let link, let target): return .ask(PendingQuery(query: query, alias: (link, target)))
        }
    }
}
