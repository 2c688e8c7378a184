// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Cuts an expression into tokens. What fits no token is a fault and is skipped, as the lexer of cel-go does it: up to
/// and with the first code point after which nothing fits.
struct CELLexer {
    private let source: CELSource
    private var position = 0
    private(set) var tokens: [CELToken] = []
    private(set) var faults: [CELFault] = []

    /// How far a rule got: where a whole token ends, and where it looked at last in vain.
    private struct Match {
        var end: Int?
        var failed: Int
    }

    init(_ source: CELSource) {
        self.source = source
        while position < source.scalars.count { next() }
        tokens.append(CELToken(kind: .end, start: position, end: position))
    }

    private func at(_ index: Int) -> Unicode.Scalar? {
        index < source.scalars.count ? source.scalars[index] : nil
    }

    private mutating func next() {
        var best: (kind: CELTokenKind, end: Int)?
        var failed = position
        func consider(_ kind: CELTokenKind, _ match: Match) {
            failed = max(failed, match.failed)
            if let end = match.end, end > best?.end ?? position { best = (kind, end) }
        }
        for (text, kind) in CELTokenKind.literals { consider(kind, literal(text)) }
        consider(.whitespace, run(position, isSpace))
        consider(.comment, comment())
        number(consider)
        consider(.string, string(position))
        if let first = at(position), first == "b" || first == "B" { consider(.bytes, string(position + 1)) }
        consider(.identifier, identifier())
        consider(.escapedIdentifier, escapedIdentifier())
        if let best {
            tokens.append(CELToken(kind: best.kind, start: position, end: best.end))
            position = best.end
            return
        }
        let text = source.text(position, failed + 1)
        let shown = CELParser.escaped(text)
        faults.append(CELFault("Syntax error: token recognition error at: '\(shown)'", at: position))
        position = min(failed + 1, source.scalars.count)
    }

    private func literal(_ text: String) -> Match {
        var index = position
        for scalar in text.unicodeScalars {
            if at(index) != scalar { return Match(end: nil, failed: index) }
            index += 1
        }
        return Match(end: index, failed: index)
    }

    /// The longest run of one or more code points of a class.
    private func run(_ from: Int, _ isIncluded: (Unicode.Scalar) -> Bool) -> Match {
        var index = from
        while let scalar = at(index), isIncluded(scalar) { index += 1 }
        return Match(end: index > from ? index : nil, failed: index)
    }

    private func comment() -> Match {
        guard at(position) == "/" else { return Match(end: nil, failed: position) }
        guard at(position + 1) == "/" else { return Match(end: nil, failed: position + 1) }
        var index = position + 2
        while let scalar = at(index), scalar != "\n" { index += 1 }
        return Match(end: index, failed: index)
    }

    private func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\n" || scalar == "\u{c}"
    }

    private func identifier() -> Match {
        guard let first = at(position), CELLexer.isLetter(first) else { return Match(end: nil, failed: position) }
        return run(position) { CELLexer.isLetter($0) || CELLexer.isDigit($0) }
    }

    private func escapedIdentifier() -> Match {
        guard at(position) == "`" else { return Match(end: nil, failed: position) }
        let inner = run(position + 1) {
            CELLexer.isLetter($0) || CELLexer.isDigit($0) || $0 == "." || $0 == "-" || $0 == "/" || $0 == " "
        }
        guard let end = inner.end else { return inner }
        return at(end) == "`" ? Match(end: end + 1, failed: end + 1) : Match(end: nil, failed: end)
    }

    static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
    }

    static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    static func isHexDigit(_ scalar: Unicode.Scalar) -> Bool {
        isDigit(scalar) || ("a"..."f").contains(scalar) || ("A"..."F").contains(scalar)
    }
}

extension CELLexer {
    private func number(_ consider: (CELTokenKind, Match) -> Void) {
        guard let first = at(position), CELLexer.isDigit(first) || first == "." else { return }
        let whole = run(position, CELLexer.isDigit)
        var end = whole.end ?? position
        var isDouble = false
        if at(end) == "." {
            let fraction = run(end + 1, CELLexer.isDigit)
            consider(.double, Match(end: nil, failed: fraction.failed))
            if let last = fraction.end { (end, isDouble) = (last, true) }
        }
        if isDouble { consider(.double, Match(end: end, failed: end)) }
        if isDouble || whole.end != nil, let mark = at(end), mark == "e" || mark == "E" {
            var index = end + 1
            if let sign = at(index), sign == "+" || sign == "-" { index += 1 }
            consider(.double, run(index, CELLexer.isDigit))
        }
        guard let digits = whole.end else { return }
        consider(.int, whole)
        consider(.uint, suffix(digits))
        guard first == "0", at(position + 1) == "x" else { return }
        let hex = run(position + 2, CELLexer.isHexDigit)
        consider(.int, hex)
        if let last = hex.end { consider(.uint, suffix(last)) }
    }

    private func suffix(_ index: Int) -> Match {
        if let mark = at(index), mark == "u" || mark == "U" { return Match(end: index + 1, failed: index + 1) }
        return Match(end: nil, failed: index)
    }

    private func string(_ from: Int) -> Match {
        var index = from
        var isRaw = false
        if let first = at(index), first == "r" || first == "R" { (isRaw, index) = (true, index + 1) }
        guard let quote = at(index), quote == "\"" || quote == "'" else { return Match(end: nil, failed: index) }
        var match = quoted(index + 1, quote, isRaw: isRaw, isLong: false)
        guard at(index + 1) == quote, at(index + 2) == quote else { return match }
        let long = quoted(index + 3, quote, isRaw: isRaw, isLong: true)
        match.failed = max(match.failed, long.failed)
        if let end = long.end { match.end = end }
        return match
    }

    /// The rest of a text after its opening quote.
    private func quoted(_ from: Int, _ quote: Unicode.Scalar, isRaw: Bool, isLong: Bool) -> Match {
        var index = from
        while let scalar = at(index) {
            if scalar == quote {
                if !isLong { return Match(end: index + 1, failed: index + 1) }
                if at(index + 1) == quote, at(index + 2) == quote { return Match(end: index + 3, failed: index + 3) }
            } else if scalar == "\\", !isRaw {
                let escape = escape(index)
                guard let end = escape.end else { return escape }
                index = end
                continue
            } else if !isLong, scalar == "\n" || scalar == "\r" {
                return Match(end: nil, failed: index)
            }
            index += 1
        }
        return Match(end: nil, failed: index)
    }

    private func escape(_ backslash: Int) -> Match {
        let index = backslash + 1
        guard let mark = at(index) else { return Match(end: nil, failed: index) }
        switch mark {
        case "a", "b", "f", "n", "r", "t", "v", "\"", "'", "\\", "?", "`":
            return Match(end: index + 1, failed: index + 1)
        case "x", "X": return digits(index + 1, 2, CELLexer.isHexDigit)
        case "u": return digits(index + 1, 4, CELLexer.isHexDigit)
        case "U": return digits(index + 1, 8, CELLexer.isHexDigit)
        case "0", "1", "2", "3": return digits(index + 1, 2) { ("0"..."7").contains($0) }
        default: return Match(end: nil, failed: index)
        }
    }

    private func digits(_ from: Int, _ count: Int, _ isDigit: (Unicode.Scalar) -> Bool) -> Match {
        for index in from..<(from + count) {
            guard let scalar = at(index), isDigit(scalar) else { return Match(end: nil, failed: index) }
        }
        return Match(end: from + count, failed: from + count)
    }
}
