// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives

/// An address: `net.IP`.
struct CELAddress: CELExtension {
    let address: NetworkAddress

    init(_ address: NetworkAddress) { self.address = address }

    init(_ text: String) throws(CELFailure) {
        let start = "IP Address \(GoText.quote(text)) parse error during conversion from string: "
        guard !text.utf8.contains(UInt8(ascii: "%")), let address = NetworkAddress(text) else {
            throw CELFailure(start + "ParseAddr(\(GoText.quote(text))): unable to parse IP")
        }
        if address.family == .v6, address.bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) {
            throw CELFailure("IPv4-mapped IPv6 address \(GoText.quote(text)) is not allowed")
        }
        self.address = address
    }

    var typeName: String { "net.IP" }

    func isEqual(to other: any CELExtension) -> Bool { (other as? CELAddress)?.address == address }

    func call(_ name: String, _ arguments: [CELValue]) throws(CELFailure) -> CELValue? {
        guard arguments.isEmpty else { return nil }
        switch name {
        case "string": return .string(address.description)
        case "family": return .int(address.family == .v4 ? 4 : 6)
        case "isUnspecified": return .bool(address.isUnspecified)
        case "isLoopback": return .bool(address.isLoopback)
        case "isLinkLocalMulticast": return .bool(isLinkLocalMulticast)
        case "isLinkLocalUnicast": return .bool(isLinkLocalUnicast)
        case "isGlobalUnicast":
            let isBroadcast = address.bytes == [255, 255, 255, 255]
            return .bool(
                !address.isUnspecified && !address.isLoopback && !isMulticast && !isLinkLocalUnicast && !isBroadcast)
        default: return nil
        }
    }

    private var isMulticast: Bool {
        guard let first = address.bytes.first else { return false }
        return address.family == .v4 ? first & 0xF0 == 0xE0 : first == 0xFF
    }

    private var isLinkLocalMulticast: Bool {
        let bytes = address.bytes
        return address.family == .v4
            ? bytes.starts(with: [224, 0, 0]) : bytes[0] == 0xFF && bytes[1] & 0x0F == 2
    }

    private var isLinkLocalUnicast: Bool {
        let bytes = address.bytes
        return address.family == .v4
            ? bytes.starts(with: [169, 254]) : bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
    }
}

/// An address with the length of its network's prefix: `net.CIDR`.
struct CELNetwork: CELExtension {
    let address: NetworkAddress
    let network: CIDR

    init(_ text: String) throws(CELFailure) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = NetworkAddress(String(parts[0])), !parts[1].isEmpty,
            parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), parts[1] == "0" || !parts[1].hasPrefix("0"),
            let length = Int(parts[1]), length <= address.family.bitWidth
        else {
            throw CELFailure(
                "network address parse error during conversion from string: netip.ParsePrefix(\(GoText.quote(text))): invalid"
            )
        }
        guard let network = Self.network(address, length) else { throw CELFailure("invalid CIDR") }
        self.address = address
        self.network = network
    }

    private init(_ address: NetworkAddress, _ network: CIDR) {
        self.address = address
        self.network = network
    }

    private static func network(_ address: NetworkAddress, _ length: Int) -> CIDR? {
        var bytes = address.bytes
        for index in bytes.indices {
            let kept = min(8, max(0, length - index * 8))
            bytes[index] &= kept == 0 ? 0 : UInt8(truncatingIfNeeded: 0xFF << (8 - kept))
        }
        return NetworkAddress(bytes: bytes).flatMap { CIDR($0, prefixLength: length) }
    }

    var typeName: String { "net.CIDR" }

    func isEqual(to other: any CELExtension) -> Bool {
        guard let other = other as? CELNetwork else { return false }
        return other.address == address && other.network == network
    }

    func call(_ name: String, _ arguments: [CELValue]) throws(CELFailure) -> CELValue? {
        switch (name, arguments.first) {
        case ("string", nil): return .string("\(address)/\(network.prefixLength)")
        case ("ip", nil): return .other(CELAddress(address))
        case ("prefixLength", nil): return .int(Int64(network.prefixLength))
        case ("masked", nil): return .other(CELNetwork(network.network, network))
        case ("containsIP", .string(let text)?): return .bool(network.contains(try CELAddress(text).address))
        case ("containsIP", .other(let other)?):
            return (other as? CELAddress).map { .bool(network.contains($0.address)) }
        case ("containsCIDR", .string(let text)?): return .bool(network.contains(try CELNetwork(text).network))
        case ("containsCIDR", .other(let other)?):
            return (other as? CELNetwork).map { .bool(network.contains($0.network)) }
        default: return nil
        }
    }
}
