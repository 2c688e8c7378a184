// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The tokens of label selector expressions.
struct LabelSelectorTokens {
    enum Kind: Equatable {
        case end, identifier, comma, open, close, not, equal, doubleEqual, notEqual, greater, less, isIn, notIn
    }

    struct Token {
        var kind: Kind
        var text: String
    }

    private static let symbols: [String: Kind] = [
        ",": .comma, "(": .open, ")": .close, "!": .not, "=": .equal, "==": .doubleEqual, "!=": .notEqual,
        ">": .greater,
        "<": .less,
    ]

    private var tokens: [Token] = []
    private var at = 0

    init(_ text: String) {
        let bytes = Array(text.utf8)
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if Self.isSpace(byte) {
                position += 1
            } else if Self.isSymbol(byte) {
                let token = Self.symbol(bytes, position)
                tokens.append(token)
                position += token.text.utf8.count
            } else {
                let end = bytes[position...].firstIndex { Self.isSpace($0) || Self.isSymbol($0) } ?? bytes.count
                let word = String(decoding: bytes[position..<end], as: UTF8.self)
                let kind: Kind = word == "in" ? .isIn : word == "notin" ? .notIn : .identifier
                tokens.append(Token(kind: kind, text: word))
                position = end
            }
        }
    }

    /// The next token, which stays. Where a value may stand, `in` and `notin` are words like any other.
    func peek(asValue: Bool = true) -> Token {
        guard at < tokens.count else { return Token(kind: .end, text: "") }
        var token = tokens[at]
        if asValue, token.kind == .isIn || token.kind == .notIn { token.kind = .identifier }
        return token
    }

    /// Takes the next token.
    mutating func next(asValue: Bool = true) -> Token {
        let token = peek(asValue: asValue)
        at += 1
        return token
    }

    /// The longest symbol that starts here.
    private static func symbol(_ bytes: [UInt8], _ at: Int) -> Token {
        for length in [2, 1] where at + length <= bytes.count {
            let text = String(decoding: bytes[at..<at + length], as: UTF8.self)
            if let kind = symbols[text] { return Token(kind: kind, text: text) }
        }
        return Token(kind: .end, text: "")
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    private static func isSymbol(_ byte: UInt8) -> Bool { "=!(),><".utf8.contains(byte) }
}
