// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

extension NetworkPolicy: Defaulted {
    public mutating func applyDefaults() {
        for rule in spec.ingress.indices {
            for port in spec.ingress[rule].ports.indices {
                spec.ingress[rule].ports[port].protocol.orDefault(TransportProtocol.tcp)
            }
        }
        for rule in spec.egress.indices {
            for port in spec.egress[rule].ports.indices {
                spec.egress[rule].ports[port].protocol.orDefault(TransportProtocol.tcp)
            }
        }
        if spec.policyTypes.isEmpty {
            spec.policyTypes = [PolicyType.ingress]
            if !spec.egress.isEmpty { spec.policyTypes.append(PolicyType.egress) }
        }
    }
}

extension IngressClass: Defaulted {
    public mutating func applyDefaults() { spec.parameters?.scope.orDefault("Cluster") }
}

extension EndpointSlice: Defaulted {
    public mutating func applyDefaults() {
        for index in ports.indices {
            ports[index].name.orDefault("")
            ports[index].protocol.orDefault(TransportProtocol.tcp)
        }
    }
}
