// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery

/// How long a request may take.
///
/// - SeeAlso: `WithRequestDeadline` of `k8s.io/apiserver/pkg/endpoints/filters`.
package enum RequestTimeLimit {
    /// The limit of a request that is not long-running.
    ///
    /// - Parameters:
    ///   - query: its `timeout`, where it has one, can shorten the limit.
    ///   - maximum: the server's own limit.
    /// - Throws: 400 for a `timeout` that is not a duration.
    package static func of(_ query: [(name: String, value: String)], maximum: Duration) throws(FailureStatus)
        -> Duration
    {
        guard let text = query.first(where: { $0.name == "timeout" })?.value, !text.isEmpty else { return maximum }
        do {
            let asked = try GoDuration.parse(text)
            return asked > .zero && asked < maximum ? asked : maximum
        } catch {
            throw .badRequest("invalid timeout specified in the request URL - \(error.message)")
        }
    }
}

/// Go's text form of durations: `1.5h`, `300ms`, `-1m30s`.
///
/// - SeeAlso: `time.ParseDuration`.
package enum GoDuration {
    /// What is wrong, in Go's words.
    package struct Fault: Error, Equatable {
        package var message: String
    }

    private static let units: [String: Double] = [
        "ns": 1e-9, "us": 1e-6, "\u{b5}s": 1e-6, "\u{3bc}s": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600,
    ]
    /// Go counts nanoseconds in 63 bits.
    private static let greatestSeconds = 9_223_372_036.0

    package static func parse(_ text: String) throws(Fault) -> Duration {
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if let sign = rest.first, sign == "-" || sign == "+" { rest.removeFirst() }
        if rest == "0" { return .zero }
        guard !rest.isEmpty else { throw invalid(text) }
        var seconds = 0.0
        while let first = rest.first {
            guard first == "." || isDigit(first) else { throw invalid(text) }
            let number = rest.prefix { $0 == "." || isDigit($0) }
            guard number.contains(where: isDigit), let value = Double("0" + number + "0"),
                number.count(where: { $0 == "." }) <= 1
            else { throw invalid(text) }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { $0 != "." && !isDigit($0) }
            guard !unit.isEmpty else { throw Fault(message: "time: missing unit in duration \(GoText.quote(text))") }
            guard let factor = units[String(unit)] else {
                throw Fault(
                    message: "time: unknown unit \(GoText.quote(String(unit))) in duration \(GoText.quote(text))")
            }
            rest = rest.dropFirst(unit.count)
            // "0" behind a number without a point multiplies it by ten
            seconds += (number.contains(".") ? value : value / 10) * factor
            guard seconds <= greatestSeconds else { throw invalid(text) }
        }
        return .seconds(isNegative ? -seconds : seconds)
    }

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

    private static func invalid(_ text: String) -> Fault {
        Fault(message: "time: invalid duration \(GoText.quote(text))")
    }
}
