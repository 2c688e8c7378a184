// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

/// The packet filter table of the pod network: pods may be reached, and appear as their node outside of the cluster.
package enum MasqueradeRules {
    /// The table of the pod network.
    package static let table = "inet martlet-net"
    /// The comment of rules that are put into tables of others.
    package static let comment = "martlet"

    /// Text that makes the table anew as one transaction.
    ///
    /// - Parameters:
    ///   - podCIDR: the node's own pods.
    ///   - clusterCIDRs: all pods.
    ///   - hidesSameNodeClients: whether pods that reach a pod of the same node through a service appear as the node. It is
    ///     needed where the kernel does not filter bridged packets: answers would go past the address translation.
    package static func text(podCIDR: CIDR, clusterCIDRs: [CIDR], hidesSameNodeClients: Bool) -> String {
        let cluster = (clusterCIDRs.filter { $0.family == .v4 } + [podCIDR]).sorted().reduce(into: [CIDR]()) {
            kept, block in
            if !kept.contains(where: { $0.contains(block) }) { kept.append(block) }
        }
        let blocks = cluster.map(\.description).joined(separator: ", ")
        let sameNode = "        ip saddr \(podCIDR) ip daddr \(podCIDR) ct status dnat masquerade\n"
        return """
            add table \(table)
            delete table \(table)
            table \(table) {
                chain forward {
                    type filter hook forward priority 0; policy accept;
                    ip saddr { \(blocks) } accept
                    ip daddr { \(blocks) } accept
                }
                chain postrouting {
                    type nat hook postrouting priority 100; policy accept;
            \(hidesSameNodeClients ? sameNode : "")\
                    ip saddr \(podCIDR) ip daddr != { \(blocks), 224.0.0.0/4 } masquerade fully-random
                }
            }

            """
    }

    /// Text that removes the table, whether it exists or not.
    package static let removal = "add table \(table)\ndelete table \(table)\n"

    /// Whether a listing of another program's forward chain shows that it drops what it does not know, pods included.
    package static func dropsPods(_ listing: String) -> Bool {
        listing.contains("policy drop") && !listing.contains("comment \"\(comment)\"")
    }

    /// Commands that let pods through another program's forward chain `chain`, such as `ip filter FORWARD`.
    package static func acceptance(in chain: String, clusterCIDRs: [CIDR]) -> String {
        clusterCIDRs.filter { $0.family == .v4 }.flatMap { block in
            ["saddr", "daddr"].map { "insert rule \(chain) ip \($0) \(block) accept comment \"\(comment)\"\n" }
        }.joined()
    }

    /// Commands that take those rules away again, from a listing with handles.
    package static func withdrawal(from chain: String, listing: String) -> String {
        listing.split(separator: "\n").filter { $0.contains("comment \"\(comment)\"") }.compactMap { line in
            guard let mark = line.range(of: "# handle "), let handle = UInt64(line[mark.upperBound...]) else {
                return nil
            }
            return "delete rule \(chain) handle \(handle)\n"
        }.joined()
    }
}

extension Substring {
    /// Where `text` first occurs.
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
