// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives

/// Makes the rule set for services and their endpoints: a value from values.
///
/// Each Service port has up to three chains: `svc-` sends to any endpoint, `loc-` to those of this node, and `ext-` decides for
/// traffic from outside (KEP-3866 describes the scheme of verdict maps).
package struct RuleSetBuilder {
    private let configuration: ServiceProxyConfiguration
    private var rules = RuleSet()

    /// The rules for `state`.
    package static func build(_ state: ProxyState, _ configuration: ServiceProxyConfiguration) -> RuleSet {
        var builder = RuleSetBuilder(configuration: configuration)
        for name in state.ports.keys.sorted() {
            for port in state.ports[name] ?? [] {
                builder.add(port, EndpointSelection(of: state.endpoints(of: port)))
            }
        }
        builder.addLocalServices()
        return builder.rules
    }

    private init(configuration: ServiceProxyConfiguration) {
        self.configuration = configuration
    }

    private mutating func add(_ port: ProxiedPort, _ endpoints: EndpointSelection) {
        let hasExternal = port.nodePort != nil || !port.externalIPs.isEmpty || !port.loadBalancerIPs.isEmpty
        let needsLocal = port.internalPolicy == .local || hasExternal && port.externalPolicy == .local
        if !endpoints.cluster.isEmpty { addEndpointChain("svc", port, endpoints.cluster) }
        if needsLocal, !endpoints.local.isEmpty { addEndpointChain("loc", port, endpoints.local) }
        addInternal(port, endpoints)
        if hasExternal { addExternal(port, endpoints) }
        for endpoint in endpoints.cluster + endpoints.local where endpoint.isLocal {
            rules.insert(.hairpin, port.family, "\(endpoint.address) . \(endpoint.address)")
        }
    }

    // MARK: - Entries

    private mutating func addInternal(_ port: ProxiedPort, _ endpoints: EndpointSelection) {
        let key = port.key(port.clusterIP)
        noteUDP(port, address: port.clusterIP, port: port.port, endpoints.endpoints(port.internalPolicy))
        guard endpoints.endpoints(port.internalPolicy).isEmpty else {
            let kind = port.internalPolicy == .local ? "loc" : "svc"
            return rules.insert(.serviceIPs, port.family, key, "goto \(port.chain(kind))")
        }
        // Without endpoints at all clients shall hear so; endpoints elsewhere say that this node is the wrong one.
        rules.insert(
            .noEndpointIPs, port.family, key, endpoints.cluster.isEmpty ? "goto reject-service" : "drop")
    }

    private mutating func addExternal(_ port: ProxiedPort, _ endpoints: EndpointSelection) {
        let usable = endpoints.endpoints(port.externalPolicy)
        let verdict = "goto \(port.chain("ext"))"
        let refusal = endpoints.cluster.isEmpty ? "goto reject-service" : "drop"
        if !endpoints.cluster.isEmpty { addExternalChain(port, hasLocal: !endpoints.local.isEmpty) }
        for address in port.externalIPs + port.loadBalancerIPs {
            noteUDP(port, address: address, port: port.port, usable)
            if !endpoints.cluster.isEmpty { rules.insert(.serviceIPs, port.family, port.key(address), verdict) }
            if usable.isEmpty { rules.insert(.noEndpointIPs, port.family, port.key(address), refusal) }
        }
        if let nodePort = port.nodePort {
            let key = "\(port.transport.rawValue) . \(nodePort)"
            noteUDP(port, address: nil, port: nodePort, usable)
            if !endpoints.cluster.isEmpty { rules.insert(.nodePorts, port.family, key, verdict) }
            if usable.isEmpty { rules.insert(.noEndpointNodePorts, port.family, key, refusal) }
        }
        addFirewall(port)
    }

    private mutating func addLocalServices() {
        for local in configuration.localServices where local.address.family == local.target.family {
            let family = local.address.family
            let key = "\(local.address) . \(local.transport.rawValue) . \(local.port)"
            if rules.has(.serviceIPs, family, key) { continue }
            let chain = "local\(family.suffix)-\(local.name)/\(local.transport.rawValue)/\(local.port)"
            rules.chains[chain] = [
                dnat(local.transport, family, "\(family.endpointText(local.target, local.targetPort))")
            ]
            rules.insert(.localServices, family, key, "goto \(chain)")
        }
    }

    // MARK: - Chains

    private mutating func addExternalChain(_ port: ProxiedPort, hasLocal: Bool) {
        var lines: [String] = []
        if port.externalPolicy == .cluster {
            lines = ["jump mark-for-masquerade", "goto \(port.chain("svc"))"]
        } else {
            // Pods and the node itself may use every endpoint: the policy is about traffic from outside.
            let pods = configuration.clusterCIDRs.filter { $0.family == port.family }
            if !pods.isEmpty {
                lines.append("\(port.family.header) saddr { \(pods.joined) } goto \(port.chain("svc"))")
            }
            lines.append("fib saddr type local jump mark-for-masquerade")
            lines.append("fib saddr type local goto \(port.chain("svc"))")
            if hasLocal { lines.append("goto \(port.chain("loc"))") }
        }
        rules.chains[port.chain("ext")] = lines
    }

    private mutating func addFirewall(_ port: ProxiedPort) {
        guard !port.sourceRanges.isEmpty, !port.loadBalancerIPs.isEmpty else { return }
        let allowed = port.sourceRanges.sorted().withoutContained
        rules.chains[port.chain("fw")] = ["\(port.family.header) saddr != { \(allowed.joined) } drop"]
        for address in port.loadBalancerIPs {
            rules.insert(.firewallIPs, port.family, port.key(address), "goto \(port.chain("fw"))")
        }
    }

    private mutating func addEndpointChain(_ kind: String, _ port: ProxiedPort, _ endpoints: [ProxiedEndpoint]) {
        if let seconds = port.affinitySeconds {
            return addAffinityChains(kind, port, endpoints, seconds: seconds)
        }
        let family = port.family
        guard endpoints.count > 1 else {
            let only = endpoints.map { family.endpointText($0.address, $0.port) }.joined()
            rules.chains[port.chain(kind)] = [dnat(port.transport, family, only)]
            return
        }
        let choices = endpoints.enumerated().map { "\($0.offset) : \($0.element.address) . \($0.element.port)" }
        rules.chains[port.chain(kind)] = [
            "meta l4proto \(port.transport.rawValue) dnat \(family.header) addr . port to "
                + "numgen random mod \(endpoints.count) map { \(choices.joined(separator: ", ")) }"
        ]
    }

    private mutating func addAffinityChains(
        _ kind: String, _ port: ProxiedPort, _ endpoints: [ProxiedEndpoint], seconds: UInt32
    ) {
        let family = port.family
        var known: [String] = []
        var choices: [String] = []
        for (index, endpoint) in endpoints.enumerated() {
            let suffix = "\(port.path)/\(endpoint.nameText)"
            let chain = "ep\(family.suffix)-\(suffix)"
            let set = "aff\(family.suffix)-\(suffix)/\(seconds)"
            rules.affinitySets[set] = RuleSet.AffinitySet(family: family, seconds: seconds)
            rules.chains[chain] = [
                "update @\(set) { \(family.header) saddr }",
                dnat(port.transport, family, family.endpointText(endpoint.address, endpoint.port)),
            ]
            known.append("\(family.header) saddr @\(set) goto \(chain)")
            choices.append("\(index) : goto \(chain)")
        }
        let choice = "numgen random mod \(endpoints.count) vmap { \(choices.joined(separator: ", ")) }"
        rules.chains[port.chain(kind)] = known + [choice]
    }

    private func dnat(_ transport: ServiceTransport, _ family: AddressFamily, _ target: String) -> String {
        "meta l4proto \(transport.rawValue) dnat \(family.header) to \(target)"
    }

    private mutating func noteUDP(
        _ port: ProxiedPort, address: NetworkAddress?, port number: UInt16, _ endpoints: [ProxiedEndpoint]
    ) {
        guard port.transport == .udp else { return }
        let frontend = UDPFrontend(address: address, port: number, family: port.family)
        rules.udpFlows[frontend, default: []].formUnion(endpoints.map(\.address))
    }
}

extension ProxiedPort {
    /// The key of the port at an address in the maps of service addresses.
    fileprivate func key(_ address: NetworkAddress) -> String { "\(address) . \(transport.rawValue) . \(port)" }

    /// The name of one of the port's chains.
    fileprivate func chain(_ kind: String) -> String { "\(kind)\(family.suffix)-\(path)" }
}

extension ProxiedEndpoint {
    /// The endpoint as part of a name, where nftables allows no colons.
    fileprivate var nameText: String {
        "\(address.description.map { $0 == ":" ? "." : String($0) }.joined())/\(port)"
    }
}

extension AddressFamily {
    /// `address:port` as `dnat` wants it.
    fileprivate func endpointText(_ address: NetworkAddress, _ port: UInt16) -> String {
        self == .v4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}

extension [CIDR] {
    /// The blocks as elements of an anonymous set.
    var joined: String { map(\.description).joined(separator: ", ") }

    /// The blocks without those inside of others: nftables refuses overlapping intervals.
    fileprivate var withoutContained: [CIDR] {
        reduce(into: []) { kept, block in
            if !kept.contains(where: { $0.contains(block) }) { kept.append(block) }
        }
    }
}
