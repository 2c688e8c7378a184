// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The tokens of JSON, with the messages that Go's scanner gives.
struct JSONTextScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    /// The offset of the byte to read next.
    var at = 0

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// The next byte that is no white space; it is not taken.
    mutating func nextCharacter() throws(JSONParseError) -> UInt8 {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return bytes[at]
            }
        }
        throw endOfInput
    }

    /// Takes `character` if it comes next.
    mutating func skip(_ character: UInt8) throws(JSONParseError) -> Bool {
        guard try nextCharacter() == character else { return false }
        at += 1
        return true
    }

    /// Takes the comma between two values, or the end of their container, for which it returns true.
    mutating func separator(closing: UInt8, _ context: String) throws(JSONParseError) -> Bool {
        let next = try nextCharacter()
        guard next == closing || next == UInt8(ascii: ",") else { throw unexpected(context) }
        at += 1
        return next == closing
    }

    /// Makes sure that only white space is left.
    mutating func expectEnd() throws(JSONParseError) {
        while at < bytes.count {
            guard [0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) else { throw unexpected("after top-level value") }
            at += 1
        }
    }

    mutating func literal(_ word: String, _ value: JSONValue) throws(JSONParseError) -> JSONValue {
        for expected in word.utf8 {
            guard at < bytes.count else { throw endOfInput }
            guard bytes[at] == expected else {
                throw unexpected("in literal \(word) (expecting '\(UnicodeScalar(expected))')")
            }
            at += 1
        }
        return value
    }

    mutating func number() throws(JSONParseError) -> JSONNumber {
        let start = at
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        if at < bytes.count, bytes[at] == UInt8(ascii: "0") { at += 1 } else { try digits("in numeric literal") }
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            try digits("after decimal point in numeric literal")
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            try digits("in exponent of numeric literal")
        }
        return JSONNumber(text: String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<at]), as: UTF8.self))
    }

    private mutating func digits(_ context: String) throws(JSONParseError) {
        guard at < bytes.count else { throw endOfInput }
        guard isDigit(bytes[at]) else { throw unexpected(context) }
        while at < bytes.count, isDigit(bytes[at]) { at += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// Reads a string whose opening quote comes next.
    mutating func string() throws(JSONParseError) -> String {
        at += 1
        let start = at
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                let text = UnsafeBufferPointer(rebasing: bytes[start..<at])
                at += 1
                return String(validating: text, as: UTF8.self) ?? Self.repaired(text)
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw unexpected("in string literal")
            default: at += 1
            }
        }
        throw endOfInput
    }

    /// The rest of a string in which an escape was found.
    private mutating func escapedString(from start: Int) throws(JSONParseError) -> String {
        var out = Array(bytes[start..<at])
        while at < bytes.count {
            let byte = bytes[at]
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                return String(validating: out, as: UTF8.self) ?? out.withUnsafeBufferPointer(Self.repaired)
            case UInt8(ascii: "\\"): try escape(into: &out)
            case 0..<0x20: throw unexpected("in string literal")
            default:
                out.append(byte)
                at += 1
            }
        }
        throw endOfInput
    }

    private mutating func escape(into out: inout [UInt8]) throws(JSONParseError) {
        at += 1
        guard at < bytes.count else { throw endOfInput }
        let byte = bytes[at]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            at += 1
            try unicodeEscape(into: &out)
            return
        default: throw unexpected("in string escape code")
        }
        at += 1
    }

    /// The four digits after `\u`, and the second half of a surrogate pair; a half alone becomes U+FFFD.
    private mutating func unicodeEscape(into out: inout [UInt8]) throws(JSONParseError) {
        let unit = try hexDigits()
        var code = UInt32(unit)
        if UTF16.isLeadSurrogate(unit), at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"),
            bytes[at + 1] == UInt8(ascii: "u")
        {
            let mark = at
            at += 2
            let second = try hexDigits()
            if UTF16.isTrailSurrogate(second) {
                code = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
            } else {
                at = mark
            }
        }
        out.append(contentsOf: String(UnicodeScalar(code).map(Character.init) ?? "\u{FFFD}").utf8)
    }

    private mutating func hexDigits() throws(JSONParseError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard at < bytes.count else { throw endOfInput }
            let byte = bytes[at]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt16(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt16(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt16(byte - UInt8(ascii: "A") + 10)
            default: throw unexpected("in \\u hexadecimal character escape")
            }
            at += 1
        }
        return unit
    }

    var endOfInput: JSONParseError { JSONParseError(message: "unexpected end of JSON input", offset: bytes.count) }

    /// The error for the byte that comes next.
    func unexpected(_ context: String) -> JSONParseError {
        guard at < bytes.count else { return endOfInput }
        return JSONParseError(message: "invalid character \(Self.quoted(bytes[at])) \(context)", offset: at)
    }

    /// A byte as Go's scanner quotes it: the Latin-1 character, or an escape.
    static func quoted(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "'"): return "'\\''"
        case UInt8(ascii: "\\"): return "'\\\\'"
        case 0x07: return "'\\a'"
        case 0x08: return "'\\b'"
        case 0x09: return "'\\t'"
        case 0x0A: return "'\\n'"
        case 0x0B: return "'\\v'"
        case 0x0C: return "'\\f'"
        case 0x0D: return "'\\r'"
        case 0..<0x20, 0x7F: return "'\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16) + "'"
        case 0x80...0xA0, 0xAD: return "'\\u00" + String(byte, radix: 16) + "'"
        default: return "'" + String(UnicodeScalar(byte)) + "'"
        }
    }

    /// The text with one U+FFFD for each byte that is not part of valid UTF-8, which is Go's way of counting them.
    static func repaired(_ text: UnsafeBufferPointer<UInt8>) -> String {
        var out: [UInt8] = []
        var at = 0
        while at < text.count {
            let length = validLength(text, at)
            if length == 0 {
                out.append(contentsOf: [0xEF, 0xBF, 0xBD])
                at += 1
            } else {
                out.append(contentsOf: text[at..<at + length])
                at += length
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func validLength(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> Int {
        let length =
            switch text[at] {
            case 0..<0x80: 1
            case 0xC2..<0xE0: 2
            case 0xE0..<0xF0: 3
            case 0xF0..<0xF5: 4
            default: 0
            }
        guard length > 0, at + length <= text.count else { return 0 }
        let character = UnsafeBufferPointer(rebasing: text[at..<at + length])
        return String(validating: character, as: UTF8.self) == nil ? 0 : length
    }
}
