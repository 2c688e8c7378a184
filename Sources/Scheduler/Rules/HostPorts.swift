// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// A port of the node that a pod wants for itself.
struct HostPort: Sendable, Hashable {
    /// `0.0.0.0` for every address.
    var address: String
    var transport: String
    var port: Int32

    static let anyAddress = "0.0.0.0"

    /// The host ports of a pod, sidecars included.
    static func of(_ spec: PodSpec) -> [HostPort] {
        var result: [HostPort] = []
        let sidecars = spec.initContainers.filter { $0.restartPolicy == ContainerRestartPolicy.always }
        for container in spec.containers + sidecars {
            for port in container.ports where port.hostPort > 0 {
                result.append(
                    HostPort(
                        address: port.hostIP.isEmpty ? anyAddress : port.hostIP,
                        transport: port.protocol.isEmpty ? "TCP" : port.protocol, port: port.hostPort))
            }
        }
        return result
    }

    /// Whether two pods cannot have these ports on one node.
    func conflicts(with other: HostPort) -> Bool {
        port == other.port && transport == other.transport
            && (address == other.address || address == Self.anyAddress || other.address == Self.anyAddress)
    }
}
