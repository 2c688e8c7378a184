// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

/// What the host's `/etc/resolv.conf` says (resolv.conf(5)).
package struct ResolverConfiguration: Equatable, Sendable {
    /// The servers to ask, in this order.
    package var servers: [NetworkAddress] = []
    /// How long to wait for one server.
    package var timeout = Duration.seconds(2)
    /// How often to go through the servers.
    package var attempts = 2

    package init(servers: [NetworkAddress] = []) {
        self.servers = servers
    }

    /// Reads the text of a file; lines that make no sense are passed over.
    ///
    /// - Parameter excluding: addresses of this cluster's own DNS, which must not ask itself.
    package init(_ text: String, excluding own: Set<NetworkAddress> = []) {
        for line in text.split(whereSeparator: \.isNewline) {
            let content = line.prefix { $0 != "#" && $0 != ";" }
            let words = content.split(whereSeparator: \.isWhitespace).map(String.init)
            switch words.first {
            case "nameserver":
                // A zone of an IPv6 address (fe80::1%eth0) names a link; such servers are not asked.
                guard words.count > 1, let address = NetworkAddress(words[1]), !own.contains(address) else { continue }
                if servers.count < 3, !servers.contains(address) { servers.append(address) }
            case "options":
                for option in words.dropFirst() { apply(option) }
            default:
                continue
            }
        }
    }

    private mutating func apply(_ option: String) {
        let parts = option.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let number = Int(parts[1]) else { return }
        if parts[0] == "timeout" { timeout = .seconds(min(max(number, 1), 30)) }
        if parts[0] == "attempts" { attempts = min(max(number, 1), 5) }
    }
}
