// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The meaning of YAML 1.1 scalars, as `goyaml` v2 resolves them.
enum YAMLScalar {
    static let stringTag = "tag:yaml.org,2002:str"

    private static let words: [String: JSONValue] = {
        var words: [String: JSONValue] = ["": .null, "~": .null, "null": .null, "Null": .null, "NULL": .null]
        for word in ["y", "yes", "true", "on"] { for form in forms(word) { words[form] = true } }
        for word in ["n", "no", "false", "off"] { for form in forms(word) { words[form] = false } }
        return words
    }()

    private static let notFinite: Set<String> = [
        ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF",
    ]

    private static func forms(_ word: String) -> [String] {
        [word, word.uppercased(), word.prefix(1).uppercased() + word.dropFirst()]
    }

    /// The value of a scalar with its tag (empty: none).
    static func resolve(_ text: String, tag: String, isPlain: Bool) throws(YAMLError) -> JSONValue {
        let short = tag.hasPrefix("tag:yaml.org,2002:") ? "!!" + tag.dropFirst("tag:yaml.org,2002:".count) : tag
        switch short {
        case "!!binary":
            guard let bytes = base64(text) else {
                throw YAMLError(message: "yaml: !!binary value contains invalid base64 data")
            }
            return .string(String(decoding: bytes, as: UTF8.self))
        case "": return isPlain ? try plain(text) : .string(text)
        case "!!int", "!!float", "!!bool", "!!null":
            let value = try plain(text)
            let kind =
                switch value {
                case .number: "!!int";
                case .bool: "!!bool";
                case .null: "!!null";
                default: "!!str"
                }
            guard kind == short || kind == "!!int" && short == "!!float" else {
                throw YAMLError(message: "yaml: cannot decode \(kind) `\(text)` as a \(short)")
            }
            return value
        default: return .string(text)
        }
    }

    /// Whether the text without quotes would be read as something else than a string.
    static func needsQuotes(_ text: String) -> Bool {
        if words[text] != nil || notFinite.contains(text) || number(text) != nil || text == "<<" { return true }
        return isTimestamp(text) || isBase60(text)
    }

    private static func plain(_ text: String) throws(YAMLError) -> JSONValue {
        if let word = words[text] { return word }
        if notFinite.contains(text) {
            throw YAMLError(message: "json: unsupported value: \(text.contains("n") ? "NaN" : "+Inf")")
        }
        if isTimestamp(text) { return .string(text) }
        return number(text).map { .number($0) } ?? .string(text)
    }

    /// An integer in Go's notations (decimal, 0x, 0o, 0 and 0b, with underscores) or a decimal fraction.
    private static func number(_ text: String) -> JSONNumber? {
        guard let first = text.utf8.first, first < 0x80, "+-.0123456789".utf8.contains(first) else { return nil }
        let digits = text.filter { $0 != "_" }
        if first != UInt8(ascii: "."), let integer = integer(digits) { return JSONNumber(text: integer) }
        guard isDecimal(digits), let value = Double(digits), value.isFinite else { return nil }
        return JSONNumber(value)
    }

    private static func integer(_ text: String) -> String? {
        let isNegative = text.hasPrefix("-")
        var digits = text[...]
        if isNegative || text.hasPrefix("+") { digits = digits.dropFirst() }
        var radix = 10
        switch digits.prefix(2).lowercased() {
        case "0x": (radix, digits) = (16, digits.dropFirst(2))
        case "0b": (radix, digits) = (2, digits.dropFirst(2))
        case "0o": (radix, digits) = (8, digits.dropFirst(2))
        default: if digits.count > 1, digits.first == "0" { (radix, digits) = (8, digits.dropFirst()) }
        }
        guard let first = digits.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+") else { return nil }
        guard let magnitude = UInt64(digits, radix: radix) else { return nil }
        guard isNegative else { return String(magnitude) }
        return magnitude <= UInt64(Int64.max) + 1 ? (magnitude == 0 ? "0" : "-\(magnitude)") : nil
    }

    /// `[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?`, and digits after a leading point.
    private static func isDecimal(_ text: String) -> Bool {
        var rest = text.utf8[...]
        if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        let whole = takeDigits(&rest)
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = takeDigits(&rest)
            if fraction == 0 { return false }
        }
        guard whole + fraction > 0 else { return false }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest = rest.dropFirst() }
            if takeDigits(&rest) == 0 { return false }
        }
        return rest.isEmpty
    }

    private static func takeDigits(_ rest: inout Substring.UTF8View) -> Int {
        let count = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }.count
        rest = rest.dropFirst(count)
        return count
    }

    /// `2001-12-14`, alone or with a time after `T`, `t` or a space.
    private static func isTimestamp(_ text: String) -> Bool {
        let parts = text.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, isNumber(parts[0]), isNumber(parts[1]),
            parts[1].utf8.count <= 2
        else {
            return false
        }
        let day = parts[2].prefix { $0.isASCII && $0.isNumber }
        guard (1...2).contains(day.count), let month = Int(parts[1]), (1...12).contains(month), let number = Int(day)
        else {
            return false
        }
        guard (1...31).contains(number) else { return false }
        let time = parts[2].dropFirst(day.count)
        if time.isEmpty { return parts[1].utf8.count == 2 && day.count == 2 }
        guard let mark = time.first, mark == "T" || mark == "t" || mark == " " else { return false }
        let clock = time.dropFirst().prefix { $0.isNumber || $0 == ":" }.split(separator: ":")
        return clock.count == 3 && clock.allSatisfy { isNumber($0) && $0.utf8.count <= 2 }
    }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }

    /// Minutes and seconds of old YAML (`1:30`): written in quotes for the sake of old readers.
    private static func isBase60(_ text: String) -> Bool {
        let unsigned = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        let parts = unsigned.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count > 1, let head = parts.first, let first = head.utf8.first, first >= 0x30, first <= 0x39 else {
            return false
        }
        guard head.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 || $0 == UInt8(ascii: "_") }) else { return false }
        return parts.dropFirst().enumerated().allSatisfy { at, part in
            let whole = at == parts.count - 2 ? part.prefix { $0 != "." } : part
            return isNumber(whole) && whole.utf8.count <= 2
                && (whole.utf8.count == 1 || whole.utf8.first.map { $0 < 0x36 } == true)
        }
    }

    private static func base64(_ text: String) -> [UInt8]? {
        var out: [UInt8] = []
        var (bits, count, padding) = (UInt32(0), 0, 0)
        for byte in text.utf8 where byte != 0x0A && byte != 0x0D && byte != 0x20 {
            let digit: UInt32
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit = UInt32(byte) - 65
            case UInt8(ascii: "a")...UInt8(ascii: "z"): digit = UInt32(byte) - 71
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt32(byte) + 4
            case UInt8(ascii: "+"): digit = 62
            case UInt8(ascii: "/"): digit = 63
            case UInt8(ascii: "="):
                padding += 1
                continue
            default: return nil
            }
            guard padding == 0 else { return nil }
            (bits, count) = (bits << 6 | digit, count + 1)
            if count % 4 != 1 { out.append(UInt8(truncatingIfNeeded: bits >> [0, 0, 4, 2][count % 4])) }
        }
        return (count + padding) % 4 == 0 && count % 4 != 1 ? out : nil
    }
}
