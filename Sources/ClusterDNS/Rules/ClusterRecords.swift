// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI
public import Primitives

/// The objects that the cluster's zone is made of, as last heard of.
package protocol ClusterRecords: Sendable {
    /// Whether there is a namespace.
    func hasNamespace(_ name: String) -> Bool
    /// A Service.
    func service(namespace: String, name: String) -> Service?
    /// The EndpointSlices of a Service.
    func slices(namespace: String, service: String) -> [EndpointSlice]
    /// The Services that have an address as one of their ClusterIPs.
    func services(withClusterIP address: NetworkAddress) -> [Service]
    /// The EndpointSlices of headless Services that have an endpoint with this address.
    func headlessSlices(withAddress address: NetworkAddress) -> [EndpointSlice]
}

/// What the DNS server needs to know of its cluster.
public struct ClusterZoneConfiguration: Sendable, Equatable {
    /// The cluster's domain, such as `cluster.local`.
    public var domain: String
    /// Blocks of addresses whose names are not asked for elsewhere: those of pods and services.
    public var ownBlocks: [CIDR]
    /// How long records of the zone may be kept, in seconds.
    public var timeToLive: UInt32

    /// Makes a configuration.
    public init(domain: String = "cluster.local", ownBlocks: [CIDR], timeToLive: UInt32 = 5) {
        self.domain = domain
        self.ownBlocks = ownBlocks
        self.timeToLive = timeToLive
    }
}
