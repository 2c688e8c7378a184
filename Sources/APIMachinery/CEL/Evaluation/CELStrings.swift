// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Functions of texts. Positions are counted in code points.
enum CELStrings {
    static func call(_ name: String, _ values: [CELValue]) throws(CELFailure) -> CELValue? {
        if name == "join" { return try join(values) }
        guard case .string(let text)? = values.first else { return nil }
        let rest = Array(values.dropFirst())
        if let result = try test(name, text, rest) { return result }
        switch (name, rest.count) {
        case ("lowerAscii", 0): return .string(mapped(text, from: "A"..."Z", by: 32))
        case ("upperAscii", 0): return .string(mapped(text, from: "a"..."z", by: -32))
        case ("trim", 0): return .string(trimmed(text))
        case ("strings.quote", 0): return .string(quoted(text))
        case ("charAt", 1): return try character(text, rest[0])
        case ("indexOf", 1...2), ("lastIndexOf", 1...2): return try position(name, text, rest)
        case ("substring", 1...2): return try substring(text, rest)
        case ("replace", 2...3): return replaced(text, rest)
        case ("split", 1...2): return split(text, rest)
        case ("format", 1):
            guard case .list(let arguments) = rest[0] else { return nil }
            return .string(try CELFormatting.format(text, arguments))
        default: return nil
        }
    }

    private static func test(
        _ name: String, _ text: String, _ rest: [CELValue]
    ) throws(CELFailure) -> CELValue? {
        guard case .string(let other)? = rest.first else { return nil }
        let (inner, whole) = (Array(other.unicodeScalars), Array(text.unicodeScalars))
        switch (name, rest.count) {
        case ("startsWith", 1): return .bool(whole.starts(with: inner))
        case ("endsWith", 1): return .bool(whole.reversed().starts(with: inner.reversed()))
        case ("contains", 1): return .bool(find(inner, in: whole, from: 0) != nil)
        case ("matches", 1): return .bool(try pattern(other).matches(text))
        case ("find", 1): return .string(try pattern(other).first(in: text) ?? "")
        case ("findAll", 1): return .list(try pattern(other).all(in: text).map { .string($0) })
        case ("findAll", 2):
            guard case .int(let limit) = rest[1] else { return nil }
            return .list(try pattern(other).all(in: text, limit: Int(limit)).map { .string($0) })
        default: return nil
        }
    }

    private static func pattern(_ text: String) throws(CELFailure) -> GoPattern {
        do throws(GoPattern.Fault) { return try GoPattern(text) } catch { throw CELFailure(error.message) }
    }

    private static func find(
        _ inner: [Unicode.Scalar], in text: [Unicode.Scalar], from: Int
    ) -> Int? {
        guard from >= 0, inner.count <= text.count, from <= text.count - inner.count else { return nil }
        return (from...(text.count - inner.count)).first { text[$0...].starts(with: inner) }
    }

    private static func mapped(_ text: String, from range: ClosedRange<Unicode.Scalar>, by distance: Int) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let moved = Unicode.Scalar(UInt32(Int(scalar.value) + distance * (range.contains(scalar) ? 1 : 0)))
            result.append(moved ?? scalar)
        }
        return String(result)
    }

    private static func trimmed(_ text: String) -> String {
        let rest = text.unicodeScalars.drop(while: \.properties.isWhitespace)
        guard let last = rest.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(rest[...last])
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{7}": result += "\\a"
            case "\u{8}": result += "\\b"
            case "\u{c}": result += "\\f"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{b}": result += "\\v"
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func outOfRange(_ index: Int64) -> CELFailure { CELFailure("index out of range: \(index)") }

    private static func character(_ text: String, _ index: CELValue) throws(CELFailure) -> CELValue? {
        guard case .int(let index) = index else { return nil }
        let scalars = Array(text.unicodeScalars)
        guard index >= 0, index <= Int64(scalars.count) else { throw outOfRange(index) }
        return .string(index < Int64(scalars.count) ? String(Character(scalars[Int(index)])) : "")
    }

    private static func position(
        _ name: String, _ text: String, _ rest: [CELValue]
    ) throws(CELFailure) -> CELValue? {
        guard case .string(let other) = rest[0] else { return nil }
        let (scalars, inner) = (Array(text.unicodeScalars), Array(other.unicodeScalars))
        var offset: Int64?
        if rest.count == 2 {
            guard case .int(let given) = rest[1] else { return nil }
            if given < 0 || given > Int64(scalars.count) && name == "indexOf"
                || given >= Int64(max(1, scalars.count)) && name != "indexOf"
            {
                throw outOfRange(given)
            }
            offset = given
        }
        if name == "indexOf" {
            return .int(Int64(find(inner, in: scalars, from: Int(offset ?? 0)) ?? -1))
        }
        guard inner.count <= scalars.count else { return .int(-1) }
        let last = min(Int(offset ?? Int64(scalars.count)), scalars.count - inner.count)
        let found = (0...last).last { scalars[$0...].starts(with: inner) }
        return .int(Int64(found ?? -1))
    }

    private static func substring(_ text: String, _ rest: [CELValue]) throws(CELFailure) -> CELValue? {
        let scalars = Array(text.unicodeScalars)
        guard case .int(let start) = rest[0] else { return nil }
        var end = Int64(scalars.count)
        if rest.count == 2 {
            guard case .int(let given) = rest[1] else { return nil }
            end = given
        }
        guard start >= 0, start <= Int64(scalars.count) else { throw outOfRange(start) }
        guard end >= 0, end <= Int64(scalars.count) else { throw outOfRange(end) }
        guard start <= end else {
            throw CELFailure("invalid substring range. start: \(start), end: \(end)")
        }
        return .string(String(String.UnicodeScalarView(scalars[Int(start)..<Int(end)])))
    }

    private static func replaced(_ text: String, _ rest: [CELValue]) -> CELValue? {
        guard case .string(let old) = rest[0], case .string(let new) = rest[1] else { return nil }
        var limit = Int64.max
        if rest.count == 3 {
            guard case .int(let given) = rest[2] else { return nil }
            limit = given < 0 ? .max : given
        }
        let pieces = pieces(text, old, limit: limit)
        return .string(pieces.joined(separator: new))
    }

    /// A text cut at each of at most `limit` places where another is; at each code point if that is empty.
    private static func pieces(_ text: String, _ separator: String, limit: Int64) -> [String] {
        let scalars = Array(text.unicodeScalars)
        let inner = Array(separator.unicodeScalars)
        var result: [String] = []
        var start = 0
        var cuts: Int64 = 0
        func piece(_ end: Int) -> String { String(String.UnicodeScalarView(scalars[start..<end])) }
        if inner.isEmpty {
            var at = 0
            while at <= scalars.count, cuts < limit {
                result.append(piece(at))
                (start, at, cuts) = (at, at + 1, cuts + 1)
            }
            result.append(piece(scalars.count))
            return result
        }
        while cuts < limit, let at = find(inner, in: scalars, from: start) {
            result.append(piece(at))
            start = at + inner.count
            cuts += 1
        }
        result.append(piece(scalars.count))
        return result
    }

    private static func split(_ text: String, _ rest: [CELValue]) -> CELValue? {
        guard case .string(let separator) = rest[0] else { return nil }
        var limit: Int64 = -1
        if rest.count == 2 {
            guard case .int(let given) = rest[1] else { return nil }
            limit = given
        }
        if limit == 0 { return .list([]) }
        let cuts = limit < 0 ? Int64.max : limit - 1
        if !separator.isEmpty { return .list(pieces(text, separator, limit: cuts).map { .string($0) }) }
        let scalars = Array(text.unicodeScalars)
        let singles = min(scalars.count, limit < 0 ? scalars.count : Int(clamping: cuts))
        var result = scalars[..<singles].map { CELValue.string(String(Character($0))) }
        if singles < scalars.count { result.append(.string(String(String.UnicodeScalarView(scalars[singles...])))) }
        return .list(result)
    }

    private static func join(_ values: [CELValue]) throws(CELFailure) -> CELValue? {
        guard case .list(let elements)? = values.first, values.count <= 2 else { return nil }
        var separator = ""
        if values.count == 2 {
            guard case .string(let given) = values[1] else { return nil }
            separator = given
        }
        var texts: [String] = []
        for element in elements {
            guard case .string(let text) = element else { throw CELFailure("no such overload") }
            texts.append(text)
        }
        return .string(texts.joined(separator: separator))
    }
}
