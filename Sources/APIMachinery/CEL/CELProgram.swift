// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// An expression that has been parsed and checked against an environment.
///
/// - SeeAlso: the language definition of `cel-spec`; faults have the form that cel-go gives them, since Kubernetes shows
///   them to clients.
public struct CELProgram: Sendable {
    /// How long an expression may be, in code points.
    public static let sizeLimit = 100_000

    public let text: String
    public let expression: CELExpression
    /// The type of each node, by its id.
    let types: [Int: CELType]
    /// The ways of calling a function that fit, by the node of the call.
    let overloads: [Int: [CELOverload]]
    let environment: CELEnvironment

    /// The type of the result.
    public var type: CELType { types[expression.id] ?? .dyn }

    /// Compiles an expression.
    ///
    /// - Throws: all faults of the text; those of types only if there are none of syntax.
    public init(_ text: String, in environment: CELEnvironment) throws(CELFaults) {
        let source = CELSource(text)
        let size = source.scalars.count
        if size > Self.sizeLimit {
            let fault = "expression code point size exceeds limit: size: \(size), limit \(Self.sizeLimit)"
            throw CELFaults([CELFault(fault, at: nil)], in: source)
        }
        let parser = CELParser(source)
        guard parser.faults.isEmpty else { throw CELFaults(parser.faults, in: source) }
        var builder = CELTreeBuilder(parser, macros: CELMacros(hasBind: environment.hasBind))
        expression = builder.build()
        guard builder.faults.isEmpty else { throw CELFaults(builder.faults, in: source) }
        var checker = CELChecker(environment)
        types = checker.check(expression)
        overloads = checker.overloads
        guard checker.faults.isEmpty else { throw CELFaults(checker.faults, in: source) }
        let literals = CELLiteralRules.faults(expression)
        guard literals.isEmpty else { throw CELFaults(literals, in: source) }
        self.text = text
        self.environment = environment
    }
}
