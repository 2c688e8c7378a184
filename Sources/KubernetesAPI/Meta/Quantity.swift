// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Wire

/// An amount of a resource, exact to 10⁻⁹: `resource.Quantity`.
///
/// - SeeAlso: "Quantity" of the Kubernetes API reference.
public struct Quantity: WireValue, Hashable, Comparable {
    /// How the amount is written.
    public enum Format: UInt8, Sendable { case decimalSI, binarySI, decimalExponent }

    // Two halves and not one 128-bit number: Swift 6.3 spills aggregates that hold one to stack slots without the alignment that it
    // then relies on, which ends the process.
    private var high: Int64
    private var low: UInt64
    public private(set) var format: Format

    static let one: Int128 = 1_000_000_000
    static let largest: Int128 = Int128(Int64.max) * one

    /// The amount times 10⁹. Amounts are capped at 2⁶³ − 1.
    public var nanos: Int128 { Int128(high) << 64 | Int128(low) }

    public init() {
        high = 0
        low = 0
        format = .decimalSI
    }

    init(nanos: Int128, format: Format) {
        let capped = min(max(nanos, -Self.largest), Self.largest)
        high = Int64(truncatingIfNeeded: capped >> 64)
        low = UInt64(truncatingIfNeeded: capped)
        self.format = format
    }

    /// A whole amount.
    public init(_ value: Int64, format: Format = .decimalSI) {
        self.init(nanos: Int128(value) * Self.one, format: format)
    }

    /// An amount in thousandths.
    public init(milli: Int64, format: Format = .decimalSI) {
        self.init(nanos: Int128(milli) * 1_000_000, format: format)
    }

    /// The amount, rounded up to a whole number.
    public var value: Int64 { rounded(to: Self.one) }

    /// The amount in thousandths, rounded up.
    public var milliValue: Int64 { rounded(to: 1_000_000) }

    /// Rounds away from zero, as upstream's `RoundUp`.
    private func rounded(to unit: Int128) -> Int64 {
        let quotient = nanos / unit
        let rest = nanos % unit
        let value = rest == 0 ? quotient : quotient + (nanos < 0 ? -1 : 1)
        return Int64(clamping: value)
    }

    public var isZero: Bool { high == 0 && low == 0 }

    public static func < (a: Quantity, b: Quantity) -> Bool { a.nanos < b.nanos }
    public static func == (a: Quantity, b: Quantity) -> Bool { a.high == b.high && a.low == b.low }
    public func hash(into hasher: inout Hasher) {
        hasher.combine(high)
        hasher.combine(low)
    }

    /// The sum, in the format of the first that is not zero.
    public static func + (a: Quantity, b: Quantity) -> Quantity {
        Quantity(nanos: a.nanos + b.nanos, format: a.isZero ? b.format : a.format)
    }

    public static func - (a: Quantity, b: Quantity) -> Quantity {
        Quantity(nanos: a.nanos - b.nanos, format: a.isZero ? b.format : a.format)
    }

    public static func += (a: inout Quantity, b: Quantity) { a = a + b }
    public static func -= (a: inout Quantity, b: Quantity) { a = a - b }

    public mutating func decode(json reader: inout JSONReader) throws(JSONFault) {
        if try reader.takeNull() { self = Quantity(); return }
        let offset = reader.offset
        let isText = try reader.nextByte() == UInt8(ascii: "\"")
        let text = isText ? try reader.string() : String(decoding: try reader.rawValue(), as: UTF8.self)
        guard let value = Quantity(text) ?? Quantity(Self.trimmed(text)) else {
            throw JSONFault(.invalidValue(message: Self.fault(Self.trimmed(text))), at: offset)
        }
        self = value
    }

    /// White space around an amount does not count in JSON.
    private static func trimmed(_ text: String) -> String {
        var scalars = text.unicodeScalars[...]
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }

    /// What upstream says of a text that is no quantity.
    public static func fault(_ text: String) -> String {
        let isDigit: (UInt8) -> Bool = { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        let isSign: (UInt8) -> Bool = { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
        var rest = Array(text.utf8)[...]
        guard !rest.isEmpty else { return formatMessage }
        if let first = rest.first, isSign(first) { rest = rest.dropFirst() }
        rest = rest.drop(while: isDigit)
        if rest.first == UInt8(ascii: ".") { rest = rest.dropFirst().drop(while: isDigit) }
        rest = rest.drop { "eEinumkKMGTP".utf8.contains($0) }
        if let first = rest.first, isSign(first) { rest = rest.dropFirst() }
        return rest.drop(while: isDigit).isEmpty ? "unable to parse quantity's suffix" : formatMessage
    }

    /// What upstream says of a text that has not even the form of a quantity.
    public static let formatMessage =
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

    public func encode(json writer: inout JSONWriter) { writer.string(text) }

    public mutating func decode(protobuf reader: inout ProtobufReader) throws(ProtobufFault) {
        while let field = try reader.nextField() {
            guard field.number == 1 else { try reader.skip(field); continue }
            let text = try reader.string(field)
            guard let value = Quantity(text) else { throw ProtobufFault(message: Self.fault(text), offset: 0) }
            self = value
        }
    }

    public func encode(protobuf writer: inout ProtobufWriter) { writer.string(1, text) }
}
