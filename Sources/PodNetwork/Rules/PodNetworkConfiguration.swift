// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Primitives

/// What the pod network needs to know of its node and cluster.
public struct PodNetworkConfiguration: Sendable, Equatable {
    /// The name of this node.
    public var nodeName: String
    /// Pods' addresses in the whole cluster: traffic within is never masqueraded.
    public var clusterCIDRs: [CIDR]
    /// Services' addresses: the node gets a route to them, so that a host without a default route reaches services too.
    public var serviceCIDRs: [CIDR]
    /// The bridge that the node's pods are connected to.
    public var bridgeName: String
    /// The VXLAN device to other nodes.
    public var overlayName: String
    /// The VXLAN network identifier, 24 bits.
    public var overlayID: UInt32
    /// The UDP port of VXLAN.
    public var overlayPort: UInt16
    /// Where to write the CNI configuration for the node's pod range; `nil` to write none.
    public var cniDirectory: String?
    /// Where the CNI plugins keep which pod has which address; `nil` for their default below `/var/lib/cni`.
    public var cniStateDirectory: String?

    /// Makes a configuration.
    public init(
        nodeName: String, clusterCIDRs: [CIDR], serviceCIDRs: [CIDR], bridgeName: String = "martlet0",
        overlayName: String = "martlet.vxlan", overlayID: UInt32 = 19796, overlayPort: UInt16 = 8472,
        cniDirectory: String? = nil, cniStateDirectory: String? = nil
    ) {
        self.nodeName = nodeName
        self.clusterCIDRs = clusterCIDRs
        self.serviceCIDRs = serviceCIDRs
        self.bridgeName = bridgeName
        self.overlayName = overlayName
        self.overlayID = overlayID
        self.overlayPort = overlayPort
        self.cniDirectory = cniDirectory
        self.cniStateDirectory = cniStateDirectory
    }
}
