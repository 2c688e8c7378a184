// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// The variables that tell a container of the services there are, as Docker's links once did.
enum ServiceEnvironment {
    /// - Parameters:
    ///   - services: those of all namespaces that are known.
    ///   - withLinks: `enableServiceLinks`; without it only `kubernetes` of `default` is told.
    static func variables(_ services: [Service], namespace: String, withLinks: Bool) -> [(name: String, value: String)]
    {
        var chosen: [String: Service] = [:]
        for service in services where hasAddress(service) {
            let isMaster = service.metadata.namespace == "default" && service.metadata.name == "kubernetes"
            if service.metadata.namespace == namespace && withLinks {
                chosen[service.metadata.name] = service
            } else if isMaster, chosen["kubernetes"] == nil {
                chosen["kubernetes"] = service
            }
        }
        return chosen.sorted { $0.key < $1.key }.flatMap { variables($0.value) }
    }

    private static func hasAddress(_ service: Service) -> Bool {
        !service.spec.clusterIP.isEmpty && service.spec.clusterIP != "None" && !service.spec.ports.isEmpty
    }

    private static func variables(_ service: Service) -> [(name: String, value: String)] {
        let prefix = constant(service.metadata.name)
        let address = service.spec.clusterIP
        let host = address.contains(":") ? "[\(address)]" : address
        guard let first = service.spec.ports.first else { return [] }
        var result: [(name: String, value: String)] = [
            ("\(prefix)_SERVICE_HOST", address), ("\(prefix)_SERVICE_PORT", String(first.port)),
        ]
        for port in service.spec.ports where !port.name.isEmpty {
            result.append(("\(prefix)_SERVICE_PORT_\(constant(port.name))", String(port.port)))
        }
        for (index, port) in service.spec.ports.enumerated() {
            let transport = port.protocol.isEmpty ? "TCP" : port.protocol
            let url = "\(transport.lowercased())://\(host):\(port.port)"
            if index == 0 { result.append(("\(prefix)_PORT", url)) }
            let name = "\(prefix)_PORT_\(port.port)_\(transport.uppercased())"
            result += [
                (name, url), ("\(name)_PROTO", transport.lowercased()), ("\(name)_PORT", String(port.port)),
                ("\(name)_ADDR", address),
            ]
        }
        return result
    }

    private static func constant(_ name: String) -> String {
        String(name.uppercased().map { $0 == "-" || $0 == "." ? "_" : $0 })
    }
}
