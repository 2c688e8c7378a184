// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// How far a time zone is from UTC, and since when: the contents of one file of the tz database.
///
/// - SeeAlso: RFC 9636 (TZif).
public struct TimeZoneRules: Sendable, Equatable {
    /// When each period begins, in seconds since 1970, ascending.
    private var starts: [Int64] = []
    /// Seconds east of UTC, one for each start.
    private var offsets: [Int64] = []
    /// Before the first start.
    private var first: Int64 = 0
    /// After the last start, where the file says.
    private var rest: TimeZoneRecurrence?

    /// - Returns: nil for bytes that are no TZif file of version 2 or later.
    public init?(tzif bytes: [UInt8]) {
        var reader = TZifReader(bytes)
        guard let old = reader.header(), old.version >= 2, reader.skip(old.size(timeSize: 4)),
            let header = reader.header(), header.types > 0
        else { return nil }
        for _ in 0..<header.times {
            guard let time = reader.int64() else { return nil }
            starts.append(time)
        }
        var indexes: [Int] = []
        for _ in 0..<header.times {
            guard let index = reader.byte(), index < header.types else { return nil }
            indexes.append(Int(index))
        }
        var types: [(offset: Int64, isSummer: Bool)] = []
        for _ in 0..<header.types {
            guard let offset = reader.int32(), let isSummer = reader.byte(), reader.skip(1) else { return nil }
            types.append((Int64(offset), isSummer != 0))
        }
        guard reader.skip(header.characters + header.leaps * 12 + header.standards + header.universals) else {
            return nil
        }
        offsets = indexes.map { types[$0].offset }
        first = (types.first { !$0.isSummer } ?? types[0]).offset
        rest = TimeZoneRecurrence(reader.footer())
    }

    /// Seconds east of UTC at a moment given in seconds since 1970.
    public func offset(at seconds: Int64) -> Int64 {
        guard let last = starts.last else { return rest?.offset(at: seconds) ?? first }
        if seconds >= last, let rest { return rest.offset(at: seconds) }
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : offsets[low - 1]
    }
}

/// Reads the numbers of a TZif file.
private struct TZifReader {
    struct Header {
        var version: Int
        var universals: Int
        var standards: Int
        var leaps: Int
        var times: Int
        var types: Int
        var characters: Int

        /// The bytes of the block behind it.
        func size(timeSize: Int) -> Int {
            times * (timeSize + 1) + types * 6 + characters + leaps * (timeSize + 4) + standards + universals
        }
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func header() -> Header? {
        guard rest.starts(with: Array("TZif".utf8)), skip(4), let version = byte(), skip(15) else { return nil }
        var counts: [Int] = []
        for _ in 0..<6 {
            // more than any zone has: keeps sums from overflowing
            guard let count = int32(), (0...1_000_000).contains(count) else { return nil }
            counts.append(Int(count))
        }
        return Header(
            version: Int(version) - 0x30, universals: counts[0], standards: counts[1], leaps: counts[2],
            times: counts[3], types: counts[4], characters: counts[5])
    }

    mutating func skip(_ count: Int) -> Bool {
        guard count >= 0, rest.count >= count else { return false }
        rest = rest.dropFirst(count)
        return true
    }

    mutating func byte() -> UInt8? { rest.popFirst() }

    private mutating func number(_ size: Int) -> UInt64? {
        guard rest.count >= size else { return nil }
        let value = rest.prefix(size).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(size)
        return value
    }

    mutating func int32() -> Int32? { number(4).map { Int32(truncatingIfNeeded: $0) } }
    mutating func int64() -> Int64? { number(8).map { Int64(bitPattern: $0) } }

    /// The text between two line ends that says what comes after the last period.
    func footer() -> Substring {
        guard rest.first == 0x0A, let end = rest.dropFirst().firstIndex(of: 0x0A) else { return "" }
        return Substring(String(decoding: rest[rest.index(after: rest.startIndex)..<end], as: UTF8.self))
    }
}

/// A zone's rule for all years: `EST5EDT,M3.2.0,M11.1.0`.
///
/// - SeeAlso: the `TZ` variable of POSIX.
struct TimeZoneRecurrence: Sendable, Equatable {
    /// A day of a year, and the seconds from its midnight.
    private struct Change: Sendable, Equatable {
        enum Day: Sendable, Equatable {
            /// From 1 to 365, without the 29th of February.
            case julian(Int)
            /// From 0.
            case ordinal(Int)
            /// Week 5 is the last one.
            case weekday(month: Int, week: Int, day: Int)
        }
        var day: Day
        var seconds: Int64

        /// Seconds since 1970 by the local clock.
        func moment(in year: Int) -> Int64 {
            var date = CivilTime(secondsSinceEpoch: 0)
            date.year = year
            let newYear = date.secondsSinceEpoch
            switch day {
            case .ordinal(let count): return newYear + Int64(count) * 86_400 + seconds
            case .julian(let count):
                let days = Self.isLeap(year) && count >= 60 ? count : count - 1
                return newYear + Int64(days) * 86_400 + seconds
            case .weekday(let month, let week, let day):
                date.month = month
                let begin = date.secondsSinceEpoch / 86_400
                let weekday = Int(((begin + 4) % 7 + 7) % 7)
                var offset = (day - weekday + 7) % 7 + (week - 1) * 7
                let length = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
                while offset >= length + (month == 2 && Self.isLeap(year) ? 1 : 0) { offset -= 7 }
                return (begin + Int64(offset)) * 86_400 + seconds
            }
        }

        private static func isLeap(_ year: Int) -> Bool { (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 }
    }

    private var standard: Int64
    private var summer: Int64
    private var changes: (begin: Change, end: Change)?

    static func == (left: TimeZoneRecurrence, right: TimeZoneRecurrence) -> Bool {
        left.standard == right.standard && left.summer == right.summer && left.changes?.begin == right.changes?.begin
            && left.changes?.end == right.changes?.end
    }

    /// - Returns: nil for a text that says nothing.
    init?(_ text: Substring) {
        var text = text
        guard Self.name(&text), let west = Self.time(&text) else { return nil }
        standard = -west
        summer = standard + 3_600
        if text.isEmpty { return }
        guard Self.name(&text) else { return nil }
        if text.first != ",", let other = Self.time(&text) { summer = -other }
        guard let begin = Self.change(&text), let end = Self.change(&text), text.isEmpty else { return nil }
        changes = (begin, end)
    }

    func offset(at seconds: Int64) -> Int64 {
        guard let changes else { return standard }
        let year = CivilTime(secondsSinceEpoch: seconds + standard).year
        let begin = changes.begin.moment(in: year) - standard
        let end = changes.end.moment(in: year) - summer
        let isSummer = begin < end ? begin <= seconds && seconds < end : !(end <= seconds && seconds < begin)
        return isSummer ? summer : standard
    }

    /// `EST`, `<-03>`.
    private static func name(_ text: inout Substring) -> Bool {
        if text.first == "<" {
            guard let end = text.firstIndex(of: ">") else { return false }
            text = text[text.index(after: end)...]
            return true
        }
        let name = text.prefix { $0.isLetter }
        text = text.dropFirst(name.count)
        return name.count >= 3
    }

    private static func number(_ text: inout Substring) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard digits.count <= 3, let value = Int(digits) else { return nil }
        text = text.dropFirst(digits.count)
        return value
    }

    /// `5`, `-3:30`, `+02:00:00` in seconds.
    private static func time(_ text: inout Substring) -> Int64? {
        let isNegative = text.first == "-"
        if isNegative || text.first == "+" { text = text.dropFirst() }
        guard let hours = number(&text) else { return nil }
        var seconds = Int64(hours) * 3_600
        for unit in [Int64(60), 1] where text.first == ":" {
            text = text.dropFirst()
            guard let value = number(&text) else { return nil }
            seconds += Int64(value) * unit
        }
        return isNegative ? -seconds : seconds
    }

    /// `,M3.2.0/2`, `,J60`, `,59`.
    private static func change(_ text: inout Substring) -> Change? {
        guard text.first == "," else { return nil }
        text = text.dropFirst()
        guard let day = day(&text) else { return nil }
        guard text.first == "/" else { return Change(day: day, seconds: 7_200) }
        text = text.dropFirst()
        return time(&text).map { Change(day: day, seconds: $0) }
    }

    private static func day(_ text: inout Substring) -> Change.Day? {
        let kind = text.first
        if kind == "M" || kind == "J" { text = text.dropFirst() }
        guard let first = number(&text) else { return nil }
        if kind == "J" { return (1...365).contains(first) ? .julian(first) : nil }
        guard kind == "M" else { return (0...365).contains(first) ? .ordinal(first) : nil }
        var parts = [first]
        while text.first == "." {
            text = text.dropFirst()
            guard let part = number(&text) else { return nil }
            parts.append(part)
        }
        guard parts.count == 3, (1...12).contains(parts[0]), (1...5).contains(parts[1]), (0...6).contains(parts[2])
        else { return nil }
        return .weekday(month: parts[0], week: parts[1], day: parts[2])
    }
}
