// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives

/// The endpoints that a Service port may use, by traffic policy.
///
/// Ready endpoints are used; where there are none, those that still serve while they terminate (KEP-1669), so that the last
/// pods of a rollout go on answering. The choice is made for all endpoints and for the local ones apart.
package struct EndpointSelection: Equatable, Sendable {
    /// Endpoints for the policy `Cluster`, without duplicates, in the order of their addresses.
    package var cluster: [ProxiedEndpoint]
    /// Endpoints for the policy `Local`.
    package var local: [ProxiedEndpoint]

    package init(of all: some Sequence<ProxiedEndpoint>) {
        var unique: [ProxiedEndpoint.Key: ProxiedEndpoint] = [:]
        for endpoint in all {
            // While a pod moves between slices both may name it; the one that is ready is newer.
            if let known = unique[endpoint.key], known.isReady || !endpoint.isReady { continue }
            unique[endpoint.key] = endpoint
        }
        let sorted = unique.values.sorted()
        cluster = Self.usable(sorted)
        local = Self.usable(sorted.filter(\.isLocal))
    }

    func endpoints(_ policy: TrafficPolicy) -> [ProxiedEndpoint] {
        policy == .local ? local : cluster
    }

    private static func usable(_ endpoints: [ProxiedEndpoint]) -> [ProxiedEndpoint] {
        let ready = endpoints.filter(\.isReady)
        return ready.isEmpty ? endpoints.filter(\.isServingTerminating) : ready
    }
}

extension ProxiedEndpoint {
    /// What makes two endpoints of one port the same.
    fileprivate struct Key: Hashable {
        var address: NetworkAddress
        var port: UInt16
    }

    fileprivate var key: Key { Key(address: address, port: port) }
}
