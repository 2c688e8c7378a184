// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The two families of Internet addresses, named as Kubernetes names them in `ipFamilies`.
public enum AddressFamily: String, Hashable, Sendable, CaseIterable {
    case v4 = "IPv4"
    case v6 = "IPv6"

    /// How many bits an address of the family has: 32 or 128.
    public var bitWidth: Int { self == .v4 ? 32 : 128 }
}

/// An IPv4 or IPv6 address as a number in host order.
///
/// Text is read as strictly as Kubernetes validates it today: no leading zeros in an IPv4 part, no zone, no port.
/// An IPv4-mapped IPv6 address stays an IPv6 address.
public enum NetworkAddress: Hashable, Sendable {
    case v4(UInt32)
    case v6(UInt128)

    /// The family of the address.
    public var family: AddressFamily {
        switch self {
        case .v4: .v4
        case .v6: .v6
        }
    }

    /// The address as a number; an IPv4 address uses the lowest 32 bits.
    public var number: UInt128 {
        switch self {
        case .v4(let value): UInt128(value)
        case .v6(let value): value
        }
    }

    /// Makes an address from its number.
    ///
    /// - Returns: `nil` when `number` does not fit into the family.
    public init?(family: AddressFamily, number: UInt128) {
        switch family {
        case .v4:
            guard let value = UInt32(exactly: number) else { return nil }
            self = .v4(value)
        case .v6:
            self = .v6(number)
        }
    }

    /// Makes an address from 4 or 16 bytes in network order.
    ///
    /// - Returns: `nil` for any other count.
    public init?(bytes: some Collection<UInt8>) {
        let number = bytes.prefix(16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        switch bytes.count {
        case 4: self = .v4(UInt32(truncatingIfNeeded: number))
        case 16: self = .v6(number)
        default: return nil
        }
    }

    /// The address in network order: 4 or 16 bytes.
    public var bytes: [UInt8] {
        let count = family.bitWidth / 8
        return (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt128((count - 1 - $0) * 8)) }
    }

    /// Whether the address belongs to the host itself: 127.0.0.0/8 or ::1.
    public var isLoopback: Bool {
        switch self {
        case .v4(let value): value >> 24 == 127
        case .v6(let value): value == 1
        }
    }

    /// Whether the address is 0.0.0.0 or ::.
    public var isUnspecified: Bool { number == 0 }

    /// The address `offset` after this one.
    ///
    /// - Returns: `nil` when that is outside of the family's range.
    public func advanced(by offset: UInt128) -> NetworkAddress? {
        let (sum, overflow) = number.addingReportingOverflow(offset)
        return overflow ? nil : NetworkAddress(family: family, number: sum)
    }
}

extension NetworkAddress: Comparable {
    /// IPv4 before IPv6, then by number.
    public static func < (left: NetworkAddress, right: NetworkAddress) -> Bool {
        switch (left, right) {
        case (.v4(let first), .v4(let second)): first < second
        case (.v6(let first), .v6(let second)): first < second
        case (.v4, .v6): true
        case (.v6, .v4): false
        }
    }
}
