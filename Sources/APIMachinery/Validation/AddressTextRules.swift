// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Primitives
import Wire

/// Texts that are addresses or networks.
///
/// - SeeAlso: `ip.go` of Kubernetes' `apimachinery/pkg/util/validation`.
extension ValueRules {
    /// An address as old software reads it: numbers of an IPv4 address, or of one at the end of IPv6, may begin with zeros.
    static func looseAddress(_ text: String) -> (address: NetworkAddress, isPadded: Bool)? {
        if let address = NetworkAddress(text) { return (address, false) }
        let start = text.lastIndex(of: ":").map(text.index(after:)) ?? text.startIndex
        let parts = text[start...].split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(NameRules.isDigit) }) else {
            return nil
        }
        let plain = parts.map { part in
            let digits = part.drop { $0 == "0" }
            return digits.isEmpty ? "0" : String(digits)
        }
        return NetworkAddress(text[..<start] + plain.joined(separator: ".")).map { ($0, true) }
    }

    /// Whether an IPv6 address stands for one of IPv4.
    private static func isMapped(_ address: NetworkAddress) -> Bool {
        let text = address.description
        return text.hasPrefix("::ffff:") && text.contains(".")
    }

    /// An IP address of either family, without leading zeros and none within the other.
    static func ipAddress(_ text: String, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        guard let (address, isPadded) = looseAddress(text) else {
            return [.invalid(path(), text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
        }
        if isPadded { return [.invalid(path(), text, "must not have leading 0s")] }
        return isMapped(address) ? [.invalid(path(), text, "must not be an IPv4-mapped IPv6 address")] : []
    }

    /// An IP address in its one way of writing.
    static func canonicalAddress(_ text: String, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        let errors = ipAddress(text, path())
        guard errors.isEmpty, let canonical = NetworkAddress(text)?.description, canonical != text else {
            return errors
        }
        return [.invalid(path(), text, "must be in canonical form (\(GoText.quote(canonical)))")]
    }

    /// A network (`10.0.0.0/8`) with no bits set beyond its prefix.
    static func cidr(_ text: String, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        guard let parsed = parseCIDR(text) else {
            return [.invalid(path(), text, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")]
        }
        if parsed.isPadded { return [.invalid(path(), text, "must not have leading 0s in IP or prefix length")] }
        if isMapped(parsed.address) { return [.invalid(path(), text, "must not have an IPv4-mapped IPv6 address")] }
        let isExact = parsed.network.network == parsed.address
        return isExact ? [] : [.invalid(path(), text, "must not have bits set beyond the prefix length")]
    }

    /// A network in its one way of writing.
    static func canonicalCIDR(_ text: String, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        let errors = cidr(text, path())
        guard errors.isEmpty, let network = parseCIDR(text)?.network else { return errors }
        let canonical = "\(network.network)/\(network.prefixLength)"
        if canonical == text { return [] }
        return [.invalid(path(), text, "must be in canonical form (\(GoText.quote(canonical)))")]
    }

    /// The network that a text names, as old software reads it, and the address before the slash.
    static func parseCIDR(_ text: String) -> (network: CIDR, address: NetworkAddress, isPadded: Bool)? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.allSatisfy(NameRules.isDigit), let length = Int(parts[1]),
            let (address, isPadded) = looseAddress(String(parts[0])),
            let network = CIDR(address, prefixLength: length)
        else { return nil }
        return (network, address, isPadded || parts[1].utf8.count > 1 && parts[1].hasPrefix("0"))
    }
}
