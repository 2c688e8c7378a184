// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Primitives

/// A service address that is answered on this node itself, without a pod: the cluster's DNS.
///
/// It is used as long as no Service with endpoints has the same address and port, so that a cluster may bring a
/// DNS server of its own.
public struct LocalService: Hashable, Sendable {
    /// Names the rule's chain; a lower-case RFC 1123 label.
    public var name: String
    /// The service's address, as clients know it.
    public var address: NetworkAddress
    public var port: UInt16
    public var transport: ServiceTransport
    /// Where it is answered: an address of this node in the same family, not a loopback one.
    public var target: NetworkAddress
    public var targetPort: UInt16

    /// Makes a local service.
    public init(
        name: String, address: NetworkAddress, port: UInt16, transport: ServiceTransport, target: NetworkAddress,
        targetPort: UInt16
    ) {
        self.name = name
        self.address = address
        self.port = port
        self.transport = transport
        self.target = target
        self.targetPort = targetPort
    }
}

/// What the service proxy needs to know of its node and cluster.
public struct ServiceProxyConfiguration: Sendable, Equatable {
    /// The name of this node, as EndpointSlices have it in `nodeName`.
    public var nodeName: String
    /// Pods' addresses. Traffic from elsewhere to a ClusterIP is masqueraded; none is when this is empty.
    public var clusterCIDRs: [CIDR]
    /// Services' addresses: what goes there and belongs to no Service is rejected.
    public var serviceCIDRs: [CIDR]
    /// Where NodePorts are served: the addresses of the node in these blocks; all of them when empty.
    public var nodePortAddresses: [CIDR]
    /// Whether NodePorts answer on 127.0.0.1 as well; sets `net.ipv4.conf.all.route_localnet`.
    public var localhostNodePorts: Bool
    /// Services that the node itself answers.
    public var localServices: [LocalService]
    /// The least time from the end of one update of the kernel to the start of the next. The first change after a pause is
    /// applied at once.
    public var minimumInterval: Duration

    /// Makes a configuration.
    public init(
        nodeName: String, clusterCIDRs: [CIDR], serviceCIDRs: [CIDR], nodePortAddresses: [CIDR] = [],
        localhostNodePorts: Bool = true, localServices: [LocalService] = [],
        minimumInterval: Duration = .milliseconds(50)
    ) {
        self.nodeName = nodeName
        self.clusterCIDRs = clusterCIDRs
        self.serviceCIDRs = serviceCIDRs
        self.nodePortAddresses = nodePortAddresses
        self.localhostNodePorts = localhostNodePorts
        self.localServices = localServices
        self.minimumInterval = minimumInterval
    }
}
