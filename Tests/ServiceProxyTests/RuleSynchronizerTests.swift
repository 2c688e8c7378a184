// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Logging
import Primitives
import Synchronization
import Testing

@testable import ServiceProxy

/// A packet filter that notes what it is given, and fails on demand.
final class RecordingFilter: PacketFilter {
    private let state = Mutex<(texts: [String], failures: Int)>(([], 0))

    var texts: [String] { state.withLock { $0.texts } }

    func failNext(_ count: Int) { state.withLock { $0.failures = count } }

    func apply(_ commands: String) async throws(PacketFilterError) {
        let fails = state.withLock { state in
            state.texts.append(commands)
            state.failures -= 1
            return state.failures >= 0
        }
        if fails { throw PacketFilterError(code: .refused, message: "on demand") }
    }
}

/// A flow table that holds what it is given.
final class RecordingFlows: FlowTable {
    let flows: [TrackedFlow]
    private let state = Mutex<[TrackedFlow]>([])

    init(_ flows: [TrackedFlow] = []) { self.flows = flows }

    var forgotten: [TrackedFlow] { state.withLock { $0 } }

    func forget(_ select: ([TrackedFlow]) -> [TrackedFlow]) throws -> Int {
        let stale = select(flows)
        state.withLock { $0 += stale }
        return stale.count
    }
}

struct RuleSynchronizerTests {
    private let filter = RecordingFilter()

    private func synchronizer(_ flows: RecordingFlows = RecordingFlows()) throws -> RuleSynchronizer {
        RuleSynchronizer(
            configuration: try ProxyFixtures.configuration(), filter: filter, flows: flows,
            logger: Logger(label: "test"))
    }

    private func rules(_ endpoint: String) throws -> RuleSet {
        try ProxyFixtures.rules([
            .service(ProxyFixtures.service("dns", "10.96.1.1", ports: [("dns", "UDP", 53)])),
            .endpointSlice(
                ProxyFixtures.slice(of: "dns", ports: [("dns", "UDP", 1053)], [(endpoint, "n2", "ready")])),
        ])
    }

    @Test("first the whole table, then differences, then nothing")
    func texts() async throws {
        var synchronizer = try synchronizer()
        let (first, second) = (try rules("10.244.2.5"), try rules("10.244.2.6"))
        try await synchronizer.synchronize(first)
        try await synchronizer.synchronize(second)
        try await synchronizer.synchronize(second)
        #expect(filter.texts == [first.fullText(try ProxyFixtures.configuration()), second.delta(from: first)])
    }

    @Test("where a difference is refused the table is made anew at once; where that is refused too, next time")
    func refused() async throws {
        var synchronizer = try synchronizer()
        let (first, second) = (try rules("10.244.2.5"), try rules("10.244.2.6"))
        let full = second.fullText(try ProxyFixtures.configuration())
        try await synchronizer.synchronize(first)
        filter.failNext(1)
        try await synchronizer.synchronize(second)
        #expect(Array(filter.texts.dropFirst()) == [second.delta(from: first), full])
        filter.failNext(2)
        await #expect(throws: PacketFilterError.self) { try await synchronizer.synchronize(first) }
        try await synchronizer.synchronize(second)
        #expect(filter.texts.last == full)
    }

    @Test("udp flows to an endpoint that went are forgotten")
    func flows() async throws {
        let destination = try ProxyFixtures.address("10.96.1.1")
        let flows = RecordingFlows(
            try ["10.244.2.5", "10.244.2.6"].map {
                TrackedFlow(
                    transport: 17, originalDestination: destination, originalPort: 53,
                    replySource: try ProxyFixtures.address($0))
            })
        var synchronizer = try synchronizer(flows)
        try await synchronizer.synchronize(try rules("10.244.2.6"))
        #expect(flows.forgotten == [flows.flows[0]])
    }
}
