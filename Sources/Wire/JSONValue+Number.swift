// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A JSON number, kept as its text so that nothing is lost between reading and writing.
public struct JSONNumber: Sendable, Equatable {
    /// The number as it stands in the document.
    public let text: String

    /// A number of this text, which must be a JSON number.
    public init(text: String) { self.text = text }

    /// A finite number in Go's shortest form (`1.5`, `1e+21`); what is not finite becomes 0, as JSON has no word for it.
    public init(_ value: Double) { text = Self.format(value) }

    /// The number as a 64-bit integer: nil with a fraction or exponent, or if it does not fit.
    public var int64Value: Int64? { Int64(text) }

    /// The number as a double; nil if it is too large for one.
    public var doubleValue: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// Equal as numbers: `1`, `1.0` and `1e0` are the same.
    public static func == (left: JSONNumber, right: JSONNumber) -> Bool {
        if left.text == right.text { return true }
        if let a = left.int64Value, let b = right.int64Value { return a == b }
        guard let a = left.doubleValue, let b = right.doubleValue else { return false }
        return a == b
    }

    /// Go's form of a float64 in JSON: shortest digits, exponents only below 1e-6 and from 1e21 on.
    static func format(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return value.sign == .minus && value == 0 ? "-0" : "0" }
        let sign = value < 0 ? "-" : ""
        let (digits, point) = shortestDigits(value.magnitude)
        // the value is 0.DIGITS times ten to the power of `point`
        if value.magnitude < 1e-6 || value.magnitude >= 1e21 {
            let exponent = point - 1
            let size = String(exponent.magnitude)
            let rest = digits.count > 1 ? "." + digits.dropFirst() : ""
            let mark = exponent < 0 ? "e-" : "e+"
            // Go drops the leading zero of small exponents (e-07 becomes e-7)
            return sign + digits.prefix(1) + rest + mark + (exponent >= 0 && size.count < 2 ? "0" + size : size)
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if digits.count <= point { return sign + digits + String(repeating: "0", count: point - digits.count) }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }

    private static func shortestDigits(_ value: Double) -> (digits: String, point: Int) {
        let parts = value.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".")
        var point = mantissa[0].count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        var digits = String(mantissa[0]) + (mantissa.count > 1 ? mantissa[1] : "")
        while digits.hasPrefix("0"), digits.count > 1 {
            digits.removeFirst()
            point -= 1
        }
        while digits.hasSuffix("0"), digits.count > 1 { digits.removeLast() }
        return (digits, point)
    }
}
