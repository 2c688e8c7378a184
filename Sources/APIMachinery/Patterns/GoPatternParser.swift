// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Reads the syntax of Go's `regexp/syntax`.
struct GoPatternParser {
    private struct Flags {
        var ignoresCase = false
        var isMultiline = false
        var dotTakesLineEnds = false
        var isLazy = false
    }

    private static let depthLimit = 200
    private static let repeatLimit = 1000
    let scalars: [Unicode.Scalar]
    var index = 0
    private var flags = Flags()

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    func text(_ from: Int, _ end: Int? = nil) -> String {
        String(String.UnicodeScalarView(scalars[from..<min(max(end ?? scalars.count, from), scalars.count)]))
    }

    func fault(_ code: String, _ text: String) -> GoPattern.Fault { GoPattern.Fault(code: code, text: text) }

    func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
        index + ahead < scalars.count ? scalars[index + ahead] : nil
    }

    mutating func take(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard index + wanted.count <= scalars.count, Array(scalars[index..<(index + wanted.count)]) == wanted else {
            return false
        }
        index += wanted.count
        return true
    }

    mutating func parse() throws(GoPattern.Fault) -> GoPatternNode {
        let node = try alternatives(depth: 0)
        if index < scalars.count { throw fault("unexpected )", text(0)) }
        return node
    }

    private mutating func alternatives(depth: Int) throws(GoPattern.Fault) -> GoPatternNode {
        if depth > Self.depthLimit { throw fault("expression nests too deeply", text(0)) }
        var choices: [GoPatternNode] = []
        var sequence: [GoPatternNode] = []
        while let next = peek(), next != ")" {
            if next == "|" {
                index += 1
                choices.append(.sequence(sequence))
                sequence = []
            } else {
                try piece(&sequence, depth: depth)
            }
        }
        choices.append(.sequence(sequence))
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    /// One thing, with what says how often it comes.
    private mutating func piece(_ sequence: inout [GoPatternNode], depth: Int) throws(GoPattern.Fault) {
        let start = index
        guard let next = peek() else { return }
        if "*+?".unicodeScalars.contains(next) {
            throw fault("missing argument to repetition operator", text(start, start + 1))
        }
        if next == "{", let count = counts() {
            throw fault("missing argument to repetition operator", text(start, count.end))
        }
        guard var node = try atom(depth: depth) else { return }
        var lastOperator: Int?
        while let (minimum, maximum, end) = try repetition() {
            let from = index
            index = end
            let isLazy = peek() == "?"
            if isLazy { index += 1 }
            if let lastOperator {
                throw fault("invalid nested repetition operator", text(lastOperator, index))
            }
            lastOperator = from
            let text = text(from, end)
            node = .repeated(node, minimum: minimum, maximum: maximum, isGreedy: isLazy == flags.isLazy)
            if !node.isSmall(Self.repeatLimit) { throw fault("invalid repeat count", text) }
        }
        sequence.append(node)
    }

    private func repetition() throws(GoPattern.Fault) -> (Int, Int?, Int)? {
        switch peek() {
        case "*": return (0, nil, index + 1)
        case "+": return (1, nil, index + 1)
        case "?": return (0, 1, index + 1)
        case "{":
            guard let count = counts() else { return nil }
            let isBad = count.minimum > Self.repeatLimit || count.maximum ?? 0 > Self.repeatLimit
            if isBad || count.maximum.map({ $0 < count.minimum }) == true {
                throw fault("invalid repeat count", text(index, count.end))
            }
            return (count.minimum, count.maximum, count.end)
        default: return nil
        }
    }

    /// `{2}`, `{2,}` or `{2,3}`; anything else in braces stands for itself.
    private func counts() -> (minimum: Int, maximum: Int?, end: Int)? {
        guard let close = scalars[index...].firstIndex(of: "}") else { return nil }
        let inner = text(index + 1, close).split(separator: ",", omittingEmptySubsequences: false)
        guard inner.count <= 2, let first = number(inner[0]) else { return nil }
        if inner.count == 1 { return (first, first, close + 1) }
        if inner[1].isEmpty { return (first, nil, close + 1) }
        guard let second = number(inner[1]) else { return nil }
        return (first, second, close + 1)
    }

    private func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        if text.count > 1, text.hasPrefix("0") { return nil }
        return Int(text) ?? Int.max
    }

    private func literal(_ scalar: Unicode.Scalar) -> GoPatternNode {
        .set(GoPatternSet(ranges: [scalar.value...scalar.value], ignoresCase: flags.ignoresCase))
    }

    private mutating func atom(depth: Int) throws(GoPattern.Fault) -> GoPatternNode? {
        guard let next = peek() else { return nil }
        switch next {
        case "(": return try group(depth: depth)
        case "[":
            var set = try characterClass()
            set.ignoresCase = flags.ignoresCase
            return .set(set)
        case "\\": return try escape()
        default: index += 1
        }
        switch next {
        case ".":
            let none: [ClosedRange<UInt32>] = flags.dotTakesLineEnds ? [] : [10...10]
            return .set(GoPatternSet(ranges: none, isNegated: true))
        case "^": return .assertion(flags.isMultiline ? .lineStart : .textStart)
        case "$": return .assertion(flags.isMultiline ? .lineEnd : .textEnd)
        default: return literal(next)
        }
    }

    // MARK: Groups

    private mutating func group(depth: Int) throws(GoPattern.Fault) -> GoPatternNode? {
        let start = index
        let outer = flags
        index += 1
        if peek() == "?" {
            if take("?P<") || take("?<") {
                try name(from: start)
            } else if try !options(from: start) {
                return nil
            }
        }
        let inner = try alternatives(depth: depth + 1)
        guard take(")") else { throw fault("missing closing )", text(0)) }
        flags = outer
        return inner
    }

    private mutating func name(from start: Int) throws(GoPattern.Fault) {
        guard let close = scalars[index...].firstIndex(of: ">") else {
            throw fault("invalid named capture", text(start))
        }
        let name = text(index, close)
        let isName =
            !name.isEmpty
            && name.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || $0 == "_" || ("0"..."9").contains($0) }
        guard isName else { throw fault("invalid named capture", text(start, close + 1)) }
        index = close + 1
    }

    /// `(?i)` changes what follows; `(?i:` begins a group. Returns whether it is a group.
    private mutating func options(from start: Int) throws(GoPattern.Fault) -> Bool {
        index += 1
        var isOn = true
        var seen = false
        while let next = peek() {
            index += 1
            switch next {
            case "i": (flags.ignoresCase, seen) = (isOn, true)
            case "m": (flags.isMultiline, seen) = (isOn, true)
            case "s": (flags.dotTakesLineEnds, seen) = (isOn, true)
            case "U": (flags.isLazy, seen) = (isOn, true)
            case "-" where isOn: (isOn, seen) = (false, false)
            case ":" where isOn || seen: return true
            case ")" where isOn || seen: return false
            default: throw fault("invalid or unsupported Perl syntax", text(start, index))
            }
        }
        throw fault("missing closing )", text(0))
    }

    // MARK: Escapes

    private mutating func escape() throws(GoPattern.Fault) -> GoPatternNode? {
        switch peek(1) {
        case "A": index += 2; return .assertion(.textStart)
        case "z": index += 2; return .assertion(.textEnd)
        case "b": index += 2; return .assertion(.wordEdge)
        case "B": index += 2; return .assertion(.noWordEdge)
        case "Q":
            index += 2
            var nodes: [GoPatternNode] = []
            while let next = peek(), !take("\\E") {
                index += 1
                nodes.append(literal(next))
            }
            return .sequence(nodes)
        default: break
        }
        if let set = try classEscape() {
            return .set(set)
        }
        return literal(try scalarEscape())
    }
}
