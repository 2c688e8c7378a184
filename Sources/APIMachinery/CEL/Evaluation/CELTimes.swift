// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives

/// Durations and timestamps as expressions write them.
enum CELTimes {
    static let second: Int64 = 1_000_000_000
    /// The years 1 to 9999, in seconds since 1970.
    private static let seconds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    static func isValid(seconds value: Int64) -> Bool { seconds.contains(value) }

    /// The nanoseconds of `1h30m`, `-1.5s` and the like.
    static func duration(_ text: String) -> Int64? {
        guard let parsed = DurationText.parse(text) else { return nil }
        let (whole, rest) = parsed.components
        let (product, overflow) = whole.multipliedReportingOverflow(by: second)
        if overflow { return nil }
        let (sum, sumOverflow) = product.addingReportingOverflow(rest / 1_000_000_000)
        return sumOverflow ? nil : sum
    }

    /// A moment in RFC 3339.
    static func timestamp(_ text: String) -> (seconds: Int64, nanoseconds: Int32)? {
        guard let parsed = CivilTime.parse(text), isValid(seconds: parsed.seconds) else { return nil }
        return parsed
    }

    /// RFC 3339 with as many digits of a second as are needed.
    static func text(seconds: Int64, nanoseconds: Int32) -> String {
        CivilTime(secondsSinceEpoch: seconds).text + fraction(Int64(nanoseconds)) + "Z"
    }

    private static func fraction(_ nanoseconds: Int64) -> String {
        guard nanoseconds > 0 else { return "" }
        var digits = String(nanoseconds)
        digits = "." + String(repeating: "0", count: max(0, 9 - digits.count)) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return digits
    }

    /// A duration in seconds: `1.5s`.
    static func text(nanoseconds: Int64) -> String {
        let magnitude = nanoseconds.magnitude
        let whole = magnitude / UInt64(second)
        return (nanoseconds < 0 ? "-" : "") + String(whole)
            + fraction(Int64(magnitude % UInt64(second))) + "s"
    }
}
