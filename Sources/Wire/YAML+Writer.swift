// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Block style YAML as `goyaml` v2 writes it for Kubernetes.
struct YAMLWriter {
    private(set) var out: [UInt8] = []
    private var column = 0

    /// Beyond this column, plain and quoted text goes on in the next line.
    private static let bestWidth = 80

    mutating func document(_ value: JSONValue) {
        node(value, indent: 0, inSequence: false, afterKey: false)
        breakLine()
    }

    private mutating func put(_ text: some StringProtocol) {
        out.append(contentsOf: text.utf8)
        column += text.unicodeScalars.count
    }

    private mutating func breakLine() {
        out.append(UInt8(ascii: "\n"))
        column = 0
    }

    private mutating func newLine(_ indent: Int) {
        breakLine()
        put(String(repeating: " ", count: indent))
    }

    /// Writes a value. A container starts on a new line after a key, and on the same line after a dash.
    private mutating func node(_ value: JSONValue, indent: Int, inSequence: Bool, afterKey: Bool) {
        switch value {
        case .object(let members) where !members.isEmpty: mapping(members, indent: indent, startsLine: afterKey)
        case .array(let elements) where !elements.isEmpty: sequence(elements, indent: indent, startsLine: afterKey)
        default:
            if afterKey || inSequence { put(" ") }
            scalar(value, indent: indent)
        }
    }

    private mutating func mapping(_ members: JSONObject, indent: Int, startsLine: Bool) {
        var isFirst = !startsLine
        for key in members.keys.sorted(by: YAMLKeyOrder.precedes) {
            if !isFirst { newLine(indent) }
            isFirst = false
            string(key, indent: indent, isKey: true)
            put(":")
            let value = members[key] ?? .null
            // the items of a list stand at the column of its key
            let inner = if case .array = value { indent } else { indent + 2 }
            node(value, indent: inner, inSequence: false, afterKey: true)
        }
    }

    private mutating func sequence(_ elements: [JSONValue], indent: Int, startsLine: Bool) {
        var isFirst = !startsLine
        for element in elements {
            if !isFirst { newLine(indent) }
            isFirst = false
            put("-")
            switch element {
            case .object(let members) where !members.isEmpty: put(" ")
            case .array(let inner) where !inner.isEmpty: put(" ")
            default: break
            }
            node(element, indent: indent + 2, inSequence: true, afterKey: false)
        }
    }

    private mutating func scalar(_ value: JSONValue, indent: Int) {
        switch value {
        case .null: put("null")
        case .bool(let flag): put(flag ? "true" : "false")
        case .number(let number): put(Self.number(number))
        case .string(let text): string(text, indent: indent, isKey: false)
        case .array: put("[]")
        case .object: put("{}")
        }
    }

    /// Integers as they are; other numbers through a double, as Go does.
    private static func number(_ number: JSONNumber) -> String {
        if number.int64Value != nil || UInt64(number.text) != nil { return number.text }
        guard let value = number.doubleValue else { return number.text }
        return JSONNumber(value).text
    }

    private mutating func string(_ text: String, indent: Int, isKey: Bool) {
        let facts = YAMLTextFacts(text)
        if text.utf8.contains(0x0A), facts.blockAllowed, !isKey {
            literal(text, indent: indent)
        } else if text.utf8.contains(0x0A) || YAMLScalar.needsQuotes(text) {
            doubleQuoted(text, indent: indent, isKey: isKey)
        } else if facts.plainAllowed {
            folded(text, indent: indent, isKey: isKey) { String($0) }
        } else if facts.singleQuotedAllowed {
            put("'")
            folded(text, indent: indent, isKey: isKey) { $0 == "'" ? "''" : String($0) }
            put("'")
        } else {
            doubleQuoted(text, indent: indent, isKey: isKey)
        }
    }

    /// Text that may be broken at single spaces beyond the best width.
    private mutating func folded(_ text: String, indent: Int, isKey: Bool, _ form: (Unicode.Scalar) -> String) {
        let scalars = Array(text.unicodeScalars)
        for (at, scalar) in scalars.enumerated() {
            let isLoneSpace =
                scalar == " " && at > 0 && at + 1 < scalars.count && scalars[at - 1] != " " && scalars[at + 1] != " "
            if isLoneSpace, !isKey, column > Self.bestWidth { newLine(max(indent, 2)) } else { put(form(scalar)) }
        }
    }

    private mutating func literal(_ text: String, indent: Int) {
        var header = "|"
        if text.hasPrefix(" ") || text.utf8.first == 0x0A { header += "2" }
        if text.utf8.last != 0x0A {
            header += "-"
        } else if text.utf8.count == 1 || text.utf8.dropLast().last == 0x0A {
            header += "+"
        }
        put(header)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if text.utf8.last == 0x0A { lines.removeLast() }
        for line in lines {
            if line.isEmpty {
                breakLine()
            } else {
                newLine(max(indent, 2))
                put(line)
            }
        }
    }

    private mutating func doubleQuoted(_ text: String, indent: Int, isKey: Bool) {
        put("\"")
        let scalars = Array(text.unicodeScalars)
        var wasSpace = false
        for (at, scalar) in scalars.enumerated() {
            let mayBreak =
                scalar == " " && !isKey && !wasSpace && at > 0 && at + 1 < scalars.count && column > Self.bestWidth
            if mayBreak {
                newLine(max(indent, 2))
                if scalars[at + 1] == " " { put("\\") }
                wasSpace = true
                continue
            }
            wasSpace = scalar == " "
            put(YAMLTextFacts.escape(scalar) ?? String(scalar))
        }
        put("\"")
    }
}

/// The order of map keys in Go's YAML: numbers inside the text count as numbers, letters come after other characters.
enum YAMLKeyOrder {
    static func precedes(_ left: String, _ right: String) -> Bool {
        let (a, b) = (Array(left.unicodeScalars), Array(right.unicodeScalars))
        var at = 0
        while at < a.count, at < b.count {
            if a[at] == b[at] { at += 1; continue }
            let (aLetter, bLetter) = (a[at].properties.isAlphabetic, b[at].properties.isAlphabetic)
            if aLetter && bLetter { return a[at].value < b[at].value }
            if aLetter || bLetter { return digitsBefore(a, at) ? aLetter : bLetter }
            return numbersPrecede(a, b, at) ?? (a[at].value < b[at].value)
        }
        return a.count < b.count
    }

    private static func digitsBefore(_ text: [Unicode.Scalar], _ at: Int) -> Bool { at > 0 && isDigit(text[at - 1]) }

    private static func numbersPrecede(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar], _ at: Int) -> Bool? {
        var start = at
        while start > 0, isDigit(a[start - 1]) { start -= 1 }
        let (aDigits, bDigits) = (a[start...].prefix(while: isDigit), b[start...].prefix(while: isDigit))
        guard !aDigits.isEmpty, !bDigits.isEmpty, aDigits.count < 18, bDigits.count < 18 else { return nil }
        let value = { (digits: ArraySlice<Unicode.Scalar>) in digits.reduce(0) { $0 * 10 + Int($1.value) - 48 } }
        let (left, right) = (value(aDigits), value(bDigits))
        return left == right ? aDigits.count < bDigits.count : left < right
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar.value >= 48 && scalar.value <= 57 }
}
