// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

/// The part of the packet filter that depends on Services: chains, map elements and affinity sets, as nftables text.
///
/// What never changes (base chains, empty maps) is in `RuleSet+Skeleton.swift`.
package struct RuleSet: Equatable, Sendable {
    /// A map or set of the table. Keys are `address . protocol . port`, so a lookup costs the same for any number of services.
    package enum MapName: String, Sendable, CaseIterable {
        /// Service addresses that this node answers itself.
        case localServices = "local-services"
        /// Cluster, external and load balancer addresses of services that have endpoints.
        case serviceIPs = "service-ips"
        /// `protocol . port` of NodePorts.
        case nodePorts = "service-nodeports"
        /// Addresses of services to reject or drop.
        case noEndpointIPs = "no-endpoint-ips"
        /// NodePorts to reject or drop.
        case noEndpointNodePorts = "no-endpoint-nodeports"
        /// Load balancer addresses with source ranges.
        case firewallIPs = "firewall-ips"
        /// `address . address` of endpoints of this node, for those that reach themselves through a service.
        case hairpin
    }

    /// A map or set in one family.
    package struct Map: Hashable, Sendable, Comparable {
        var name: MapName
        var family: AddressFamily

        /// The name in nftables.
        var text: String { name.rawValue + family.suffix }

        package static func < (left: Map, right: Map) -> Bool { left.text < right.text }
    }

    /// A dynamic set that remembers the clients of one endpoint.
    package struct AffinitySet: Hashable, Sendable {
        var family: AddressFamily
        var seconds: UInt32
    }

    /// Rules by chain.
    package var chains: [String: [String]] = [:]
    /// Elements by map: key to verdict, or to nothing in a set.
    package var elements: [Map: [String: String]] = [:]
    package var affinitySets: [String: AffinitySet] = [:]
    /// Where UDP is sent to, by its original destination.
    package var udpFlows: [UDPFrontend: Set<NetworkAddress>] = [:]

    package init() {}

    /// Adds an element; where another service already has the key, that one keeps it.
    mutating func insert(_ name: MapName, _ family: AddressFamily, _ key: String, _ verdict: String = "") {
        let map = Map(name: name, family: family)
        if elements[map]?[key] == nil { elements[map, default: [:]][key] = verdict }
    }

    func has(_ name: MapName, _ family: AddressFamily, _ key: String) -> Bool {
        elements[Map(name: name, family: family)]?[key] != nil
    }
}

/// The original destination of UDP packets to a service: its address and port, or a port of the node.
package struct UDPFrontend: Hashable, Sendable {
    /// `nil` for a NodePort.
    package var address: NetworkAddress?
    package var port: UInt16
    package var family: AddressFamily
}

extension AddressFamily {
    /// What names of maps and chains of the family end or begin with.
    var suffix: String { self == .v4 ? "" : "6" }
    /// The keyword of the family's header.
    var header: String { self == .v4 ? "ip" : "ip6" }
    /// The type of the family's addresses in sets.
    var addressType: String { self == .v4 ? "ipv4_addr" : "ipv6_addr" }
}
