// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI
import Primitives

extension ProxiedPort {
    /// The ports of a Service, once for each of its address families.
    ///
    /// A headless or ExternalName Service has none; a port that makes no sense is left out, the others stay.
    package static func ports(of service: Service) -> [ProxiedPort] {
        let spec = service.spec
        let name = ServiceName(namespace: service.metadata.namespace, name: service.metadata.name)
        guard spec.type != "ExternalName", name.isSafeInRules else { return [] }
        let texts = spec.clusterIPs.isEmpty ? [spec.clusterIP] : spec.clusterIPs
        return texts.compactMap { NetworkAddress($0) }.flatMap { clusterIP in
            spec.ports.compactMap { ProxiedPort(name, $0, spec, service.status.loadBalancer, clusterIP: clusterIP) }
        }
    }

    private init?(
        _ name: ServiceName, _ port: ServicePort, _ spec: ServiceSpec, _ balancer: LoadBalancerStatus,
        clusterIP: NetworkAddress
    ) {
        guard let transport = ServiceTransport(kubernetes: port.`protocol`), let number = UInt16(exactly: port.port),
            number > 0
        else { return nil }
        self.init(service: name, transport: transport, portName: port.name, port: number, clusterIP: clusterIP)
        let ofFamily = { (texts: [String]) in
            texts.compactMap { NetworkAddress($0) }.filter { $0.family == clusterIP.family }
        }
        externalIPs = ofFamily(spec.externalIPs)
        loadBalancerIPs = ofFamily(balancer.ingress.filter { $0.ipMode ?? "VIP" == "VIP" }.map(\.ip))
        nodePort = UInt16(exactly: port.nodePort).flatMap { $0 == 0 ? nil : $0 }
        sourceRanges = spec.loadBalancerSourceRanges.compactMap { CIDR($0.trimmed) }.filter {
            $0.family == clusterIP.family
        }
        if spec.sessionAffinity == "ClientIP" {
            affinitySeconds = UInt32(exactly: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10800) ?? 10800
        }
        internalPolicy = spec.internalTrafficPolicy == "Local" ? .local : .cluster
        externalPolicy = spec.externalTrafficPolicy == "Local" ? .local : .cluster
    }
}

extension ServiceName {
    /// Whether the name has only the characters of an RFC 1123 name: others would change the meaning of a rule.
    var isSafeInRules: Bool {
        let isSafe = { (text: String) in
            (1...253).contains(text.utf8.count)
                && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 46 }
        }
        return isSafe(namespace) && isSafe(name)
    }
}

extension String {
    /// The text without blanks around it: source ranges may have them.
    fileprivate var trimmed: String {
        var part = Substring(self)
        while part.first?.isWhitespace == true { part.removeFirst() }
        while part.last?.isWhitespace == true { part.removeLast() }
        return String(part)
    }
}
