// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Wire

/// A number or a text (ports, percentages): `intstr.IntOrString`.
public enum IntOrString: WireValue, Hashable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    case int(Int32)
    case string(String)

    public init() { self = .int(0) }
    public init(integerLiteral value: Int32) { self = .int(value) }
    public init(stringLiteral value: String) { self = .string(value) }

    /// As text, whichever it is.
    public var text: String {
        switch self {
        case .int(let value): String(value)
        case .string(let value): value
        }
    }

    /// The share of `total` that it stands for: a number as it is, a percentage of `total` rounded up or down.
    ///
    /// - Returns: nil for a text that is not a percentage.
    public func scaled(of total: Int, roundingUp: Bool) -> Int? {
        switch self {
        case .int(let value): return Int(value)
        case .string(let text):
            guard text.hasSuffix("%"), let percent = Int(text.dropLast()), abs(percent) <= 1_000_000 else { return nil }
            let product = percent * total
            return roundingUp ? Int((Double(product) / 100).rounded(.up)) : Int((Double(product) / 100).rounded(.down))
        }
    }

    public mutating func decode(json reader: inout JSONReader) throws(JSONFault) {
        if try reader.takeNull() { return }
        if try reader.nextByte() == UInt8(ascii: "\"") {
            self = .string(try reader.string())
        } else {
            self = .int(try reader.int32())
        }
    }

    public func encode(json writer: inout JSONWriter) {
        switch self {
        case .int(let value): writer.int(value)
        case .string(let value): writer.string(value)
        }
    }

    public mutating func decode(protobuf reader: inout ProtobufReader) throws(ProtobufFault) {
        var isString = false
        var number: Int32 = 0
        var text = ""
        while let field = try reader.nextField() {
            switch field.number {
            case 1: isString = try reader.int64(field) == 1
            case 2: number = try reader.int32(field)
            case 3: text = try reader.string(field)
            default: try reader.skip(field)
            }
        }
        self = isString ? .string(text) : .int(number)
    }

    public func encode(protobuf writer: inout ProtobufWriter) {
        switch self {
        case .int(let value):
            writer.string(3, "")
            writer.int(2, value)
            writer.int(1, Int32(0))
        case .string(let value):
            writer.string(3, value)
            writer.int(2, Int32(0))
            writer.int(1, Int32(1))
        }
    }
}
