// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives
import Wire

/// The CNI network configuration that connects pods to the node's bridge, for the plugins `bridge` and `host-local`.
package enum CNIConfiguration {
    /// The name of the file in the CNI configuration directory.
    package static let fileName = "10-martlet.conflist"

    /// The configuration list, as JSON.
    ///
    /// `hairpinMode` lets a pod reach itself through a service. Masquerading is left to the node's own table.
    ///
    /// - Parameter stateDirectory: where `host-local` notes which addresses are taken.
    package static func json(_ bridge: NetworkPlan.Bridge, podCIDR: CIDR, stateDirectory: String?) -> [UInt8] {
        let range: JSONValue = ["subnet": .string("\(podCIDR)"), "gateway": .string("\(bridge.address)")]
        var addresses: JSONValue = ["type": "host-local", "ranges": .array([.array([range])])]
        if let stateDirectory { addresses["dataDir"] = .string(stateDirectory) }
        let plugin: JSONValue = [
            "type": "bridge", "bridge": .string(bridge.name), "isGateway": true, "isDefaultGateway": true,
            "hairpinMode": true, "ipMasq": false, "mtu": .int(bridge.mtu), "ipam": addresses,
        ]
        let hostPorts: JSONValue = ["type": "portmap", "capabilities": ["portMappings": true], "snat": true]
        let list: JSONValue = ["cniVersion": "0.4.0", "name": "martlet", "plugins": .array([plugin, hostPorts])]
        return list.bytes()
    }
}
