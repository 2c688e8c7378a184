// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The kinds of tokens of CEL, in the order of its grammar: the order in which expected tokens are listed.
enum CELTokenKind: Int, Sendable, CaseIterable {
    case epsilon = -2
    case end = -1
    case equals = 1, notEquals, `in`, less, lessEquals, greaterEquals, greater, and, or
    case leftBracket, rightBracket, leftBrace, rightBrace, leftParenthesis, rightParenthesis
    case dot, comma, minus, exclamation, question, colon, plus, star, slash, percent
    case `true`, `false`, null
    case whitespace, comment
    case double, int, uint, string, bytes, identifier, escapedIdentifier

    /// What a fault calls this kind.
    var name: String {
        switch self {
        case .epsilon: "<EPSILON>"
        case .end: "<EOF>"
        case .whitespace: "WHITESPACE"
        case .comment: "COMMENT"
        case .double: "NUM_FLOAT"
        case .int: "NUM_INT"
        case .uint: "NUM_UINT"
        case .string: "STRING"
        case .bytes: "BYTES"
        case .identifier: "IDENTIFIER"
        case .escapedIdentifier: "ESC_IDENTIFIER"
        default: "'\(literal)'"
        }
    }

    /// The text of a token which is always written the same.
    var literal: String {
        Self.literals.first { $0.1 == self }?.0 ?? ""
    }

    /// Fixed texts; the longest that fits is taken, so an order among them is not needed.
    static let literals: [(String, CELTokenKind)] = [
        ("==", .equals), ("!=", .notEquals), ("in", .in), ("<", .less), ("<=", .lessEquals), (">=", .greaterEquals),
        (">", .greater), ("&&", .and), ("||", .or), ("[", .leftBracket), ("]", .rightBracket), ("{", .leftBrace),
        ("}", .rightBrace), ("(", .leftParenthesis), (")", .rightParenthesis), (".", .dot), (",", .comma),
        ("-", .minus), ("!", .exclamation), ("?", .question), (":", .colon), ("+", .plus), ("*", .star),
        ("/", .slash), ("%", .percent), ("true", .true), ("false", .false), ("null", .null),
    ]
}

/// A piece of an expression: a range of code points.
struct CELToken: Sendable {
    var kind: CELTokenKind
    var start: Int
    var end: Int

    /// Whether the parser never sees it.
    var isHidden: Bool { kind == .whitespace || kind == .comment }
}

/// A set of kinds of tokens.
struct CELTokenSet: Sendable, Hashable {
    /// One bit for each kind, shifted so that the negative ones fit.
    private var bits: UInt64 = 0

    init(_ kinds: [CELTokenKind] = []) {
        for kind in kinds { insert(kind) }
    }

    private static func bit(_ kind: CELTokenKind) -> UInt64 { 1 << UInt64(kind.rawValue + 2) }

    var isEmpty: Bool { bits == 0 }

    func contains(_ kind: CELTokenKind) -> Bool { bits & Self.bit(kind) != 0 }

    mutating func insert(_ kind: CELTokenKind) { bits |= Self.bit(kind) }

    mutating func remove(_ kind: CELTokenKind) { bits &= ~Self.bit(kind) }

    mutating func formUnion(_ other: CELTokenSet) { bits |= other.bits }

    func isDisjoint(with other: CELTokenSet) -> Bool { bits & other.bits == 0 }

    /// How a fault lists what it expected.
    var text: String {
        let names = CELTokenKind.allCases.filter(contains).map(\.name)
        return names.count == 1 ? names[0] : "{" + names.joined(separator: ", ") + "}"
    }
}
