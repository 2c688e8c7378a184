// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives

/// The parts of moments and durations.
enum CELTimeParts {
    static func call(
        _ name: String, _ values: [CELValue], _ zones: (any CELTimeZones)?
    ) throws(CELFailure) -> CELValue? {
        switch values.first {
        case .duration(let nanoseconds)? where values.count == 1: return span(name, nanoseconds)
        case .timestamp(let seconds, let rest)?:
            var shifted = seconds
            if values.count == 2 {
                guard case .string(let zone) = values[1] else { return nil }
                shifted += try offset(zone, seconds, zones)
            }
            return part(name, shifted, rest)
        default: return nil
        }
    }

    private static func span(_ name: String, _ nanoseconds: Int64) -> CELValue? {
        switch name {
        case "getHours": .int(nanoseconds / (3_600 * CELTimes.second))
        case "getMinutes": .int(nanoseconds / (60 * CELTimes.second))
        case "getSeconds": .int(nanoseconds / CELTimes.second)
        case "getMilliseconds": .int(nanoseconds / 1_000_000)
        default: nil
        }
    }

    private static func part(_ name: String, _ seconds: Int64, _ nanoseconds: Int32) -> CELValue? {
        let time = CivilTime(secondsSinceEpoch: seconds)
        switch name {
        case "getFullYear": return .int(Int64(time.year))
        case "getMonth": return .int(Int64(time.month - 1))
        case "getDate": return .int(Int64(time.day))
        case "getDayOfMonth": return .int(Int64(time.day - 1))
        case "getDayOfYear":
            var first = time
            (first.month, first.day, first.hour, first.minute, first.second) = (1, 1, 0, 0, 0)
            return .int((seconds - first.secondsSinceEpoch) / 86_400)
        case "getDayOfWeek":
            let days = (seconds - (seconds % 86_400 + 86_400) % 86_400) / 86_400
            return .int(((days + 4) % 7 + 7) % 7)
        case "getHours": return .int(Int64(time.hour))
        case "getMinutes": return .int(Int64(time.minute))
        case "getSeconds": return .int(Int64(time.second))
        case "getMilliseconds": return .int(Int64(nanoseconds) / 1_000_000)
        default: return nil
        }
    }

    /// The seconds that a zone is east of UTC at a moment: `UTC`, `+02:00`, `-03:30` or `Europe/Berlin`.
    private static func offset(
        _ zone: String, _ seconds: Int64, _ zones: (any CELTimeZones)?
    ) throws(CELFailure) -> Int64 {
        if zone.isEmpty || zone == "UTC" { return 0 }
        if let offset = zones?.offset(of: zone, at: seconds) { return offset }
        let isWest = zone.hasPrefix("-")
        let parts = (isWest || zone.hasPrefix("+") ? String(zone.dropFirst()) : zone).split(separator: ":")
        guard parts.count == 2, let hours = Int64(parts[0]), let minutes = Int64(parts[1]), (0..<24).contains(hours),
            (0..<60).contains(minutes)
        else { throw CELFailure("unknown time zone \(zone)") }
        return (hours * 3_600 + minutes * 60) * (isWest ? -1 : 1)
    }
}
