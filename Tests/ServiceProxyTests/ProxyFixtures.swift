// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Primitives
import Wire

@testable import ServiceProxy

/// Services and endpoints for tests: node `n1` is the local one.
enum ProxyFixtures {
    static func configuration(localServices: [LocalService] = []) throws -> ServiceProxyConfiguration {
        ServiceProxyConfiguration(
            nodeName: "n1", clusterCIDRs: try blocks("10.244.0.0/16", "fd00:244::/56"),
            serviceCIDRs: try blocks("10.96.0.0/12", "fd00:96::/112"), localServices: localServices)
    }

    static func blocks(_ texts: String...) throws -> [CIDR] {
        try texts.map { text in
            guard let block = CIDR(text) else { throw BadText(text: text) }
            return block
        }
    }

    static func address(_ text: String) throws -> NetworkAddress {
        guard let address = NetworkAddress(text) else { throw BadText(text: text) }
        return address
    }

    struct BadText: Error { var text: String }

    static func service(
        _ name: String, _ clusterIP: String, ports: [(String, String, Int32)] = [("http", "TCP", 80)],
        nodePort: Int32 = 0, _ change: (inout ServiceSpec) -> Void = { _ in }
    ) -> Service {
        Service {
            $0.metadata.namespace = "shop"
            $0.metadata.name = name
            $0.spec.type = nodePort == 0 ? "ClusterIP" : "NodePort"
            $0.spec.clusterIP = clusterIP
            $0.spec.clusterIPs = [clusterIP]
            $0.spec.ports = ports.enumerated().map { index, port in
                ServicePort {
                    $0.name = port.0
                    $0.`protocol` = port.1
                    $0.port = port.2
                    $0.nodePort = nodePort == 0 ? 0 : nodePort + Int32(index)
                }
            }
            change(&$0.spec)
        }
    }

    /// - Parameter endpoints: address, node, and conditions: `ready`, `terminating` (serving) or `dead`.
    static func slice(
        of service: String, ports: [(String, String, Int32)] = [("http", "TCP", 8080)],
        _ endpoints: [(String, String, String)], suffix: String = "abc"
    ) -> EndpointSlice {
        EndpointSlice {
            $0.metadata.namespace = "shop"
            $0.metadata.name = "\(service)-\(suffix)"
            $0.metadata.labels = [ProxyState.serviceNameLabel: service]
            $0.addressType = endpoints.first.map { $0.0.contains(":") } == true ? "IPv6" : "IPv4"
            $0.ports = ports.map { port in
                DiscoveryEndpointPort {
                    $0.name = port.0
                    $0.`protocol` = port.1
                    $0.port = port.2
                }
            }
            $0.endpoints = endpoints.map { endpoint in
                Endpoint {
                    $0.addresses = [endpoint.0]
                    $0.nodeName = endpoint.1
                    $0.conditions.ready = endpoint.2 == "ready"
                    $0.conditions.serving = endpoint.2 != "dead"
                    $0.conditions.terminating = endpoint.2 != "ready"
                }
            }
        }
    }

    static func state(_ changes: [ProxyChange]) -> ProxyState {
        var state = ProxyState(nodeName: "n1")
        for change in changes { _ = state.apply(change) }
        return state
    }

    static func rules(_ changes: [ProxyChange], localServices: [LocalService] = []) throws -> RuleSet {
        RuleSetBuilder.build(state(changes), try configuration(localServices: localServices))
    }
}
