// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI
package import Primitives

/// A node as the pod network sees it: the addresses of its pods, and where it is reached itself.
package struct NodeRange: Equatable, Sendable {
    package var name: String
    /// The node's pods.
    package var podCIDR: CIDR
    /// The node's own address, the end of the tunnel.
    package var internalIP: NetworkAddress

    package init(name: String, podCIDR: CIDR, internalIP: NetworkAddress) {
        self.name = name
        self.podCIDR = podCIDR
        self.internalIP = internalIP
    }

    /// Reads a Node.
    ///
    /// - Returns: `nil` as long as the node has no IPv4 pod range or no InternalIP, or a range too small for a pod.
    package init?(_ node: Node) {
        let ranges = node.spec.podCIDRs.isEmpty ? [node.spec.podCIDR] : node.spec.podCIDRs
        let addresses = node.status.addresses.filter { $0.type == "InternalIP" }.compactMap {
            NetworkAddress($0.address)
        }
        guard let podCIDR = ranges.compactMap({ CIDR($0) }).first(where: { $0.family == .v4 && $0.prefixLength <= 30 }),
            let internalIP = addresses.first(where: { $0.family == .v4 })
        else { return nil }
        self.init(name: node.metadata.name, podCIDR: podCIDR, internalIP: internalIP)
    }

    /// The bridge's address and the pods' gateway: the first of the range after the network's own.
    package var gateway: NetworkAddress { podCIDR.address(at: 1) ?? podCIDR.network }
}
