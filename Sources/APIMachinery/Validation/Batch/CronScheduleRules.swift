// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The syntax of schedules: five fields, or a word.
///
/// - SeeAlso: `ParseStandard` of `robfig/cron`, whose messages users see.
enum CronScheduleRules {
    /// What is wrong with a schedule; nil where nothing is.
    static func fault(_ schedule: String) -> String? {
        var text = Substring(schedule)
        if text.hasPrefix("TZ=") || text.hasPrefix("CRON_TZ=") {
            let zone = text.prefix { $0 != " " }
            let name = String(zone[zone.index(after: zone.firstIndex(of: "=") ?? zone.startIndex)...])
            if !["", "UTC", "Local"].contains(name), !TimeZoneNames.contains(name) {
                return "provided bad location \(name): unknown time zone \(name)"
            }
            text = text[zone.endIndex...].drop(while: \.isWhitespace)
        }
        if text.hasPrefix("@") { return descriptorFault(text) }
        let fields = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard fields.count == 5 else {
            return "expected exactly 5 fields, found \(fields.count): \(GoText.list(fields))"
        }
        for (field, bounds) in zip(fields, bounds) {
            for part in field.split(separator: ",") {
                if let fault = fault(String(part), bounds) { return fault }
            }
        }
        return nil
    }

    private static let words: Set<Substring> = [
        "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly",
    ]

    private static func descriptorFault(_ text: Substring) -> String? {
        if words.contains(text) { return nil }
        guard text.hasPrefix("@every ") else { return "unrecognized descriptor: \(text)" }
        let duration = String(text.dropFirst("@every ".count))
        return isDuration(duration)
            ? nil : "failed to parse duration \(text): time: invalid duration \(GoText.quote(duration))"
    }

    /// Whether a text is a duration of Go: `1h30m`, `1.5s`, `-2ms`.
    private static func isDuration(_ text: String) -> Bool {
        var rest = Substring(text)
        if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
        if rest == "0" { return true }
        guard !rest.isEmpty else { return false }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            guard number.contains(where: \.isNumber), number.count(where: { $0 == "." }) <= 1 else { return false }
            rest = rest[number.endIndex...]
            let unit = rest.prefix { !($0.isASCII && $0.isNumber) && $0 != "." }
            guard ["ns", "us", "µs", "μs", "ms", "s", "m", "h"].contains(unit) else { return false }
            rest = rest[unit.endIndex...]
        }
        return true
    }

    private struct Bounds {
        var range: ClosedRange<Int>
        var names: [String] = []
    }

    private static let bounds = [
        Bounds(range: 0...59), Bounds(range: 0...23), Bounds(range: 1...31),
        Bounds(
            range: 1...12,
            names: ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        Bounds(range: 0...6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ]

    /// One part of a field: `*`, `3`, `1-5`, each with a step or without.
    private static func fault(_ part: String, _ bounds: Bounds) -> String? {
        let steps = part.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let ends = steps[0].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        var (start, end) = (bounds.range.lowerBound, bounds.range.upperBound)
        if ends[0] != "*", ends[0] != "?" {
            switch number(ends[0], bounds) {
            case .success(let value): start = value
            case .failure(let fault): return fault.text
            }
            guard ends.count <= 2 else { return "too many hyphens: \(part)" }
            end = start
            if ends.count == 2 {
                switch number(ends[1], bounds) {
                case .success(let value): end = value
                case .failure(let fault): return fault.text
                }
            }
        }
        var step = 1
        guard steps.count <= 2 else { return "too many slashes: \(part)" }
        if steps.count == 2 {
            switch number(steps[1], Bounds(range: 0...0)) {
            case .success(let value): step = value
            case .failure(let fault): return fault.text
            }
            if ends.count == 1 { end = bounds.range.upperBound }
        }
        let (low, high) = (bounds.range.lowerBound, bounds.range.upperBound)
        if start < low { return "beginning of range (\(start)) below minimum (\(low)): \(part)" }
        if end > high { return "end of range (\(end)) above maximum (\(high)): \(part)" }
        if start > end { return "beginning of range (\(start)) beyond end of range (\(end)): \(part)" }
        return step == 0 ? "step of range should be a positive number: \(part)" : nil
    }

    private struct Fault: Error { var text: String }

    private static func number(_ text: String, _ bounds: Bounds) -> Result<Int, Fault> {
        if !text.isEmpty, let index = bounds.names.firstIndex(of: text.lowercased()) { return .success(index) }
        guard let value = Int(text) else {
            let shown = GoText.quote(text)
            return .failure(
                Fault(text: "failed to parse int from \(text): strconv.Atoi: parsing \(shown): invalid syntax"))
        }
        return value < 0
            ? .failure(Fault(text: "negative number (\(value)) not allowed: \(text)")) : .success(value)
    }
}
