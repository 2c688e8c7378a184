// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives
import Testing

@testable import PodNetwork

struct OverlayStateTests {
    private static func state(_ peers: [(String, String)]) throws -> OverlayState {
        OverlayState(
            peers: try peers.map { range, node in
                let block = try #require(CIDR(range))
                return NetworkPlan.Peer(
                    podCIDR: block, tunnelAddress: block.network, hardwareAddress: HardwareAddress(for: block.network),
                    underlay: try #require(NetworkAddress(node)))
            })
    }

    private static func text(_ action: OverlayState.Action) -> String {
        switch action {
        case .setForwarding(let hardware, let node): "forward \(hardware) to \(node)"
        case .setNeighbour(let address, let hardware): "neighbour \(address) is \(hardware)"
        case .setRoute(let route): "route \(route.block) by \(route.gateway)"
        case .deleteRoute(let route): "no route \(route.block)"
        case .deleteNeighbour(let address): "no neighbour \(address)"
        case .deleteForwarding(let hardware, let node): "no forward \(hardware) to \(node)"
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var old: [(String, String)]
        var new: [(String, String)]
        var expected: [String]
        var testDescription: String { name }
    }

    @Test(
        "actions lead from one state to another",
        arguments: [
            Case(
                name: "nothing", old: [("10.244.2.0/24", "192.0.2.2")], new: [("10.244.2.0/24", "192.0.2.2")],
                expected: []),
            Case(
                name: "a node joins", old: [], new: [("10.244.2.0/24", "192.0.2.2")],
                expected: [
                    "forward 0a:58:0a:f4:02:00 to 192.0.2.2", "neighbour 10.244.2.0 is 0a:58:0a:f4:02:00",
                    "route 10.244.2.0/24 by 10.244.2.0",
                ]),
            Case(
                name: "a node leaves", old: [("10.244.2.0/24", "192.0.2.2")], new: [],
                expected: [
                    "no route 10.244.2.0/24", "no forward 0a:58:0a:f4:02:00 to 192.0.2.2", "no neighbour 10.244.2.0",
                ]),
            Case(
                name: "a node gets another address", old: [("10.244.2.0/24", "192.0.2.2")],
                new: [("10.244.2.0/24", "192.0.2.7")],
                expected: ["no forward 0a:58:0a:f4:02:00 to 192.0.2.2", "forward 0a:58:0a:f4:02:00 to 192.0.2.7"]),
        ])
    func actions(_ c: Case) throws {
        let actions = try Self.state(c.old).actions(to: try Self.state(c.new))
        #expect(actions.map(Self.text) == c.expected)
    }
}
