// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Wire

/// A span of time, written as Go writes it (`1h0m0s`): `metav1.Duration`.
public struct MetaDuration: WireValue, Hashable {
    public var nanoseconds: Int64

    public init() { nanoseconds = 0 }
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// The same span.
    public var duration: Duration { .nanoseconds(nanoseconds) }

    private static let units: [(name: String, size: Double)] = [
        ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3_600e9),
    ]

    /// Reads Go's form: a sign, then numbers with units (`1h15m30.918s`); nil where the text has another form.
    public init?(_ text: String) {
        var rest = Substring(text)
        var sign = 1.0
        if let first = rest.first, first == "-" || first == "+" {
            sign = first == "-" ? -1 : 1
            rest = rest.dropFirst()
        }
        if rest == "0" { self.init(nanoseconds: 0); return }
        var total = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !$0.isNumber && $0 != "." }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), let size = Self.units.first(where: { $0.name == unit })?.size else {
                return nil
            }
            total += value * size
        }
        guard let nanoseconds = Int64(exactly: (sign * total).rounded()) else { return nil }
        self.init(nanoseconds: nanoseconds)
    }

    /// Go's form.
    public var text: String {
        if nanoseconds == 0 { return "0s" }
        let sign = nanoseconds < 0 ? "-" : ""
        let size = nanoseconds.magnitude
        if size < 1_000 { return "\(sign)\(size)ns" }
        if size < 1_000_000 { return sign + Self.decimal(size, 1_000) + "µs" }
        if size < 1_000_000_000 { return sign + Self.decimal(size, 1_000_000) + "ms" }
        let minutes = size / 60_000_000_000
        let seconds = Self.decimal(size % 60_000_000_000, 1_000_000_000) + "s"
        if minutes == 0 { return sign + seconds }
        return minutes < 60 ? "\(sign)\(minutes)m\(seconds)" : "\(sign)\(minutes / 60)h\(minutes % 60)m\(seconds)"
    }

    private static func decimal(_ value: UInt64, _ unit: UInt64) -> String {
        var fraction = String(value % unit + unit).dropFirst()
        while fraction.hasSuffix("0") { fraction = fraction.dropLast() }
        return fraction.isEmpty ? String(value / unit) : "\(value / unit).\(fraction)"
    }

    public mutating func decode(json reader: inout JSONReader) throws(JSONFault) {
        let offset = reader.offset
        let text = try reader.string(expected: "string")
        guard let value = MetaDuration(text) else {
            throw JSONFault(.invalidValue(message: "time: invalid duration \"\(text)\""), at: offset)
        }
        self = value
    }

    public func encode(json writer: inout JSONWriter) { writer.string(text) }

    public mutating func decode(protobuf reader: inout ProtobufReader) throws(ProtobufFault) {
        while let field = try reader.nextField() {
            if field.number == 1 { nanoseconds = try reader.int64(field) } else { try reader.skip(field) }
        }
    }

    public func encode(protobuf writer: inout ProtobufWriter) { writer.int(1, nanoseconds) }
}
