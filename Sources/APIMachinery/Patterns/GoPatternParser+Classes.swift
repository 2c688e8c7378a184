// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension GoPatternParser {
    static let digits: [ClosedRange<UInt32>] = [0x30...0x39]
    static let spaces: [ClosedRange<UInt32>] = [9...10, 12...13, 32...32]
    static let words: [ClosedRange<UInt32>] = [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]

    private static let named: [String: [ClosedRange<UInt32>]] = [
        "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A], "alpha": [0x41...0x5A, 0x61...0x7A], "ascii": [0...0x7F],
        "blank": [9...9, 32...32], "cntrl": [0...0x1F, 0x7F...0x7F], "digit": digits, "graph": [0x21...0x7E],
        "lower": [0x61...0x7A], "print": [0x20...0x7E],
        "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E], "space": [9...13, 32...32],
        "upper": [0x41...0x5A], "word": words, "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66],
    ]

    static func inverted(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
            next = max(next, range.upperBound + 1)
        }
        if next <= 0x10FFFF { result.append(next...0x10FFFF) }
        return result
    }

    /// `\d` and the like, `\pL` and `\p{Greek}`; nil if it is another escape, which is then not read.
    mutating func classEscape() throws(GoPattern.Fault) -> GoPatternSet? {
        guard peek() == "\\", let mark = peek(1) else { return nil }
        let ranges: [ClosedRange<UInt32>]
        switch mark {
        case "d": ranges = Self.digits
        case "D": ranges = Self.inverted(Self.digits)
        case "s": ranges = Self.spaces
        case "S": ranges = Self.inverted(Self.spaces)
        case "w": ranges = Self.words
        case "W": ranges = Self.inverted(Self.words)
        case "p", "P": return try category(isNegated: mark == "P")
        default: return nil
        }
        index += 2
        return GoPatternSet(ranges: ranges)
    }

    private mutating func category(isNegated: Bool) throws(GoPattern.Fault) -> GoPatternSet {
        let start = index
        index += 2
        var isNegated = isNegated
        var name = ""
        if peek() == "{" {
            guard let close = scalars[index...].firstIndex(of: "}") else {
                throw fault("invalid character class range", text(start))
            }
            name = text(index + 1, close)
            index = close + 1
        } else if let next = peek() {
            name = String(Character(next))
            index += 1
        }
        if name.hasPrefix("^") {
            isNegated.toggle()
            name.removeFirst()
        }
        guard GoPatternSet.isCategory(name) else { throw fault("invalid character class range", text(start, index)) }
        return GoPatternSet(categories: [(name, isNegated)])
    }

    /// An escape that stands for one code point.
    mutating func scalarEscape() throws(GoPattern.Fault) -> Unicode.Scalar {
        let start = index
        guard let mark = peek(1) else {
            throw fault("trailing backslash at end of expression", "")
        }
        index += 2
        switch mark {
        case "a": return "\u{7}"
        case "f": return "\u{c}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{b}"
        case "x": return try hexadecimal(from: start)
        case "0", "1", "2", "3", "4", "5", "6", "7": return try octal(mark, from: start)
        default:
            let isPlain =
                mark.isASCII && mark.value > 0x20 && !mark.properties.isAlphabetic && !("0"..."9").contains(mark)
            if isPlain || mark == " " { return mark }
            throw fault("invalid escape sequence", text(start, index))
        }
    }

    private mutating func octal(_ first: Unicode.Scalar, from start: Int) throws(GoPattern.Fault) -> Unicode.Scalar {
        var value = first.value - 0x30
        if first != "0", !(peek().map { ("0"..."7").contains($0) } ?? false) {
            throw fault("invalid escape sequence", text(start, index))
        }
        for _ in 0..<2 {
            guard let next = peek(), ("0"..."7").contains(next) else { break }
            value = value * 8 + next.value - 0x30
            index += 1
        }
        guard let scalar = Unicode.Scalar(value) else { throw fault("invalid escape sequence", text(start, index)) }
        return scalar
    }

    private mutating func hexadecimal(from start: Int) throws(GoPattern.Fault) -> Unicode.Scalar {
        var digits = ""
        if peek() == "{" {
            guard let close = scalars[index...].firstIndex(of: "}") else {
                throw fault("invalid escape sequence", text(start))
            }
            digits = text(index + 1, close)
            index = close + 1
        } else {
            digits = text(index, index + 2)
            index = min(index + 2, scalars.count)
            if digits.unicodeScalars.count < 2 { digits = "" }
        }
        let isHex = !digits.isEmpty && digits.unicodeScalars.allSatisfy(CELLexer.isHexDigit)
        guard isHex, let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
            throw fault("invalid escape sequence", text(start, index))
        }
        return scalar
    }

    /// A class in brackets.
    mutating func characterClass() throws(GoPattern.Fault) -> GoPatternSet {
        let start = index
        index += 1
        var set = GoPatternSet()
        if peek() == "^" {
            set.isNegated = true
            index += 1
        }
        var isFirst = true
        while let next = peek(), next != "]" || isFirst {
            isFirst = false
            if next == "[", peek(1) == ":", let close = closingName() {
                try named(close, into: &set)
            } else if let inner = try classEscape() {
                set.ranges += inner.ranges
                set.categories += inner.categories
            } else {
                try range(into: &set, from: start)
            }
        }
        guard take("]") else { throw fault("missing closing ]", text(start)) }
        return set
    }

    private func closingName() -> Int? {
        var at = index + 2
        while at + 1 < scalars.count {
            if scalars[at] == ":", scalars[at + 1] == "]" { return at }
            at += 1
        }
        return nil
    }

    private mutating func named(_ close: Int, into set: inout GoPatternSet) throws(GoPattern.Fault) {
        var name = text(index + 2, close)
        let isNegated = name.hasPrefix("^")
        if isNegated { name.removeFirst() }
        guard let ranges = Self.named[name] else {
            throw fault("invalid character class range", text(index, close + 2))
        }
        set.ranges += isNegated ? Self.inverted(ranges) : ranges
        index = close + 2
    }

    private mutating func range(into set: inout GoPatternSet, from start: Int) throws(GoPattern.Fault) {
        let first = index
        let low = try classScalar(from: start)
        guard peek() == "-", let after = peek(1), after != "]" else {
            set.ranges.append(low.value...low.value)
            return
        }
        index += 1
        let high = try classScalar(from: start)
        guard low <= high else { throw fault("invalid character class range", text(first, index)) }
        set.ranges.append(low.value...high.value)
    }

    private mutating func classScalar(from start: Int) throws(GoPattern.Fault) -> Unicode.Scalar {
        guard let next = peek() else { throw fault("missing closing ]", text(start)) }
        if next == "\\" { return try scalarEscape() }
        index += 1
        return next
    }
}
