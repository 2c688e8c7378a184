// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Bytes of a netlink message or attribute, in the host's byte order unless a caller says otherwise.
///
/// Follows the kernel's `Documentation/userspace-api/netlink/intro.rst`: everything is aligned to four bytes.
public struct NetlinkPayload: Sendable, Equatable {
    /// The bytes so far.
    public private(set) var bytes: [UInt8] = []

    /// Makes an empty payload.
    public init() {}

    /// Appends a number in host order.
    public mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
    }

    /// Appends raw bytes.
    public mutating func append(raw: some Sequence<UInt8>) {
        bytes.append(contentsOf: raw)
    }

    /// Appends an attribute: its length, type, value and padding.
    ///
    /// - Parameter value: at most 65,531 bytes; longer ones are cut.
    public mutating func append(attribute type: UInt16, _ value: some Collection<UInt8>) {
        let value = value.prefix(Int(UInt16.max) - 4)
        append(UInt16(truncatingIfNeeded: value.count + 4))
        append(type)
        append(raw: value)
        pad()
    }

    /// Appends an attribute with a number in host order.
    public mutating func append(attribute type: UInt16, number: some FixedWidthInteger) {
        append(attribute: type, withUnsafeBytes(of: number) { Array($0) })
    }

    /// Appends an attribute with text, ended by a zero byte.
    public mutating func append(attribute type: UInt16, text: String) {
        append(attribute: type, Array(text.utf8) + [0])
    }

    /// Appends an attribute made of attributes.
    public mutating func append(nested type: UInt16, _ build: (inout NetlinkPayload) -> Void) {
        var inner = NetlinkPayload()
        build(&inner)
        append(attribute: type, inner.bytes)
    }

    private mutating func pad() {
        while bytes.count % 4 != 0 { bytes.append(0) }
    }
}

/// The attributes of a received message, the last of each type.
public struct NetlinkAttributes: Sendable, Equatable {
    private var values: [UInt16: ArraySlice<UInt8>] = [:]

    /// Reads attributes until the bytes end or make no sense.
    public init(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while rest.count >= 4 {
            let length = Int(rest.number(at: 0, as: UInt16.self) ?? 0)
            // The two highest bits of the type say "nested" and "network order".
            let type = (rest.number(at: 2, as: UInt16.self) ?? 0) & 0x3fff
            guard length >= 4, length <= rest.count else { return }
            values[type] = rest.dropFirst(4).prefix(length - 4)
            rest = rest.dropFirst((length + 3) & ~3)
        }
    }

    /// The bytes of an attribute.
    public subscript(type: UInt16) -> ArraySlice<UInt8>? { values[type] }

    /// An attribute as a number in host order.
    public func number<Number: FixedWidthInteger>(_ type: UInt16, as _: Number.Type = Number.self) -> Number? {
        values[type]?.number(at: 0, as: Number.self)
    }

    /// An attribute as text, without the zero byte at its end.
    public func text(_ type: UInt16) -> String? {
        values[type].map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// An attribute as an address of 4 or 16 bytes.
    public func address(_ type: UInt16) -> NetworkAddress? { values[type].flatMap { NetworkAddress(bytes: $0) } }

    /// The attributes inside of an attribute.
    public func nested(_ type: UInt16) -> NetlinkAttributes? { values[type].map { NetlinkAttributes($0) } }
}

extension ArraySlice<UInt8> {
    /// The number in host order that begins `offset` bytes after the start.
    ///
    /// - Returns: `nil` when the slice ends before it does.
    public func number<Number: FixedWidthInteger>(at offset: Int, as _: Number.Type = Number.self) -> Number? {
        let size = Number.bitWidth / 8
        guard offset >= 0, count - offset >= size else { return nil }
        var value = Number.zero
        Swift.withUnsafeMutableBytes(of: &value) {
            $0.copyBytes(from: self[(startIndex + offset)..<(startIndex + offset + size)])
        }
        return value
    }
}

/// A message that came back from the kernel.
public struct NetlinkMessage: Sendable, Equatable {
    /// What the message is, for instance `RTM_NEWROUTE`.
    public var type: UInt16
    public var flags: UInt16
    public var sequence: UInt32
    /// What follows the header: a fixed part that depends on the type, then attributes.
    public var body: ArraySlice<UInt8>

    /// Splits what was received into messages; stops where bytes make no sense.
    public static func parse(_ bytes: ArraySlice<UInt8>) -> [NetlinkMessage] {
        var messages: [NetlinkMessage] = []
        var rest = bytes
        while let length = rest.number(at: 0, as: UInt32.self).map({ Int($0) }), length >= 16, length <= rest.count,
            let type = rest.number(at: 4, as: UInt16.self), let flags = rest.number(at: 6, as: UInt16.self),
            let sequence = rest.number(at: 8, as: UInt32.self)
        {
            messages.append(
                NetlinkMessage(
                    type: type, flags: flags, sequence: sequence, body: rest.dropFirst(16).prefix(length - 16)))
            rest = rest.dropFirst((length + 3) & ~3)
        }
        return messages
    }
}
