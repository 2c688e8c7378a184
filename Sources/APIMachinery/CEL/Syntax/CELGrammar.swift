// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The rules of CEL's grammar.
enum CELRule: Int, Sendable, CaseIterable {
    case start, expr, conditionalOr, conditionalAnd, relation, calc, unary, member, primary, exprList, listInit
    case fieldInitializerList, optField, mapInitializerList, escapeIdent, optExpr, literal
}

/// What a rule consists of.
indirect enum CELPattern: Sendable {
    case token(CELTokenKind)
    case oneOf([CELTokenKind])
    /// Another rule; `precedence` is what operators inside it have to reach.
    case rule(CELRule, precedence: Int)
    case sequence([CELPattern])
    case choice([CELPattern])
    case optional(CELPattern)
    /// Any number of times.
    case many(CELPattern)
    /// Once or more often.
    case some(CELPattern)
    /// What follows is allowed only where operators of this precedence are.
    case precedence(Int)
    /// Wraps what has been read of this rule into a new node: how a rule that begins with itself grows to the left.
    case grow

    static func rule(_ rule: CELRule) -> CELPattern { .rule(rule, precedence: 0) }
}

/// The grammar of cel-spec's language definition with the optional syntax and escaped names that cel-go adds. Rules that
/// begin with themselves are written as a beginning and a loop with precedences, which is how ANTLR, whose faults
/// clients see, takes them apart.
enum CELGrammar {
    static func pattern(_ rule: CELRule) -> CELPattern {
        switch rule {
        case .start: .sequence([.rule(.expr), .token(.end)])
        case .expr:
            .sequence([
                .rule(.conditionalOr),
                .optional(
                    .sequence([.token(.question), .rule(.conditionalOr), .token(.colon), .rule(.expr)])),
            ])
        case .conditionalOr:
            .sequence([.rule(.conditionalAnd), .many(.sequence([.token(.or), .rule(.conditionalAnd)]))])
        case .conditionalAnd:
            .sequence([.rule(.relation), .many(.sequence([.token(.and), .rule(.relation)]))])
        case .relation: relation
        case .calc: calc
        case .unary:
            .choice([
                .rule(.member),
                .sequence([.some(.token(.exclamation)), .rule(.member)]),
                .sequence([.some(.token(.minus)), .rule(.member)]),
            ])
        case .member: .sequence([.rule(.primary), .many(memberSuffix)])
        case .primary: primary
        default: list(rule)
        }
    }

    private static let relation = CELPattern.sequence([
        .rule(.calc),
        .many(
            .sequence([
                .precedence(1), .grow,
                .oneOf([.less, .lessEquals, .greaterEquals, .greater, .equals, .notEquals, .in]),
                .rule(.relation, precedence: 2),
            ])),
    ])

    private static let calc = CELPattern.sequence([
        .rule(.unary),
        .many(
            .choice([
                .sequence([
                    .precedence(2), .grow, .oneOf([.star, .slash, .percent]), .rule(.calc, precedence: 3),
                ]),
                .sequence([
                    .precedence(1), .grow, .oneOf([.plus, .minus]), .rule(.calc, precedence: 2),
                ]),
            ])),
    ])

    private static let arguments = CELPattern.sequence([
        .token(.leftParenthesis), .optional(.rule(.exprList)), .token(.rightParenthesis),
    ])

    private static let memberSuffix = CELPattern.choice([
        .sequence([
            .precedence(3), .grow, .token(.dot), .optional(.token(.question)), .rule(.escapeIdent),
        ]),
        .sequence([.precedence(2), .grow, .token(.dot), .token(.identifier), arguments]),
        .sequence([
            .precedence(1), .grow, .token(.leftBracket), .optional(.token(.question)), .rule(.expr),
            .token(.rightBracket),
        ]),
    ])

    private static let primary = CELPattern.choice([
        .sequence([.optional(.token(.dot)), .token(.identifier)]),
        .sequence([.optional(.token(.dot)), .token(.identifier), arguments]),
        .sequence([.token(.leftParenthesis), .rule(.expr), .token(.rightParenthesis)]),
        .sequence([
            .token(.leftBracket), .optional(.rule(.listInit)), .optional(.token(.comma)), .token(.rightBracket),
        ]),
        .sequence([
            .token(.leftBrace), .optional(.rule(.mapInitializerList)), .optional(.token(.comma)),
            .token(.rightBrace),
        ]),
        .sequence([
            .optional(.token(.dot)), .token(.identifier), .many(.sequence([.token(.dot), .token(.identifier)])),
            .token(.leftBrace), .optional(.rule(.fieldInitializerList)), .optional(.token(.comma)),
            .token(.rightBrace),
        ]),
        .rule(.literal),
    ])

    private static func list(_ rule: CELRule) -> CELPattern {
        let field = [CELPattern.rule(.optField), .token(.colon), .rule(.expr)]
        let entry = [CELPattern.rule(.optExpr), .token(.colon), .rule(.expr)]
        return switch rule {
        case .exprList: .sequence([.rule(.expr), .many(.sequence([.token(.comma), .rule(.expr)]))])
        case .listInit: .sequence([.rule(.optExpr), .many(.sequence([.token(.comma), .rule(.optExpr)]))])
        case .fieldInitializerList: .sequence(field + [.many(.sequence([.token(.comma)] + field))])
        case .mapInitializerList: .sequence(entry + [.many(.sequence([.token(.comma)] + entry))])
        case .optField: .sequence([.optional(.token(.question)), .rule(.escapeIdent)])
        case .optExpr: .sequence([.optional(.token(.question)), .rule(.expr)])
        case .escapeIdent: .choice([.token(.identifier), .token(.escapedIdentifier)])
        default:
            .choice([
                .sequence([.optional(.token(.minus)), .token(.int)]), .token(.uint),
                .sequence([.optional(.token(.minus)), .token(.double)]), .token(.string), .token(.bytes),
                .token(.true), .token(.false), .token(.null),
            ])
        }
    }
}
