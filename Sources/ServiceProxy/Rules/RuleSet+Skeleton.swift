// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives

/// The table with its base chains and its maps, still without services.
package enum RuleSetSkeleton {
    /// The table of the service proxy.
    package static let table = "inet martlet-proxy"
    /// The bit of the packet mark that asks for masquerading, the one that Kubernetes has always used.
    package static let masqueradeMark: UInt32 = 0x4000

    /// Text that replaces whatever is in the table by the skeleton, within the transaction that it is part of.
    package static func text(_ configuration: ServiceProxyConfiguration) -> String {
        """
        add table \(table)
        delete table \(table)
        table \(table) {
        \(maps)
            chain mark-for-masquerade {
                meta mark set meta mark | \(hex(masqueradeMark))
            }
            chain reject-service {
                meta l4proto tcp reject with tcp reset
                reject with icmpx port-unreachable
            }
        \(chain("services", services(configuration)))
        \(chain("check-endpoints", checks(configuration)))
        \(baseChains(configuration))
        }

        """
    }

    /// Text that removes the table, whether it exists or not.
    package static let removal = "add table \(table)\ndelete table \(table)\n"

    // MARK: - Parts

    private static var maps: String {
        AddressFamily.allCases.flatMap { family in
            RuleSet.MapName.allCases.map { name in
                let address = family.addressType
                let (keyword, type) =
                    switch name {
                    case .hairpin: ("set", "\(address) . \(address)")
                    case .nodePorts, .noEndpointNodePorts: ("map", "inet_proto . inet_service : verdict")
                    default: ("map", "\(address) . inet_proto . inet_service : verdict")
                    }
                return "    \(keyword) \(RuleSet.Map(name: name, family: family).text) {\n        type \(type)\n    }"
            }
        }.joined(separator: "\n")
    }

    private static func services(_ configuration: ServiceProxyConfiguration) -> [String] {
        AddressFamily.allCases.flatMap { family in
            let address = "\(family.header) daddr . meta l4proto . th dport vmap"
            var lines = ["\(address) @\(RuleSet.Map(name: .localServices, family: family).text)"]
            let (services, pods) = configuration.ranges(family)
            if !services.isEmpty, !pods.isEmpty {
                lines.append(
                    "\(family.header) daddr { \(services.joined) } \(family.header) saddr != { \(pods.joined) } "
                        + "jump mark-for-masquerade")
            }
            lines.append("\(address) @\(RuleSet.Map(name: .serviceIPs, family: family).text)")
            lines.append(nodePortLookup(.nodePorts, family, configuration))
            return lines
        }
    }

    private static func checks(_ configuration: ServiceProxyConfiguration) -> [String] {
        AddressFamily.allCases.flatMap { family in
            let services = configuration.ranges(family).services
            let map = RuleSet.Map(name: .noEndpointIPs, family: family).text
            var lines = ["\(family.header) daddr . meta l4proto . th dport vmap @\(map)"]
            if !services.isEmpty {
                lines.append("\(family.header) daddr { \(services.joined) } goto reject-service")
            }
            lines.append(nodePortLookup(.noEndpointNodePorts, family, configuration))
            return lines
        }
    }

    private static func nodePortLookup(
        _ name: RuleSet.MapName, _ family: AddressFamily, _ configuration: ServiceProxyConfiguration
    ) -> String {
        let header = family.header
        let blocks = configuration.nodePortAddresses.filter { $0.family == family }
        var conditions = "meta nfproto \(family == .v4 ? "ipv4" : "ipv6") fib daddr type local "
        if !configuration.nodePortAddresses.isEmpty {
            // With blocks of the other family alone, none of this family's addresses serves.
            let none = family == .v4 ? "255.255.255.255" : "::"
            conditions += "\(header) daddr { \(blocks.isEmpty ? none : blocks.joined) } "
        }
        if family == .v6 {
            conditions += "ip6 daddr != ::1 "
        } else if !configuration.localhostNodePorts {
            conditions += "ip daddr != 127.0.0.0/8 "
        }
        return "\(conditions)meta l4proto . th dport vmap @\(RuleSet.Map(name: name, family: family).text)"
    }

    private static func baseChains(_ configuration: ServiceProxyConfiguration) -> String {
        let firewall = AddressFamily.allCases.map {
            "\($0.header) daddr . meta l4proto . th dport vmap @\(RuleSet.Map(name: .firewallIPs, family: $0).text)"
        }
        let hairpin = AddressFamily.allCases.map {
            "ct status dnat \($0.header) saddr . \($0.header) daddr @\(RuleSet.Map(name: .hairpin, family: $0).text) "
                + "masquerade fully-random"
        }
        let mark = hex(masqueradeMark)
        let localnet = ["iifname != \"lo\" ip daddr 127.0.0.0/8 drop", "iifname != \"lo\" ip saddr 127.0.0.0/8 drop"]
        return [
            // NodePorts on localhost need route_localnet, which opens 127.0.0.0/8 to neighbours (CVE-2020-8558).
            chain("raw-prerouting", hook: "filter hook prerouting priority -300", localnet),
            chain("firewall", hook: "filter hook prerouting priority -110", firewall),
            chain("nat-prerouting", hook: "nat hook prerouting priority -100", ["jump services"]),
            chain("nat-output", hook: "nat hook output priority -100", ["jump services"]),
            chain("filter-input", hook: "filter hook input priority -5", ["ct state new jump check-endpoints"]),
            chain("filter-forward", hook: "filter hook forward priority -5", ["ct state new jump check-endpoints"]),
            chain("filter-output", hook: "filter hook output priority -5", ["ct state new jump check-endpoints"]),
            chain(
                "nat-postrouting", hook: "nat hook postrouting priority 100",
                hairpin + [
                    "meta mark & \(mark) == 0 return", "meta mark set meta mark & \(hex(~masqueradeMark))",
                    "masquerade fully-random",
                ]),
        ].joined(separator: "\n")
    }

    private static func chain(_ name: String, hook: String? = nil, _ lines: [String]) -> String {
        let head = hook.map { ["type \($0); policy accept;"] } ?? []
        return (["    chain \(name) {"] + (head + lines).map { "        \($0)" } + ["    }"]).joined(separator: "\n")
    }

    private static func hex(_ number: UInt32) -> String { "0x\(String(number, radix: 16))" }
}

extension ServiceProxyConfiguration {
    /// The address ranges of one family.
    fileprivate func ranges(_ family: AddressFamily) -> (services: [CIDR], pods: [CIDR]) {
        (serviceCIDRs.filter { $0.family == family }, clusterCIDRs.filter { $0.family == family })
    }
}
