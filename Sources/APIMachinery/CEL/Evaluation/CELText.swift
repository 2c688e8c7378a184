// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Values as texts.
enum CELText {
    /// A double as Go's `%g` writes it: `1`, `0.5`, `1e+06`.
    static func double(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == 0 { return value.sign == .minus ? "-0" : "0" }
        let (digits, exponent) = shortest(value.magnitude)
        let sign = value < 0 ? "-" : ""
        if exponent < -4 || exponent >= 21 || exponent >= 6 && exponent >= max(6, 0) {
            let mantissa = digits.count == 1 ? digits : digits.prefix(1) + "." + digits.dropFirst()
            let power = String(exponent.magnitude)
            return sign + mantissa + "e" + (exponent < 0 ? "-" : "+") + (power.count < 2 ? "0" : "") + power
        }
        if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits }
        if digits.count <= exponent + 1 {
            return sign + digits + String(repeating: "0", count: exponent + 1 - digits.count)
        }
        return sign + digits.prefix(exponent + 1) + "." + digits.dropFirst(exponent + 1)
    }

    /// The fewest digits that tell a double apart, and the power of ten of the first.
    private static func shortest(_ value: Double) -> (String, Int) {
        let parts = value.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        var digits = mantissa.joined()
        exponent += mantissa[0].count - 1
        while digits.hasPrefix("0"), digits.count > 1 {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.hasSuffix("0"), digits.count > 1 { digits.removeLast() }
        return (digits, exponent)
    }

    /// A double with so many digits after the point, plain or as a power of ten.
    static func double(_ value: Double, precision: Int, isScientific: Bool) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        var buffer = [CChar](repeating: 0, count: 400 + max(0, precision))
        let form = isScientific ? "%.*e" : "%.*f"
        let length = withVaList([Int32(clamping: precision), value]) { vsnprintf(&buffer, buffer.count, form, $0) }
        return String(decoding: buffer.prefix(max(0, Int(length))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// How `%s` shows a value.
    static func shown(_ value: CELValue) throws(CELFailure) -> String {
        switch value {
        case .null: return "null"
        case .bool(let value): return String(value)
        case .int(let value): return String(value)
        case .uint(let value): return String(value)
        case .double(let value):
            if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
            return double(value)
        case .string(let text): return text
        case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .timestamp(let seconds, let rest): return CELTimes.text(seconds: seconds, nanoseconds: rest)
        case .duration(let nanoseconds): return CELTimes.text(nanoseconds: nanoseconds)
        case .type(let name): return name
        case .list(let elements):
            var texts: [String] = []
            for element in elements { texts.append(try shown(element)) }
            return "[" + texts.joined(separator: ", ") + "]"
        case .map(let map):
            var texts: [String] = []
            for entry in map.entries { texts.append(try shown(entry.key) + ": " + shown(entry.value)) }
            return "{" + texts.sorted().joined(separator: ", ") + "}"
        default:
            throw CELFailure(
                "error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given \(value.typeName)"
            )
        }
    }
}
