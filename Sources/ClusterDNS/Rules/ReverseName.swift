// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

/// Names below `in-addr.arpa` and `ip6.arpa` (RFC 1035, section 3.5; RFC 3596, section 2.5).
package enum ReverseName {
    private static let v4Suffix = [Array("in-addr".utf8), Array("arpa".utf8)]
    private static let v6Suffix = [Array("ip6".utf8), Array("arpa".utf8)]

    /// The address that a name stands for.
    ///
    /// - Returns: `nil` for other names, and for those of whole blocks.
    package static func address(_ name: DNSName) -> NetworkAddress? {
        let parts = name.labels.dropLast(2).reversed().map { String(decoding: $0, as: UTF8.self) }
        let suffix = Array(name.labels.suffix(2))
        if suffix == v4Suffix, parts.count == 4 {
            return NetworkAddress(parts.joined(separator: "."))
        }
        guard suffix == v6Suffix, parts.count == 32, parts.allSatisfy({ $0.utf8.count == 1 }) else { return nil }
        let text = stride(from: 0, to: 32, by: 4).map { parts[$0..<($0 + 4)].joined() }.joined(separator: ":")
        return NetworkAddress(text)
    }

    /// The name that stands for an address.
    package static func name(_ address: NetworkAddress) -> DNSName {
        switch address.family {
        case .v4:
            return DNSName(labels: address.bytes.reversed().map { Array(String($0).utf8) } + v4Suffix)
        case .v6:
            let digits = address.bytes.flatMap { [$0 >> 4, $0 & 15] }.reversed()
            return DNSName(labels: digits.map { Array(String($0, radix: 16).utf8) } + v6Suffix)
        }
    }
}
