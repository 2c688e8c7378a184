// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

/// The CNI network configuration that connects pods to the node's bridge, for the plugins `bridge` and `host-local`.
package enum CNIConfiguration {
    /// The name of the file in the CNI configuration directory.
    package static let fileName = "10-martlet.conflist"

    /// The configuration list, as JSON.
    ///
    /// `hairpinMode` lets a pod reach itself through a service. Masquerading is left to the node's own table.
    package static func text(_ bridge: NetworkPlan.Bridge, podCIDR: CIDR) -> String {
        """
        {
          "cniVersion": "0.4.0",
          "name": "martlet",
          "plugins": [
            {
              "type": "bridge",
              "bridge": "\(bridge.name)",
              "isGateway": true,
              "isDefaultGateway": true,
              "hairpinMode": true,
              "ipMasq": false,
              "mtu": \(bridge.mtu),
              "ipam": {
                "type": "host-local",
                "ranges": [[{"subnet": "\(podCIDR)", "gateway": "\(bridge.address)"}]]
              }
            },
            {"type": "portmap", "capabilities": {"portMappings": true}, "snat": true},
            {"type": "loopback"}
          ]
        }

        """
    }
}
