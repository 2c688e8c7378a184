// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Logging
package import Primitives

/// The network of this host: everything that the pod network changes.
package struct HostNetwork: Sendable {
    /// Forward chains of other programs that may drop what they do not know.
    private static let foreignChains = ["ip filter FORWARD"]

    private let configuration: PodNetworkConfiguration
    private let command: HostCommand
    private let logger: Logger

    package init(configuration: PodNetworkConfiguration, command: HostCommand = HostCommand(), logger: Logger) {
        self.configuration = configuration
        self.command = command
        self.logger = logger
    }

    /// Lets the kernel forward packets, and filter those that stay on the bridge.
    ///
    /// - Returns: whether bridged packets are filtered. Without, answers between pods of one node would go past the
    ///   translation of service addresses.
    package func prepareKernel() async -> Bool {
        do {
            try Sysctl.write("net/ipv4/ip_forward", "1")
        } catch {
            logger.error("pods of different nodes cannot reach each other", metadata: ["error": "\(error)"])
        }
        let bridgeFilter = "net/bridge/bridge-nf-call-iptables"
        do {
            try Sysctl.write(bridgeFilter, "1")
            return true
        } catch  where error.isMissing {
            do {
                _ = try await command.run("modprobe", "br_netfilter")
                try Sysctl.write(bridgeFilter, "1")
                return true
            } catch {
                logger.warning("kernel without br_netfilter, hiding clients", metadata: ["error": "\(error)"])
            }
        } catch {
            logger.warning("cannot filter bridged packets, hiding clients", metadata: ["error": "\(error)"])
        }
        return false
    }

    /// The packet size of the link to other nodes.
    package func underlayMTU(_ node: NodeRange) throws(NetlinkError) -> Int {
        var netlink = try RouteNetlink()
        return try NetworkApplier.mtu(ofDeviceWith: node.internalIP, &netlink)
    }

    /// Makes bridge and tunnel like the plan. Without a tunnel in the plan one that exists is removed.
    package func apply(_ plan: NetworkPlan) throws(NetlinkError) {
        var netlink = try RouteNetlink()
        try NetworkApplier.apply(plan.bridge, &netlink)
        if let overlay = plan.overlay {
            try NetworkApplier.apply(overlay, &netlink)
        } else {
            try netlink.deleteLink(named: configuration.overlayName)
        }
    }

    /// Makes the packet filter table, and asks other programs' tables to let pods through.
    package func applyRules(podCIDR: CIDR, filtersBridge: Bool) async throws(HostCommandError) {
        let text = MasqueradeRules.text(
            podCIDR: podCIDR, clusterCIDRs: configuration.clusterCIDRs, hidesSameNodeClients: !filtersBridge)
        _ = try await command.run("nft", "-f", "-", input: text)
        for chain in Self.foreignChains {
            guard let listing = await listing(of: chain), MasqueradeRules.dropsPods(listing) else { continue }
            let rules = MasqueradeRules.acceptance(in: chain, clusterCIDRs: configuration.clusterCIDRs)
            do {
                _ = try await command.run("nft", "-f", "-", input: rules)
            } catch {
                logger.warning("a firewall may stop pods", metadata: ["chain": "\(chain)", "error": "\(error)"])
            }
        }
    }

    /// Removes bridge and tunnel, with their routes. Pods lose their network.
    package func removeLinks() throws(NetlinkError) {
        var netlink = try RouteNetlink()
        try netlink.deleteLink(named: configuration.overlayName)
        try netlink.deleteLink(named: configuration.bridgeName)
    }

    /// Removes the packet filter table, and what was put into other programs' tables.
    package func removeRules() async throws(HostCommandError) {
        _ = try await command.run("nft", "-f", "-", input: MasqueradeRules.removal)
        for chain in Self.foreignChains {
            guard let listing = await listing(of: chain) else { continue }
            let rules = MasqueradeRules.withdrawal(from: chain, listing: listing)
            if !rules.isEmpty { _ = try await command.run("nft", "-f", "-", input: rules) }
        }
    }

    /// What a chain has, with handles; `nil` where there is no such chain.
    private func listing(of chain: String) async -> String? {
        let words = chain.split(separator: " ").map(String.init)
        guard words.count == 3 else { return nil }
        do {
            return try await command.run("nft", "-a", "list", "chain", words[0], words[1], words[2])
        } catch {
            logger.trace("no such chain", metadata: ["chain": "\(chain)", "error": "\(error)"])
            return nil
        }
    }
}
