// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension Quantity: CustomStringConvertible, ExpressibleByStringLiteral {
    private static let binarySuffixes = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
    private static let decimalSuffixes: [(suffix: String, exponent: Int)] = [
        ("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18),
    ]

    /// For amounts written in source; a text that is none reads as 0.
    public init(stringLiteral value: String) { self = Quantity(value) ?? Quantity() }

    /// Reads a quantity: `1.5Gi`, `500m`, `1e9`; nil where the text is none.
    public init?(_ text: String) {
        var rest = Substring(text)
        var isNegative = false
        if let first = rest.first, first == "-" || first == "+" {
            isNegative = first == "-"
            rest = rest.dropFirst()
        }
        let whole = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(whole.count)
        var fraction: Substring = ""
        if rest.first == "." {
            rest = rest.dropFirst()
            fraction = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        guard let scale = Self.scale(of: String(rest)) else { return nil }
        let magnitude = Self.magnitude(Array((whole + fraction).utf8), fractionDigits: fraction.count, scale)
        self.init(nanos: isNegative ? -magnitude : magnitude, format: scale.format)
    }

    /// What a suffix multiplies by: two or ten to an exponent.
    private struct Scale {
        var base: Int64
        var exponent: Int
        var format: Format
    }

    private static func scale(of suffix: String) -> Scale? {
        if let index = binarySuffixes.firstIndex(of: suffix) {
            return Scale(base: 2, exponent: 10 * (index + 1), format: .binarySI)
        }
        if let known = decimalSuffixes.first(where: { $0.suffix == suffix }) {
            return Scale(base: 10, exponent: known.exponent, format: .decimalSI)
        }
        guard let first = suffix.first, first == "e" || first == "E", let exponent = Int(suffix.dropFirst()),
            abs(exponent) <= 1_000_000
        else { return nil }
        return Scale(base: 10, exponent: exponent, format: .decimalExponent)
    }

    /// Digits times the scale, in 10⁻⁹, rounded up, capped.
    private static func magnitude(_ digits: [UInt8], fractionDigits: Int, _ scale: Scale) -> Int128 {
        // The decimal exponent of the last digit, counted in 10⁻⁹.
        var exponent = 9 - fractionDigits + (scale.base == 10 ? scale.exponent : 0)
        var value: Int128 = 0
        var isRounded = false
        let limit = Int128.max / 16
        for digit in digits.drop(while: { $0 == 0x30 }) {
            guard value < limit / 10 else {
                // Digits past what fits count only for rounding up.
                exponent += 1
                isRounded = isRounded || digit != 0x30
                continue
            }
            value = value * 10 + Int128(digit - 0x30)
        }
        guard value > 0 else { return 0 }
        if scale.base == 2 {
            for _ in 0..<scale.exponent {
                guard value < limit else { return largest }
                value *= 2
            }
        }
        while exponent > 0 {
            guard value <= largest / 10 else { return largest }
            value *= 10
            exponent -= 1
        }
        while exponent < 0, value > 0 {
            isRounded = isRounded || value % 10 != 0
            value /= 10
            exponent += 1
        }
        return min(value + (isRounded ? 1 : 0), largest)
    }

    public var description: String { text }

    /// The canonical form: no fraction, the largest suffix that allows it. A binary amount that is small, or not whole, is shown with
    /// decimal suffixes, as exact as it is.
    public var text: String {
        if nanos == 0 { return "0" }
        let isLarge = nanos.magnitude >= UInt128(1024 * Self.one)
        if format == .binarySI, isLarge, nanos % Self.one == 0 { return binaryText }
        var number = nanos
        var exponent = -9
        while number % 1_000 == 0, exponent < 18 || format == .decimalExponent {
            number /= 1_000
            exponent += 3
        }
        if format == .decimalExponent { return exponent == 0 ? "\(number)" : "\(number)e\(exponent)" }
        let suffix = Self.decimalSuffixes.first { $0.exponent == exponent }?.suffix ?? ""
        return "\(number)\(suffix)"
    }

    private var binaryText: String {
        var number = Int128(value)
        var suffix = ""
        for next in Self.binarySuffixes where number % 1_024 == 0 {
            number /= 1_024
            suffix = next
        }
        return "\(number)\(suffix)"
    }
}
