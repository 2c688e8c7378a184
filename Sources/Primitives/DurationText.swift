// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Durations as the flags of Kubernetes' components write them: `300ms`, `1.5h`, `2h45m`.
///
/// - SeeAlso: `time.ParseDuration` of Go.
public enum DurationText {
    private static let units: [(name: String, nanoseconds: Double)] = [
        ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
    ]

    /// - Returns: nil for text that is no duration, or one beyond 292 years.
    public static func parse(_ text: String) -> Duration? {
        var rest = Substring(text)
        let isNegative = rest.hasPrefix("-")
        if isNegative || rest.hasPrefix("+") { rest = rest.dropFirst() }
        if rest == "0" { return .zero }
        guard !rest.isEmpty else { return nil }
        var nanoseconds = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
            guard digits.contains(where: { $0 != "." }), let amount = Double(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { !("0"..."9").contains($0) && $0 != "." }
            guard let unit = units.first(where: { $0.name == name }) else { return nil }
            rest = rest.dropFirst(name.count)
            nanoseconds += amount * unit.nanoseconds
        }
        guard nanoseconds <= 9.2e18 else { return nil }
        return .nanoseconds(Int64(isNegative ? -nanoseconds : nanoseconds))
    }
}
