// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A regular expression in the syntax of Go's `regexp` (RE2): it is matched in time linear in the text, whatever it is.
public struct GoPattern: Sendable {
    /// What is wrong with a text that is no regular expression, in Go's words.
    public struct Fault: Error, Sendable {
        /// The kind of fault.
        public var code: String
        /// The part of the text it is about.
        public var text: String

        /// `error parsing regexp: missing closing ]: ...`
        public var message: String { "error parsing regexp: \(code): `\(text)`" }
    }

    private let program: [GoPatternProgram.Instruction]

    /// - Throws: the first fault.
    public init(_ text: String) throws(Fault) {
        var parser = GoPatternParser(text)
        let node = try parser.parse()
        var builder = GoPatternProgram()
        guard builder.build(node), builder.add(.match) else { throw Fault(code: "expression too large", text: text) }
        program = builder.instructions
    }

    /// Whether it matches anywhere in a text.
    public func matches(_ text: String) -> Bool {
        GoPatternMatcher(program, Array(text.unicodeScalars)).find(from: 0, anywhere: true) != nil
    }

    /// The first match.
    public func first(in text: String) -> String? { all(in: text, limit: 1).first }

    /// Matches that do not overlap, in their order.
    ///
    /// - Parameter limit: how many to find at most; all if negative.
    public func all(in text: String, limit: Int = -1) -> [String] {
        let scalars = Array(text.unicodeScalars)
        let matcher = GoPatternMatcher(program, scalars)
        var result: [String] = []
        var position = 0
        var lastEnd = -1
        while position <= scalars.count, limit < 0 || result.count < limit {
            guard let match = matcher.find(from: position, anywhere: true) else { break }
            let isEmpty = match.isEmpty
            if !isEmpty || match.lowerBound != lastEnd {
                result.append(String(String.UnicodeScalarView(scalars[match])))
            }
            lastEnd = match.upperBound
            position = isEmpty ? match.upperBound + 1 : match.upperBound
        }
        return result
    }
}

/// What a pattern consists of.
indirect enum GoPatternNode: Sendable {
    case empty
    case set(GoPatternSet)
    case assertion(GoPatternAssertion)
    case sequence([GoPatternNode])
    case choice([GoPatternNode])
    /// `maximum` is nil for any number.
    case repeated(GoPatternNode, minimum: Int, maximum: Int?, isGreedy: Bool)
}

extension GoPatternNode {
    /// Whether what is repeated inside of repetitions comes no more often than that in all.
    func isSmall(_ limit: Int) -> Bool {
        switch self {
        case .empty, .set, .assertion: return true
        case .sequence(let nodes), .choice(let nodes): return nodes.allSatisfy { $0.isSmall(limit) }
        case .repeated(let node, let minimum, let maximum, _):
            let count = maximum ?? minimum
            if maximum == 0 { return true }
            return count <= limit && node.isSmall(count > 1 ? limit / count : limit)
        }
    }
}

/// A condition on a place of the text.
enum GoPatternAssertion: Sendable {
    case textStart, textEnd, lineStart, lineEnd, wordEdge, noWordEdge
}

/// A class of code points.
struct GoPatternSet: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    /// Classes by their general category: `L`, `Lu`, ...
    var categories: [(name: String, isNegated: Bool)] = []
    var isNegated = false
    var ignoresCase = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        if has(scalar) { return !isNegated }
        guard ignoresCase else { return isNegated }
        for other in [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping] {
            let scalars = other.unicodeScalars
            if scalars.count == 1, let first = scalars.first, has(first) { return !isNegated }
        }
        return isNegated
    }

    private func has(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar.value) }
            || categories.contains { Self.isIn(scalar, $0.name) != $0.isNegated }
    }

    /// The names of general categories by what Swift calls them.
    private static let names: [Unicode.GeneralCategory: String] = [
        .uppercaseLetter: "Lu", .lowercaseLetter: "Ll", .titlecaseLetter: "Lt", .modifierLetter: "Lm",
        .otherLetter: "Lo", .nonspacingMark: "Mn", .spacingMark: "Mc", .enclosingMark: "Me", .decimalNumber: "Nd",
        .letterNumber: "Nl", .otherNumber: "No", .connectorPunctuation: "Pc", .dashPunctuation: "Pd",
        .openPunctuation: "Ps", .closePunctuation: "Pe", .initialPunctuation: "Pi", .finalPunctuation: "Pf",
        .otherPunctuation: "Po", .mathSymbol: "Sm", .currencySymbol: "Sc", .modifierSymbol: "Sk",
        .otherSymbol: "So", .spaceSeparator: "Zs", .lineSeparator: "Zl", .paragraphSeparator: "Zp", .control: "Cc",
        .format: "Cf", .surrogate: "Cs", .privateUse: "Co",
    ]

    static func isCategory(_ name: String) -> Bool {
        name == "Any" || names.values.contains { $0 == name || $0.hasPrefix(name) && name.count == 1 }
    }

    private static func isIn(_ scalar: Unicode.Scalar, _ name: String) -> Bool {
        if name == "Any" { return true }
        guard let category = names[scalar.properties.generalCategory] else { return false }
        return category == name || name.count == 1 && category.hasPrefix(name)
    }
}
