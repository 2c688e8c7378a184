// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

/// JSON that this program wrote, cut into tokens in one pass, so that walks over it skip from value to value.
///
/// A token of an object is followed by those of its members, each a string token for the name and then the value. Bytes that are
/// not JSON never trap; they give a tape of what could be told apart.
struct JSONTape: Sendable {
    enum Kind: Sendable { case object, array, string, number, bool, null }

    struct Token: Sendable {
        var kind: Kind
        /// Where its text begins and ends.
        var start: Int32
        var end: Int32
        /// The token after this value and all that is in it.
        var next: Int32
    }

    let bytes: [UInt8]
    let tokens: [Token]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        tokens = bytes.withUnsafeBufferPointer { Self.cut($0) }
    }

    /// Whether there is a value at all.
    var isEmpty: Bool { tokens.isEmpty }

    private static func cut(_ p: UnsafeBufferPointer<UInt8>) -> [Token] {
        guard p.count < Int(Int32.max) else { return [] }
        var tokens: [Token] = []
        tokens.reserveCapacity(p.count / 12 + 8)
        var open: [Int] = []
        var i = 0
        while i < p.count {
            switch p[i] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open.append(tokens.count)
                let kind = p[i] == UInt8(ascii: "{") ? Kind.object : .array
                tokens.append(Token(kind: kind, start: Int32(i), end: Int32(p.count), next: 0))
                i += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                i += 1
                guard let at = open.popLast() else { return tokens }
                tokens[at].end = Int32(i)
                tokens[at].next = Int32(tokens.count)
            case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x0a, 0x0d, 0x09: i += 1
            default:
                let (kind, end) = scalar(p, i)
                tokens.append(Token(kind: kind, start: Int32(i), end: Int32(end), next: Int32(tokens.count + 1)))
                i = end
            }
        }
        for at in open { tokens[at].next = Int32(tokens.count) }
        return tokens
    }

    private static func scalar(_ p: UnsafeBufferPointer<UInt8>, _ start: Int) -> (Kind, end: Int) {
        var i = start + 1
        if p[start] == UInt8(ascii: "\"") {
            while i < p.count, p[i] != UInt8(ascii: "\"") { i += p[i] == UInt8(ascii: "\\") ? 2 : 1 }
            return (.string, min(i + 1, p.count))
        }
        while i < p.count {
            switch p[i] {
            case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x0a, 0x0d, 0x09:
                return (kind(p[start]), i)
            default: i += 1
            }
        }
        return (kind(p[start]), i)
    }

    private static func kind(_ first: UInt8) -> Kind {
        switch first {
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
        case UInt8(ascii: "n"): .null
        default: .number
        }
    }

    // MARK: - reading

    func kind(_ at: Int) -> Kind { tokens[at].kind }

    func text(_ at: Int) -> ArraySlice<UInt8> {
        let token = tokens[at]
        return bytes[Int(token.start)..<Int(token.end)]
    }

    /// Whether an object or array has nothing in it; true for null, too.
    func isEmpty(_ at: Int) -> Bool {
        let token = tokens[at]
        switch token.kind {
        case .null: return true
        case .object, .array: return Int(token.next) == at + 1
        default: return false
        }
    }

    /// The string at a token, unescaped.
    func string(_ at: Int) -> String {
        let text = text(at)
        guard text.count >= 2 else { return "" }
        let body = text.dropFirst().dropLast()
        guard body.contains(UInt8(ascii: "\\")) else { return String(decoding: body, as: UTF8.self) }
        return (try? JSONValue.parse(Array(text)))?.stringValue ?? String(decoding: body, as: UTF8.self)
    }

    /// The value at a token; null for text that is not JSON.
    func value(_ at: Int) -> JSONValue {
        switch tokens[at].kind {
        case .string: .string(string(at))
        case .null: .null
        default: (try? JSONValue.parse(Array(text(at)))) ?? .null
        }
    }

    /// The tokens of an object's names, or of an array's items.
    func children(_ at: Int) -> JSONTapeChildren {
        JSONTapeChildren(tape: self, at: at + 1, end: Int(tokens[at].next), isObject: tokens[at].kind == .object)
    }

    /// The value of an object's member.
    func member(_ name: String, of at: Int) -> Int? {
        guard tokens[at].kind == .object else { return nil }
        for key in children(at) where isString(key, name) { return key + 1 }
        return nil
    }

    /// Whether the string at a token is `text`.
    func isString(_ at: Int, _ text: String) -> Bool {
        withText(at) { text.utf8.elementsEqual($0) } ?? (string(at) == text)
    }

    /// Calls `body` with the bytes of a string that has no escapes.
    ///
    /// - Returns: nil where it has some, or where no string stands at the token.
    func withText<Result>(_ at: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result? {
        let token = tokens[at]
        let (start, end) = (Int(token.start) + 1, Int(token.end) - 1)
        guard token.kind == .string, start <= end else { return nil }
        return bytes.withUnsafeBufferPointer { all in
            let text = UnsafeBufferPointer(rebasing: all[start..<end])
            return text.contains(UInt8(ascii: "\\")) ? nil : body(text)
        }
    }

    /// Whether two values have the same text.
    func isSameText(_ at: Int, _ other: JSONTape, _ otherAt: Int) -> Bool {
        let (a, b) = (tokens[at], other.tokens[otherAt])
        guard a.end - a.start == b.end - b.start else { return false }
        return bytes.withUnsafeBufferPointer { p in
            other.bytes.withUnsafeBufferPointer { q in
                var (i, j) = (Int(a.start), Int(b.start))
                while i < Int(a.end), p[i] == q[j] { (i, j) = (i + 1, j + 1) }
                return i == Int(a.end)
            }
        }
    }
}

/// Steps over the members of an object (giving the tokens of the names) or the items of an array.
struct JSONTapeChildren: Sequence, IteratorProtocol {
    let tape: JSONTape
    var at: Int
    let end: Int
    let isObject: Bool

    mutating func next() -> Int? {
        guard at < end, !isObject || at + 1 < end else { return nil }
        let current = at
        at = Int(tape.tokens[isObject ? at + 1 : at].next)
        return current
    }
}
