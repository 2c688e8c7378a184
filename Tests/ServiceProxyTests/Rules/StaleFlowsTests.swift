// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives
import Testing

@testable import ServiceProxy

struct StaleFlowsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var destination = "10.96.1.1"
        var port: UInt16 = 53
        var source: String
        var transport: UInt8 = 17
        var isStale: Bool
        var testDescription: String { name }
    }

    @Test(
        "udp flows to endpoints that are gone are stale",
        arguments: [
            Case(name: "to an endpoint that is there", source: "10.244.2.5", isStale: false),
            Case(name: "to one that is gone", source: "10.244.2.9", isStale: true),
            Case(name: "from before there were endpoints", source: "10.96.1.1", isStale: true),
            Case(name: "tcp has an end of its own", source: "10.244.2.9", transport: 6, isStale: false),
            Case(name: "of another address", destination: "10.96.1.9", source: "10.244.2.9", isStale: false),
            Case(name: "of another port", port: 54, source: "10.244.2.9", isStale: false),
            Case(
                name: "to a node port, gone", destination: "192.0.2.1", port: 30053, source: "10.244.2.9", isStale: true
            ),
            Case(name: "to a node port", destination: "192.0.2.1", port: 30053, source: "10.244.2.5", isStale: false),
            Case(
                name: "of a program with the number of a node port", destination: "192.0.2.1", port: 30053,
                source: "192.0.2.1", isStale: false),
            Case(
                name: "to a service without endpoints", destination: "10.96.1.2", source: "10.244.2.9", isStale: false),
        ])
    func stale(_ c: Case) throws {
        let rules = try ProxyFixtures.rules([
            .service(ProxyFixtures.service("dns", "10.96.1.1", ports: [("dns", "UDP", 53)], nodePort: 30053)),
            .endpointSlice(
                ProxyFixtures.slice(of: "dns", ports: [("dns", "UDP", 1053)], [("10.244.2.5", "n2", "ready")])),
            .service(ProxyFixtures.service("idle", "10.96.1.2", ports: [("dns", "UDP", 53)])),
        ])
        let flow = TrackedFlow(
            transport: c.transport, originalDestination: try ProxyFixtures.address(c.destination), originalPort: c.port,
            replySource: try ProxyFixtures.address(c.source))
        #expect(rules.staleFlows(in: [flow]).isEmpty != c.isStale)
    }
}
