// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Makes the nodes that a macro becomes: all stand where the macro was called.
struct CELMacroFactory {
    let offset: Int
    var builder: CELTreeBuilder

    mutating func make(_ kind: CELExpression.Kind) -> CELExpression { builder.make(kind, at: offset) }

    mutating func name(_ name: String) -> CELExpression { make(.name(name)) }

    mutating func bool(_ value: Bool) -> CELExpression { make(.literal(.bool(value))) }

    mutating func int(_ value: Int64) -> CELExpression { make(.literal(.int(value))) }

    mutating func list(_ elements: [CELExpression]) -> CELExpression { make(.list(elements, optional: [])) }

    mutating func call(_ name: String, _ arguments: [CELExpression]) -> CELExpression {
        make(.call(name, target: nil, arguments: arguments))
    }

    mutating func call(_ name: String, on target: CELExpression) -> CELExpression {
        make(.call(name, target: target, arguments: []))
    }
}

/// Calls that stand for other expressions: the standard ones, those of optional values, of comprehensions over two
/// variables and, where an environment has it, `cel.bind`.
struct CELMacros: Sendable {
    /// Whether `cel.bind` is there.
    var hasBind = false
    static let accumulator = "@result"
    private static let oldAccumulator = "__result__"

    /// What a call becomes; nil if it is no macro.
    func expand(
        _ name: String, target: CELExpression?, _ arguments: [CELExpression], _ make: inout CELMacroFactory
    ) throws(CELFault) -> CELExpression? {
        guard let target else {
            guard name == "has", arguments.count == 1 else { return nil }
            guard case .select(let operand, let field, _) = arguments[0].kind else {
                throw CELFault("invalid argument to has() macro", at: arguments[0].offset)
            }
            return make.make(.select(operand, field: field, isTest: true))
        }
        switch (name, arguments.count) {
        case ("all", 2...3), ("exists", 2...3), ("exists_one", 2...3), ("existsOne", 2...3):
            return try quantifier(name, target, arguments, &make)
        case ("map", 2...3): return try map(target, arguments, &make)
        case ("filter", 2): return try filter(target, arguments, &make)
        case ("transformList", 3...4): return try transformList(target, arguments, &make)
        case ("transformMap", 3...4), ("transformMapEntry", 3...4):
            return try transformMap(name, target, arguments, &make)
        case ("optMap", 2), ("optFlatMap", 2): return try optionalMap(name, target, arguments, &make)
        case ("bind", 3) where hasBind && target.qualifiedName == "cel":
            guard case .name(let variable) = arguments[0].kind else {
                throw CELFault("cel.bind() variable names must be simple identifiers", at: arguments[0].offset)
            }
            return bind(variable, arguments[1], arguments[2], &make)
        default: return nil
        }
    }

    private func variable(_ argument: CELExpression, _ text: String) throws(CELFault) -> String {
        guard case .name(let name) = argument.kind else { throw CELFault(text, at: argument.offset) }
        if name == Self.accumulator || name == Self.oldAccumulator {
            throw CELFault("iteration variable overwrites accumulator variable", at: argument.offset)
        }
        return name
    }

    /// The two variables of a comprehension over keys or indexes and values.
    private func variables(_ arguments: [CELExpression]) throws(CELFault) -> (String, String) {
        let first = try variable(arguments[0], "argument must be a simple name")
        let second = try variable(arguments[1], "argument must be a simple name")
        if first == second { throw CELFault("duplicate variable name: \(first)", at: arguments[1].offset) }
        return (first, second)
    }

    /// A loop; `names` are its variables.
    private func loop(
        _ range: CELExpression, _ names: (String, String?), _ initial: CELExpression, _ condition: CELExpression,
        _ step: CELExpression, _ result: CELExpression, _ make: inout CELMacroFactory
    ) -> CELExpression {
        make.make(
            .comprehension(
                CELExpression.Comprehension(
                    range: range, variable: names.0, secondVariable: names.1, accumulator: Self.accumulator,
                    initial: initial, condition: condition, step: step, result: result)))
    }

    private func quantifier(
        _ name: String, _ target: CELExpression, _ arguments: [CELExpression], _ make: inout CELMacroFactory
    ) throws(CELFault) -> CELExpression {
        let names: (String, String?)
        if arguments.count == 3 {
            let pair = try variables(arguments)
            names = (pair.0, pair.1)
        } else {
            names = (try variable(arguments[0], "argument must be a simple name"), nil)
        }
        let predicate = arguments[arguments.count - 1]
        let value = make.name(Self.accumulator)
        switch name {
        case "all":
            let condition = make.call(CELOperator.notStrictlyFalse, [value])
            let step = make.call(CELOperator.and, [make.name(Self.accumulator), predicate])
            return loop(
                target, names, make.bool(true), condition, step, make.name(Self.accumulator), &make)
        case "exists":
            let condition = make.call(CELOperator.notStrictlyFalse, [make.call(CELOperator.not, [value])])
            let step = make.call(CELOperator.or, [make.name(Self.accumulator), predicate])
            return loop(
                target, names, make.bool(false), condition, step, make.name(Self.accumulator), &make)
        default:
            let more = make.call("_+_", [value, make.int(1)])
            let step = make.call(CELOperator.conditional, [predicate, more, make.name(Self.accumulator)])
            let result = make.call("_==_", [make.name(Self.accumulator), make.int(1)])
            return loop(target, names, make.int(0), make.bool(true), step, result, &make)
        }
    }

    private func map(
        _ target: CELExpression, _ arguments: [CELExpression], _ make: inout CELMacroFactory
    ) throws(CELFault) -> CELExpression {
        let name = try variable(arguments[0], "argument is not an identifier")
        let filter = arguments.count == 3 ? arguments[1] : nil
        return collect(target, (name, nil), filter, arguments[arguments.count - 1], &make)
    }

    private func filter(
        _ target: CELExpression, _ arguments: [CELExpression], _ make: inout CELMacroFactory
    ) throws(CELFault) -> CELExpression {
        let name = try variable(arguments[0], "argument is not an identifier")
        return collect(target, (name, nil), arguments[1], arguments[0], &make)
    }

    private func transformList(
        _ target: CELExpression, _ arguments: [CELExpression], _ make: inout CELMacroFactory
    ) throws(CELFault) -> CELExpression {
        let names = try variables(arguments)
        let filter = arguments.count == 4 ? arguments[2] : nil
        return collect(target, (names.0, names.1), filter, arguments[arguments.count - 1], &make)
    }

    /// A list of what `element` is for each that passes `filter`.
    private func collect(
        _ target: CELExpression, _ names: (String, String?), _ filter: CELExpression?, _ element: CELExpression,
        _ make: inout CELMacroFactory
    ) -> CELExpression {
        let value = make.name(Self.accumulator)
        var step = make.call("_+_", [value, make.list([element])])
        if let filter { step = make.call(CELOperator.conditional, [filter, step, value]) }
        return loop(target, names, make.list([]), make.bool(true), step, value, &make)
    }

    private func transformMap(
        _ name: String, _ target: CELExpression, _ arguments: [CELExpression], _ make: inout CELMacroFactory
    ) throws(CELFault) -> CELExpression {
        let names = try variables(arguments)
        let value = make.name(Self.accumulator)
        let element = arguments[arguments.count - 1]
        let entry = name == "transformMap" ? [value, make.name(names.0), element] : [value, element]
        var step = make.call("cel.@mapInsert", entry)
        if arguments.count == 4 { step = make.call(CELOperator.conditional, [arguments[2], step, value]) }
        return loop(target, (names.0, names.1), make.make(.map([])), make.bool(true), step, value, &make)
    }

    private func optionalMap(
        _ name: String, _ target: CELExpression, _ arguments: [CELExpression], _ make: inout CELMacroFactory
    ) throws(CELFault) -> CELExpression {
        guard case .name(let variable) = arguments[0].kind else {
            throw CELFault("\(name)() variable name must be a simple identifier", at: arguments[0].offset)
        }
        let condition = make.call("hasValue", on: target)
        var present = bind(variable, make.call("value", on: target), arguments[1], &make)
        if name == "optMap" { present = make.call("optional.of", [present]) }
        return make.call(CELOperator.conditional, [condition, present, make.call("optional.none", [])])
    }

    /// An expression in which a name stands for a value: a loop over nothing.
    private func bind(
        _ variable: String, _ value: CELExpression, _ result: CELExpression, _ make: inout CELMacroFactory
    ) -> CELExpression {
        make.make(
            .comprehension(
                CELExpression.Comprehension(
                    range: make.list([]), variable: "#unused", secondVariable: nil, accumulator: variable,
                    initial: value, condition: make.bool(false), step: make.name(variable), result: result)))
    }
}
