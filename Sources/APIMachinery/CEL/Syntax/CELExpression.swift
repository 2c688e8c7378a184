// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A value written in an expression.
public enum CELLiteral: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
}

/// An expression as a tree; macros have been expanded.
public struct CELExpression: Sendable {
    /// Tells the nodes of one expression apart.
    public let id: Int
    /// Where faults of this node are shown, in code points from the beginning.
    public let offset: Int
    public var kind: Kind

    public indirect enum Kind: Sendable {
        case literal(CELLiteral)
        case name(String)
        /// A field; with `isTest`, whether it is there.
        case select(CELExpression, field: String, isTest: Bool)
        case call(String, target: CELExpression?, arguments: [CELExpression])
        /// The elements, and which of them are optional.
        case list([CELExpression], optional: Set<Int>)
        case map([Entry])
        case message(String, [Field])
        case comprehension(Comprehension)
    }

    public struct Entry: Sendable {
        public var key: CELExpression
        public var value: CELExpression
        public var isOptional: Bool
    }

    public struct Field: Sendable {
        public var name: String
        public var value: CELExpression
        public var isOptional: Bool
        public var offset: Int
    }

    /// A loop over a list or a map, which all macros over them are.
    public struct Comprehension: Sendable {
        public var range: CELExpression
        public var variable: String
        /// For maps the value, for lists the element, where `variable` is then the key or the index.
        public var secondVariable: String?
        public var accumulator: String
        public var initial: CELExpression
        public var condition: CELExpression
        public var step: CELExpression
        public var result: CELExpression
    }

    /// A name with dots, if that is all that this is.
    var qualifiedName: String? {
        var fields: [String] = []
        var expression = self
        while true {
            switch expression.kind {
            case .name(let name): return ([name] + fields.reversed()).joined(separator: ".")
            case .select(let operand, let field, false):
                fields.append(field)
                expression = operand
            default: return nil
            }
        }
    }
}

/// The functions that operators stand for.
enum CELOperator {
    static let conditional = "_?_:_"
    static let and = "_&&_"
    static let or = "_||_"
    static let not = "!_"
    static let negate = "-_"
    static let index = "_[_]"
    static let optionalIndex = "_[?_]"
    static let optionalSelect = "_?._"
    static let notStrictlyFalse = "@not_strictly_false"
    static let isIn = "@in"

    /// The function of an operator between two operands.
    static func binary(_ kind: CELTokenKind) -> String? {
        switch kind {
        case .in: isIn
        case .equals, .notEquals, .less, .lessEquals, .greater, .greaterEquals, .plus, .minus, .star, .slash,
            .percent:
            "_\(kind.literal)_"
        default: nil
        }
    }
}
