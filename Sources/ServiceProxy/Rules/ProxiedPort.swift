// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

/// `namespace/name` of a Service.
package struct ServiceName: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var namespace: String
    package var name: String

    package init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    package var description: String { "\(namespace)/\(name)" }

    package static func < (left: ServiceName, right: ServiceName) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }
}

/// A transport that services can use, spelled as nftables spells it.
public enum ServiceTransport: String, Hashable, Sendable, CaseIterable {
    case tcp, udp, sctp

    /// Reads the `protocol` field of a Service or EndpointSlice port; an empty one means TCP.
    ///
    /// - Returns: `nil` for a protocol that is not known.
    package init?(kubernetes name: String) {
        switch name {
        case "TCP", "": self = .tcp
        case "UDP": self = .udp
        case "SCTP": self = .sctp
        default: return nil
        }
    }

    /// The IANA protocol number.
    package var number: UInt8 {
        switch self {
        case .tcp: 6
        case .udp: 17
        case .sctp: 132
        }
    }
}

/// Which endpoints traffic may go to: all of the cluster, or those of this node alone.
package enum TrafficPolicy: Sendable, Equatable {
    case cluster, local
}

/// One port of one Service in one address family: all that the rules need to know of it.
package struct ProxiedPort: Equatable, Sendable {
    package var service: ServiceName
    package var transport: ServiceTransport
    /// The name of the port, by which EndpointSlices refer to it; may be empty.
    package var portName: String
    package var port: UInt16
    package var clusterIP: NetworkAddress
    package var externalIPs: [NetworkAddress] = []
    /// Addresses of a load balancer that delivers packets unchanged (`ipMode: VIP`).
    package var loadBalancerIPs: [NetworkAddress] = []
    package var nodePort: UInt16?
    /// Who may use the load balancer's addresses; everybody when empty.
    package var sourceRanges: [CIDR] = []
    /// How long a client stays with its endpoint after its last connection, in seconds; `nil` without affinity.
    package var affinitySeconds: UInt32?
    package var internalPolicy = TrafficPolicy.cluster
    package var externalPolicy = TrafficPolicy.cluster

    package init(
        service: ServiceName, transport: ServiceTransport, portName: String = "", port: UInt16,
        clusterIP: NetworkAddress
    ) {
        self.service = service
        self.transport = transport
        self.portName = portName
        self.port = port
        self.clusterIP = clusterIP
    }

    /// The family of all addresses of the port.
    package var family: AddressFamily { clusterIP.family }

    /// What names chains of this port: unique within the family, and made of characters that nftables allows.
    var path: String { "\(service.namespace)/\(service.name)/\(transport.rawValue)/\(port)" }
}
