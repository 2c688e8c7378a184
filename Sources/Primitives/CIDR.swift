// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A block of addresses: a network address and how many leading bits are fixed.
public struct CIDR: Hashable, Sendable {
    /// The first address of the block; all bits after the prefix are zero.
    public let network: NetworkAddress
    /// How many leading bits are fixed: 0...32 for IPv4, 0...128 for IPv6.
    public let prefixLength: Int

    /// Makes the block that `address` is in.
    ///
    /// - Returns: `nil` when the prefix is longer than the address, or negative.
    public init?(_ address: NetworkAddress, prefixLength: Int) {
        let width = address.family.bitWidth
        guard (0...width).contains(prefixLength),
            let network = NetworkAddress(
                family: address.family,
                number: address.number & Self.mask(prefixLength: prefixLength, bitWidth: width))
        else { return nil }
        self.network = network
        self.prefixLength = prefixLength
    }

    /// The family of the block's addresses.
    public var family: AddressFamily { network.family }

    /// Whether the address is in the block.
    public func contains(_ address: NetworkAddress) -> Bool {
        guard address.family == family else { return false }
        return address.number & Self.mask(prefixLength: prefixLength, bitWidth: family.bitWidth) == network.number
    }

    /// Whether every address of `other` is in this block.
    public func contains(_ other: CIDR) -> Bool {
        other.prefixLength >= prefixLength && contains(other.network)
    }

    /// Whether some address is in both blocks.
    public func overlaps(_ other: CIDR) -> Bool {
        contains(other.network) || other.contains(network)
    }

    /// The address at `offset` from the start of the block, which is offset 0.
    ///
    /// - Returns: `nil` when the block is smaller.
    public func address(at offset: UInt128) -> NetworkAddress? {
        guard let address = network.advanced(by: offset), contains(address) else { return nil }
        return address
    }

    /// The last address of the block (the broadcast address of an IPv4 subnet).
    public var last: NetworkAddress {
        let hostBits = ~Self.mask(prefixLength: prefixLength, bitWidth: family.bitWidth)
        let number = network.number | hostBits & Self.mask(prefixLength: family.bitWidth, bitWidth: family.bitWidth)
        return NetworkAddress(family: family, number: number) ?? network
    }

    /// The bits that a prefix fixes, within the lowest `bitWidth` bits.
    private static func mask(prefixLength: Int, bitWidth: Int) -> UInt128 {
        let ones = bitWidth == 128 ? UInt128.max : (UInt128(1) << UInt128(bitWidth)) - 1
        return ones & ~(bitWidth == prefixLength ? 0 : ones >> UInt128(prefixLength))
    }
}

extension CIDR: LosslessStringConvertible {
    /// Reads `address/prefix`. Bits after the prefix may be set in the text; they are dropped.
    ///
    /// - Returns: `nil` when the text is no block.
    public init?(_ text: String) {
        guard let slash = text.firstIndex(of: "/"), let address = NetworkAddress(String(text[..<slash])) else {
            return nil
        }
        let length = text[text.index(after: slash)...]
        guard (1...3).contains(length.utf8.count), length.utf8.allSatisfy({ (48...57).contains($0) }),
            length.utf8.count == 1 || length.first != "0", let prefixLength = Int(length)
        else { return nil }
        self.init(address, prefixLength: prefixLength)
    }

    /// `address/prefix` in canonical form.
    public var description: String { "\(network)/\(prefixLength)" }
}

extension CIDR: Comparable {
    /// By first address, then larger blocks first.
    public static func < (left: CIDR, right: CIDR) -> Bool {
        (left.network, left.prefixLength) < (right.network, right.prefixLength)
    }
}
