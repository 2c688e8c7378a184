// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI
package import Primitives

/// An address and port that a Service can send to.
package struct ProxiedEndpoint: Hashable, Sendable, Comparable {
    package var address: NetworkAddress
    package var port: UInt16
    package var isLocal: Bool
    /// Takes new connections: `ready`, where an unknown condition counts as ready.
    package var isReady: Bool
    /// Answers although it is about to end: `serving` and `terminating`; used when nothing is ready.
    package var isServingTerminating: Bool

    package init(
        address: NetworkAddress, port: UInt16, isLocal: Bool = false, isReady: Bool = true,
        isServingTerminating: Bool = false
    ) {
        self.address = address
        self.port = port
        self.isLocal = isLocal
        self.isReady = isReady
        self.isServingTerminating = isServingTerminating
    }

    package static func < (left: ProxiedEndpoint, right: ProxiedEndpoint) -> Bool {
        (left.address, left.port) < (right.address, right.port)
    }
}

/// What an EndpointSlice says about one Service, in the form that the rules use.
package struct ProxiedSlice: Equatable, Sendable {
    /// A port of the slice; EndpointSlices refer to Service ports by name and protocol.
    package struct PortKey: Hashable, Sendable {
        var name: String
        var transport: ServiceTransport
        var family: AddressFamily
    }

    package private(set) var endpoints: [PortKey: [ProxiedEndpoint]] = [:]

    /// Reads a slice; addresses and ports that make no sense are left out.
    ///
    /// - Parameter nodeName: the node that counts as local.
    package init(_ slice: EndpointSlice, nodeName: String) {
        guard slice.addressType == "IPv4" || slice.addressType == "IPv6" else { return }
        let family: AddressFamily = slice.addressType == "IPv4" ? .v4 : .v6
        for port in slice.ports {
            guard let number = port.port.flatMap({ UInt16(exactly: $0) }), number > 0,
                let transport = ServiceTransport(kubernetes: port.`protocol` ?? "")
            else { continue }
            let key = PortKey(name: port.name ?? "", transport: transport, family: family)
            endpoints[key, default: []] += slice.endpoints.compactMap {
                ProxiedEndpoint($0, port: number, family: family, nodeName: nodeName)
            }
        }
    }
}

extension ProxiedEndpoint {
    /// Reads an endpoint of a slice; all its addresses are the same to the proxy, which takes the first.
    fileprivate init?(_ endpoint: Endpoint, port: UInt16, family: AddressFamily, nodeName: String) {
        guard let address = endpoint.addresses.first.flatMap({ NetworkAddress($0) }), address.family == family,
            !address.isLoopback, !address.isUnspecified
        else { return nil }
        let conditions = endpoint.conditions
        let isReady = conditions.ready ?? true
        self.init(
            address: address, port: port, isLocal: endpoint.nodeName == nodeName, isReady: isReady,
            isServingTerminating: (conditions.serving ?? isReady) && conditions.terminating ?? false)
    }
}
