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
public struct NetworkAddress: Hashable, Sendable {
    /// The family of the address.
    public let family: AddressFamily
    // Two halves and not one 128-bit number: Swift 6.3 spills aggregates that hold one to stack slots without the alignment that it
    // then relies on, which ends the process.
    private let high: UInt64
    private let low: UInt64

    private init(_ family: AddressFamily, _ number: UInt128) {
        self.family = family
        high = UInt64(truncatingIfNeeded: number >> 64)
        low = UInt64(truncatingIfNeeded: number)
    }

    /// An IPv4 address.
    public static func v4(_ number: UInt32) -> NetworkAddress { NetworkAddress(.v4, UInt128(number)) }
    /// An IPv6 address.
    public static func v6(_ number: UInt128) -> NetworkAddress { NetworkAddress(.v6, number) }

    /// The address as a number; an IPv4 address uses the lowest 32 bits.
    public var number: UInt128 { UInt128(high) << 64 | UInt128(low) }

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
        switch family {
        case .v4: low >> 24 == 127
        case .v6: high == 0 && low == 1
        }
    }

    /// Whether the address is 0.0.0.0 or ::.
    public var isUnspecified: Bool { high == 0 && low == 0 }

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
        left.family == right.family
            ? (left.high, left.low) < (right.high, right.low) : left.family == .v4
    }
}
