// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Finds the type of an expression and of all its parts, and the faults in it.
struct CELChecker {
    private let environment: CELEnvironment
    /// The variables of the loops around, innermost last.
    private var scopes: [[String: CELType]] = []
    private var mapping = CELTypeMapping()
    private var freeParameters = 0
    /// How many nodes may be looked at. Macros that need a part twice can make small texts large expressions.
    private static let visitLimit = 200_000
    private var visits = 0
    private var types: [Int: CELType] = [:]
    /// The ways of calling a function that fit, by the node of the call.
    private(set) var overloads: [Int: [CELOverload]] = [:]
    private(set) var faults: [CELFault] = []

    init(_ environment: CELEnvironment) { self.environment = environment }

    /// The types of all parts of an expression.
    mutating func check(_ expression: CELExpression) -> [Int: CELType] {
        _ = type(of: expression)
        return types.mapValues { mapping.resolve($0, toDynamic: true) }
    }

    private mutating func fault(_ text: String, at expression: CELExpression) {
        faults.append(CELFault(text, at: expression.offset))
    }

    private mutating func newParameter() -> CELType {
        freeParameters += 1
        return .parameter("_var\(freeParameters - 1)")
    }

    @discardableResult
    private mutating func type(of expression: CELExpression) -> CELType {
        visits += 1
        guard visits <= Self.visitLimit else {
            if visits == Self.visitLimit + 1 { faults.append(CELFault("expression is too complex", at: nil)) }
            return .error
        }
        let type: CELType
        switch expression.kind {
        case .literal(let literal): type = Self.type(of: literal)
        case .name(let name): type = nameType(name, expression)
        case .select(let operand, let field, let isTest): type = select(expression, operand, field, isTest)
        case .call(let name, let target, let arguments): type = call(expression, name, target, arguments)
        case .list(let elements, let optional): type = list(elements, optional)
        case .map(let entries): type = map(entries)
        case .message(let name, let fields): type = message(expression, name, fields)
        case .comprehension(let loop): type = comprehension(loop)
        }
        types[expression.id] = type
        return type
    }

    private static func type(of literal: CELLiteral) -> CELType {
        switch literal {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        }
    }

    // MARK: Names and fields

    private func lookup(_ name: String) -> CELType? {
        for scope in scopes.reversed() {
            if let type = scope[name] { return type }
        }
        return environment.lookup(name)
    }

    private mutating func nameType(_ name: String, _ expression: CELExpression) -> CELType {
        if let type = lookup(name) { return type }
        fault("undeclared reference to '\(name)' (in container '')", at: expression)
        return .error
    }

    private mutating func select(
        _ expression: CELExpression, _ operand: CELExpression, _ field: String, _ isTest: Bool
    ) -> CELType {
        if let name = expression.qualifiedName, let type = lookup(name) { return type }
        let result = fieldType(expression, operand, field, isOptional: false)
        return isTest ? .bool : mapping.resolve(result)
    }

    private mutating func fieldType(
        _ expression: CELExpression, _ operand: CELExpression, _ field: String, isOptional: Bool
    ) -> CELType {
        let operandType = mapping.resolve(type(of: operand))
        let target = operandType.unwrapped ?? operandType
        var result = CELType.error
        switch target {
        case .map(_, let value): result = value
        case .object(let name):
            if let type = environment.field(field, of: name) {
                result = type
            } else if environment.hasFields(name) {
                fault("undefined field '\(field)'", at: expression)
            } else {
                fault("unexpected failed resolution of '\(name)'", at: expression)
            }
        case .parameter:
            _ = mapping.assign(.dyn, to: target)
            result = .dyn
        default:
            if !target.isDynamicOrError {
                fault("type '\(target.checkedText)' does not support field selection", at: expression)
            }
            result = .dyn
        }
        return isOptional || operandType.unwrapped != nil ? .optional(result) : result
    }

    // MARK: Calls

    private mutating func call(
        _ expression: CELExpression, _ name: String, _ target: CELExpression?, _ arguments: [CELExpression]
    ) -> CELType {
        if name == CELOperator.optionalSelect, arguments.count == 2,
            case .literal(.string(let field)) = arguments[1].kind
        {
            return mapping.resolve(fieldType(expression, arguments[0], field, isOptional: true))
        }
        let types = arguments.map { type(of: $0) }
        if let target, let prefix = target.qualifiedName,
            let overloads = environment.function(prefix + "." + name)
        {
            return resolve(expression, prefix + "." + name, overloads, nil, arguments, types)
        }
        let targetType = target.map { type(of: $0) }
        guard let overloads = environment.function(name) else {
            fault("undeclared reference to '\(name)' (in container '')", at: expression)
            return .error
        }
        return resolve(expression, name, overloads, targetType, arguments, types)
    }

    private mutating func resolve(
        _ expression: CELExpression, _ name: String, _ overloads: [CELOverload], _ target: CELType?,
        _ arguments: [CELExpression], _ types: [CELType]
    ) -> CELType {
        if name == CELOperator.and || name == CELOperator.or { return logical(arguments, types) }
        let given = (target.map { [$0] } ?? []) + types
        var result: CELType?
        for overload in overloads where overload.isMember == (target != nil) {
            let (parameters, type) = instance(of: overload)
            guard mapping.assign(given, to: parameters) else { continue }
            self.overloads[expression.id, default: []].append(overload)
            let resolved = mapping.resolve(type)
            if let known = result {
                if !known.isDynamic, known != resolved { result = .dyn }
            } else {
                result = resolved
            }
        }
        if let result { return result }
        let shown = given.map { mapping.resolve($0, toDynamic: true).checkedText }
        let signature =
            target == nil
            ? "(" + shown.joined(separator: ", ") + ")"
            : shown[0] + ".(" + shown.dropFirst().joined(separator: ", ") + ")"
        let plain = name.hasPrefix(".") ? String(name.dropFirst()) : name
        fault("found no matching overload for '\(plain)' applied to '\(signature)'", at: expression)
        return .error
    }

    private mutating func logical(_ arguments: [CELExpression], _ types: [CELType]) -> CELType {
        var result = CELType.bool
        for (argument, type) in zip(arguments, types) where !mapping.assign(type, to: .bool) {
            fault("expected type 'bool' but found '\(type.checkedText)'", at: argument)
            result = .error
        }
        return result
    }

    /// An overload with type parameters of its own.
    private mutating func instance(of overload: CELOverload) -> ([CELType], CELType) {
        guard !overload.parameters.isEmpty else { return (overload.arguments, overload.result) }
        var fresh = CELTypeMapping()
        for name in overload.parameters.sorted() { fresh.set(name, newParameter()) }
        return (overload.arguments.map { fresh.resolve($0) }, fresh.resolve(overload.result))
    }

    // MARK: Lists, maps and messages

    /// The type of a part which is there only if it has a value.
    private mutating func optionalType(_ expression: CELExpression, _ type: CELType) -> CELType {
        if let inner = type.unwrapped { return inner }
        if !type.isDynamic {
            let expected = CELType.optional(type).checkedText
            fault("expected type '\(expected)' but found '\(type.checkedText)'", at: expression)
        }
        return type
    }

    private mutating func join(_ known: CELType?, _ type: CELType, _ expression: CELExpression) -> CELType {
        guard let known else { return type }
        if mapping.assign(known, to: type) { return CELTypeMapping.mostGeneral(known, type) }
        fault("expected type '\(known.checkedText)' but found '\(type.checkedText)'", at: expression)
        return .error
    }

    private mutating func list(_ elements: [CELExpression], _ optional: Set<Int>) -> CELType {
        var joined: CELType?
        for (index, element) in elements.enumerated() {
            var elementType = type(of: element)
            if optional.contains(index) { elementType = optionalType(element, elementType) }
            joined = join(joined, elementType, element)
        }
        return .list(joined ?? newParameter())
    }

    private mutating func map(_ entries: [CELExpression.Entry]) -> CELType {
        var keys: CELType?
        var values: CELType?
        for entry in entries {
            keys = join(keys, type(of: entry.key), entry.key)
            var valueType = type(of: entry.value)
            if entry.isOptional { valueType = optionalType(entry.value, valueType) }
            values = join(values, valueType, entry.value)
        }
        guard let keys, let values else {
            let key = newParameter()
            return .map(key, newParameter())
        }
        return .map(keys, values)
    }

    private mutating func message(
        _ expression: CELExpression, _ name: String, _ fields: [CELExpression.Field]
    ) -> CELType {
        guard let found = lookup(name) else {
            fault("undeclared reference to '\(name)' (in container '')", at: expression)
            return .error
        }
        var result = CELType.error
        switch found {
        case .error: break
        case .type(let inner?):
            if case .object = inner {
                result = inner
            } else if inner == .timestamp || inner == .duration {
                result = inner
            } else {
                fault("'\(inner.name)' is not a message type", at: expression)
            }
        default: fault("'\(found.name)' is not a type", at: expression)
        }
        for field in fields { check(field, of: result) }
        return result
    }

    private mutating func check(_ field: CELExpression.Field, of object: CELType) {
        var valueType = type(of: field.value)
        var fieldType = CELType.error
        if case .object(let name) = object {
            if let known = environment.field(field.name, of: name) {
                fieldType = known
            } else {
                faults.append(CELFault("undefined field '\(field.name)'", at: field.offset))
            }
        } else if object != .error {
            faults.append(CELFault("undefined field '\(field.name)'", at: field.offset))
        }
        if field.isOptional { valueType = optionalType(field.value, valueType) }
        if !mapping.assign(fieldType, to: valueType) {
            let text =
                "expected type of field '\(field.name)' is '\(fieldType.checkedText)' but provided type is '\(valueType.checkedText)'"
            faults.append(CELFault(text, at: field.offset))
        }
    }

    // MARK: Loops

    private mutating func comprehension(_ loop: CELExpression.Comprehension) -> CELType {
        let rangeType = mapping.resolve(type(of: loop.range))
        let accumulatorType = type(of: loop.initial)
        scopes.append([loop.accumulator: accumulatorType])
        var variables = self.variables(rangeType, loop)
        if let second = loop.secondVariable {
            scopes.append([loop.variable: variables.0, second: variables.1])
        } else {
            if case .list(let element) = rangeType { variables.0 = element }
            scopes.append([loop.variable: variables.0])
        }
        expect(.bool, loop.condition)
        expect(accumulatorType, loop.step)
        scopes.removeLast()
        let result = type(of: loop.result)
        scopes.removeLast()
        return mapping.resolve(result)
    }

    /// The types of the two variables over a range.
    private mutating func variables(
        _ range: CELType, _ loop: CELExpression.Comprehension
    ) -> (CELType, CELType) {
        switch range {
        case .list(let element): return (.int, element)
        case .map(let key, let value): return (key, value)
        case .dyn, .any, .error, .parameter:
            _ = mapping.assign(.dyn, to: range)
            return (.dyn, .dyn)
        default:
            let text =
                "expression of type '\(range.checkedText)' cannot be range of a comprehension (must be list, map, or dynamic)"
            fault(text, at: loop.range)
            return (.error, .error)
        }
    }

    private mutating func expect(_ expected: CELType, _ expression: CELExpression) {
        let found = type(of: expression)
        if mapping.assign(expected, to: found) { return }
        fault("expected type '\(expected.checkedText)' but found '\(found.checkedText)'", at: expression)
    }
}
