// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Primitives

/// What all parts of a cluster agree on.
public struct ClusterConfiguration: Sendable {
    /// The range of pod addresses.
    public var clusterCIDR: CIDR
    /// The range of Service addresses.
    public var serviceCIDR: CIDR
    public var clusterDomain: String

    public init(clusterCIDR: CIDR, serviceCIDR: CIDR, clusterDomain: String = "cluster.local") {
        self.clusterCIDR = clusterCIDR
        self.serviceCIDR = serviceCIDR
        self.clusterDomain = clusterDomain
    }

    /// The address of the Service `kubernetes`: the first of the range.
    public var serviceAddress: NetworkAddress { serviceCIDR.address(at: 1) ?? serviceCIDR.network }
    /// The address of the cluster's DNS: the tenth of the range.
    public var dnsAddress: NetworkAddress { serviceCIDR.address(at: 10) ?? serviceCIDR.network }
}
