// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

/// What the kernel has for the tunnel device: routes, neighbours and forwarding entries.
package struct OverlayState: Equatable, Sendable {
    /// A block of pods and the tunnel address that it is behind.
    package struct Route: Hashable, Sendable {
        package var block: CIDR
        package var gateway: NetworkAddress

        package init(block: CIDR, gateway: NetworkAddress) {
            self.block = block
            self.gateway = gateway
        }
    }

    /// A change to the kernel.
    package enum Action: Equatable, Sendable {
        case setForwarding(HardwareAddress, to: NetworkAddress)
        case setNeighbour(NetworkAddress, HardwareAddress)
        case setRoute(Route)
        case deleteRoute(Route)
        case deleteNeighbour(NetworkAddress)
        case deleteForwarding(HardwareAddress, to: NetworkAddress)
    }

    package var routes: Set<Route>
    package var neighbours: [NetworkAddress: HardwareAddress]
    package var forwarding: [HardwareAddress: NetworkAddress]

    package init(
        routes: Set<Route> = [], neighbours: [NetworkAddress: HardwareAddress] = [:],
        forwarding: [HardwareAddress: NetworkAddress] = [:]
    ) {
        self.routes = routes
        self.neighbours = neighbours
        self.forwarding = forwarding
    }

    /// What the kernel shall have for these peers.
    package init(peers: [NetworkPlan.Peer]) {
        routes = Set(peers.map { Route(block: $0.podCIDR, gateway: $0.tunnelAddress) })
        neighbours = Dictionary(peers.map { ($0.tunnelAddress, $0.hardwareAddress) }) { first, _ in first }
        forwarding = Dictionary(peers.map { ($0.hardwareAddress, $0.underlay) }) { first, _ in first }
    }

    /// The changes that lead from this state to `wanted`.
    ///
    /// A peer is made from the tunnel's end to the route and taken away the other way round, so that no packet is sent to
    /// where nothing is known.
    package func actions(to wanted: OverlayState) -> [Action] {
        var actions: [Action] = []
        let order = { (left: HardwareAddress, right: HardwareAddress) in
            left.bytes.lexicographicallyPrecedes(right.bytes)
        }
        for route in routes.subtracting(wanted.routes).sorted(by: { $0.block < $1.block })
        where !wanted.routes.contains(where: { $0.block == route.block }) {
            actions.append(.deleteRoute(route))
        }
        for (hardware, target) in forwarding.sorted(by: { order($0.key, $1.key) })
        where wanted.forwarding[hardware] != target {
            // An entry for an address that moved is deleted first: the kernel would add a second target to it.
            actions.append(.deleteForwarding(hardware, to: target))
        }
        for (hardware, target) in wanted.forwarding.sorted(by: { order($0.key, $1.key) })
        where forwarding[hardware] != target {
            actions.append(.setForwarding(hardware, to: target))
        }
        for (address, hardware) in wanted.neighbours.sorted(by: { $0.key < $1.key })
        where neighbours[address] != hardware {
            actions.append(.setNeighbour(address, hardware))
        }
        for route in wanted.routes.subtracting(routes).sorted(by: { $0.block < $1.block }) {
            actions.append(.setRoute(route))
        }
        for address in neighbours.keys.sorted() where wanted.neighbours[address] == nil {
            actions.append(.deleteNeighbour(address))
        }
        return actions
    }
}
