// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

/// What the kernel's network shall look like on one node: a value made from the nodes of the cluster.
package struct NetworkPlan: Equatable, Sendable {
    /// How many bytes VXLAN over IPv4 takes from each packet: outer IP, UDP and VXLAN headers, inner Ethernet header.
    package static let overlayOverhead = 50
    /// The smallest packet size that IPv4 has to carry in one piece.
    package static let smallestMTU = 576

    /// The bridge of the node's pods.
    package struct Bridge: Equatable, Sendable {
        package var name: String
        package var address: NetworkAddress
        package var prefixLength: Int
        package var hardwareAddress: HardwareAddress
        package var mtu: Int
        /// Blocks that the node reaches through the bridge: its own pods by the address, and services.
        package var routes: [CIDR]
    }

    /// The tunnel device to other nodes.
    package struct Overlay: Equatable, Sendable {
        package var name: String
        package var identifier: UInt32
        package var port: UInt16
        package var local: NetworkAddress
        package var address: NetworkAddress
        package var hardwareAddress: HardwareAddress
        package var mtu: Int
        package var peers: [Peer]
    }

    /// Another node: pods in `podCIDR` are behind the tunnel end `tunnelAddress`, which is at `underlay`.
    package struct Peer: Hashable, Sendable {
        package var podCIDR: CIDR
        package var tunnelAddress: NetworkAddress
        package var hardwareAddress: HardwareAddress
        package var underlay: NetworkAddress
    }

    package var bridge: Bridge
    /// `nil` on a cluster of one node, which needs no tunnel.
    package var overlay: Overlay?

    /// The plan for `own` among `others`.
    ///
    /// Nodes that cannot be right (the range of another node, the address of this one) are left out.
    ///
    /// - Parameter underlayMTU: the packet size of the link that has the node's address.
    package init(own: NodeRange, others: [NodeRange], underlayMTU: Int, _ configuration: PodNetworkConfiguration) {
        let mtu = max(underlayMTU - Self.overlayOverhead, Self.smallestMTU)
        bridge = Bridge(
            name: configuration.bridgeName, address: own.gateway, prefixLength: own.podCIDR.prefixLength,
            hardwareAddress: HardwareAddress(for: own.gateway), mtu: mtu,
            routes: configuration.serviceCIDRs.filter { $0.family == .v4 }.sorted())
        let peers = Self.peers(of: own, among: others)
        if peers.isEmpty { return }
        overlay = Overlay(
            name: configuration.overlayName, identifier: configuration.overlayID, port: configuration.overlayPort,
            local: own.internalIP, address: own.podCIDR.network,
            hardwareAddress: HardwareAddress(for: own.podCIDR.network), mtu: mtu, peers: peers)
    }

    private static func peers(of own: NodeRange, among others: [NodeRange]) -> [Peer] {
        var taken = [own.podCIDR]
        var peers: [Peer] = []
        for node in others.sorted(by: { $0.name < $1.name }) {
            if node.name == own.name || node.internalIP == own.internalIP { continue }
            if taken.contains(where: { $0.overlaps(node.podCIDR) }) { continue }
            taken.append(node.podCIDR)
            let end = node.podCIDR.network
            peers.append(
                Peer(
                    podCIDR: node.podCIDR, tunnelAddress: end, hardwareAddress: HardwareAddress(for: end),
                    underlay: node.internalIP))
        }
        return peers
    }
}
