// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension CELProgram {
    /// What an evaluation gave, and what it cost.
    public struct Outcome: Sendable {
        public var result: Result<CELValue, CELFailure>
        /// In the units of cel-go: about one for each step.
        public var cost: UInt64
    }

    /// How much one expression may cost in Kubernetes.
    public static let costLimit: UInt64 = 1_000_000

    /// Evaluates the expression.
    ///
    /// - Parameters:
    ///   - variables: the variables that its environment declares; those that have no value are missing.
    ///   - costLimit: what it may cost; beyond that it fails.
    public func evaluate(
        _ variables: [String: CELValue], costLimit: UInt64 = CELProgram.costLimit
    ) -> Outcome {
        var evaluator = CELEvaluator(self, variables, costLimit: costLimit)
        let result = Result { () throws(CELFailure) in try evaluator.value(of: expression) }
        return Outcome(result: result, cost: evaluator.cost)
    }
}

/// Evaluates an expression that has been checked.
struct CELEvaluator {
    /// The value of a loop's variable: accumulators can hold failures, which later steps may absorb.
    private typealias Local = (name: String, value: Result<CELValue, CELFailure>)

    private let environment: CELEnvironment
    private let variables: [String: CELValue]
    private var locals: [Local] = []
    private let costLimit: UInt64
    private(set) var cost: UInt64 = 0

    init(_ program: CELProgram, _ variables: [String: CELValue], costLimit: UInt64) {
        environment = program.environment
        self.variables = variables
        self.costLimit = costLimit
    }

    private mutating func charge(_ amount: UInt64) throws(CELFailure) {
        cost = cost.addingReportingOverflow(amount).overflow ? .max : cost + amount
        if cost > costLimit { throw CELFailure("operation cancelled: actual cost limit exceeded") }
    }

    mutating func value(of expression: CELExpression) throws(CELFailure) -> CELValue {
        switch expression.kind {
        case .literal(let literal): return CELValue(literal)
        case .name(let name): return try value(named: name)
        case .select(let operand, let field, let isTest):
            return try select(expression, operand, field, isTest: isTest)
        case .call(let name, let target, let arguments): return try call(name, target, arguments)
        case .list(let elements, let optional): return try list(elements, optional)
        case .map(let entries): return try map(entries)
        case .message(let name, let fields): return try message(name, fields)
        case .comprehension(let loop): return try comprehension(loop)
        }
    }

    // MARK: Names and fields

    private mutating func value(named name: String) throws(CELFailure) -> CELValue {
        try charge(1)
        for local in locals.reversed() where local.name == name { return try local.value.get() }
        let plain = name.hasPrefix(".") ? String(name.dropFirst()) : name
        if let value = variables[plain] { return value }
        if environment.variables[plain] == nil, case .type(let type?)? = environment.lookup(plain) {
            return .type(type.name)
        }
        throw CELFailure("no such attribute(s): \(plain)")
    }

    private mutating func select(
        _ expression: CELExpression, _ operand: CELExpression, _ field: String, isTest: Bool
    ) throws(CELFailure) -> CELValue {
        if !isTest, let name = expression.qualifiedName, let first = name.split(separator: ".").first,
            !locals.contains(where: { $0.name == first }), environment.lookup(name) != nil
        {
            return try value(named: name)
        }
        let value = try value(of: operand)
        if isTest { return .bool(try Self.field(field, of: value) != nil) }
        try charge(1)
        if case .optional(let inner) = value {
            guard let inner else { return .optional(nil) }
            return .optional(try Self.field(field, of: inner))
        }
        guard let found = try Self.field(field, of: value) else { throw CELFailure("no such key: \(field)") }
        return found
    }

    /// A field of a value; nil if it has none of this name.
    static func field(_ name: String, of value: CELValue) throws(CELFailure) -> CELValue? {
        switch value {
        case .map(let map): return map[.string(name)]
        case .object(_, let fields): return fields[name]
        case .other(let other): return try other.field(name)
        case .optional(let inner?): return try field(name, of: inner)
        case .optional(nil): return nil
        case .list: throw CELFailure("unsupported index type 'string' in list")
        // what has no fields at all has none of this name
        default: return nil
        }
    }

    // MARK: Calls

    private mutating func call(
        _ name: String, _ target: CELExpression?, _ arguments: [CELExpression]
    ) throws(CELFailure) -> CELValue {
        switch name {
        case CELOperator.and, CELOperator.or: return try logical(name == CELOperator.or, arguments)
        case CELOperator.conditional:
            guard case .bool(let condition) = try value(of: arguments[0]) else { throw CELFailure("no such overload") }
            return try value(of: arguments[condition ? 1 : 2])
        case CELOperator.notStrictlyFalse:
            try charge(1)
            let result = attempt(arguments[0])
            if case .success(.bool(false)) = result { return .bool(false) }
            if case .failure = result, cost > costLimit { return try result.get() }
            return .bool(true)
        case "or" where target != nil, "orValue" where target != nil:
            guard let target, case .optional(let inner) = try value(of: target) else { break }
            guard let inner else { return try value(of: arguments[0]) }
            return name == "or" ? .optional(inner) : inner
        case CELOperator.optionalSelect:
            guard case .literal(.string(let field)) = arguments[1].kind else { break }
            try charge(1)
            var operand = try value(of: arguments[0])
            if case .optional(let inner) = operand {
                guard let inner else { return .optional(nil) }
                operand = inner
            }
            return .optional(try Self.field(field, of: operand))
        default: break
        }
        return try function(name, target, arguments)
    }

    private mutating func function(
        _ name: String, _ target: CELExpression?, _ arguments: [CELExpression]
    ) throws(CELFailure) -> CELValue {
        var name = name
        var values: [CELValue] = []
        if let target {
            let qualified = target.qualifiedName.map { $0 + "." + name }
            if let qualified, environment.function(qualified) != nil {
                name = qualified
            } else {
                values.append(try value(of: target))
            }
        }
        for argument in arguments { values.append(try value(of: argument)) }
        // What takes long has to be paid before; only the size of a joined text is known afterwards.
        if name != "join" { try charge(CELCost.call(name, values, nil)) }
        let result = try CELDispatcher.call(
            name.hasPrefix(".") ? String(name.dropFirst()) : name, values, environment.zones)
        if name == "join" { try charge(CELCost.call(name, values, result)) }
        return result
    }

    private mutating func attempt(_ expression: CELExpression) -> Result<CELValue, CELFailure> {
        do throws(CELFailure) { return .success(try value(of: expression)) } catch { return .failure(error) }
    }

    /// `&&` and `||`: one side that settles it is enough, even if the other fails.
    private mutating func logical(
        _ isOr: Bool, _ arguments: [CELExpression]
    ) throws(CELFailure) -> CELValue {
        var failure: CELFailure?
        for argument in arguments {
            switch attempt(argument) {
            case .success(.bool(let value)): if value == isOr { return .bool(isOr) }
            case .success: failure = failure ?? CELFailure("no such overload")
            case .failure(let error):
                if cost > costLimit { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return .bool(!isOr)
    }

    // MARK: Lists, maps and messages

    /// The value of a part that is there only if it has one.
    private mutating func optional(_ expression: CELExpression) throws(CELFailure) -> CELValue? {
        let value = try value(of: expression)
        guard case .optional(let inner) = value else {
            throw CELFailure("cannot initialize optional entry from non-optional value \(value.keyText)")
        }
        return inner
    }

    private mutating func list(
        _ elements: [CELExpression], _ optional: Set<Int>
    ) throws(CELFailure) -> CELValue {
        try charge(10)
        var values: [CELValue] = []
        for (index, element) in elements.enumerated() {
            if !optional.contains(index) {
                values.append(try value(of: element))
            } else if let value = try self.optional(element) {
                values.append(value)
            }
        }
        return .list(values)
    }

    private mutating func map(_ entries: [CELExpression.Entry]) throws(CELFailure) -> CELValue {
        try charge(30)
        var map = CELMap()
        for entry in entries {
            let key = try value(of: entry.key)
            guard CELMap.Key(key) != nil else { throw CELFailure("unsupported key type: \(key.typeName)") }
            let value = entry.isOptional ? try optional(entry.value) : try value(of: entry.value)
            guard let value else { continue }
            if !map.insert(value, for: key) { throw CELFailure("Failed with repeated key") }
        }
        return .map(map)
    }

    private mutating func message(
        _ name: String, _ fields: [CELExpression.Field]
    ) throws(CELFailure) -> CELValue {
        try charge(40)
        var values: [String: CELValue] = [:]
        for field in fields {
            values[field.name] = field.isOptional ? try optional(field.value) : try value(of: field.value)
        }
        return .object(name.hasPrefix(".") ? String(name.dropFirst()) : name, values)
    }

    // MARK: Loops

    private mutating func comprehension(
        _ loop: CELExpression.Comprehension
    ) throws(CELFailure) -> CELValue {
        let range = try value(of: loop.range)
        locals.append((loop.accumulator, attempt(loop.initial)))
        let accumulator = locals.count - 1
        defer { locals.removeSubrange(accumulator...) }
        for (first, second) in try items(range, hasTwo: loop.secondVariable != nil) {
            locals.removeSubrange((accumulator + 1)...)
            locals.append((loop.variable, .success(first)))
            if let name = loop.secondVariable { locals.append((name, .success(second))) }
            guard case .bool(let goesOn) = try value(of: loop.condition) else {
                throw CELFailure("no such overload")
            }
            if !goesOn { break }
            if try !collect(loop.step, into: accumulator) { locals[accumulator].value = attempt(loop.step) }
            if case .failure(let failure) = locals[accumulator].value, cost > costLimit { throw failure }
        }
        locals.removeSubrange((accumulator + 1)...)
        return try value(of: loop.result)
    }

    /// A step that adds elements to the list which a loop makes, as `map` and `filter` do: without copying the list.
    ///
    /// - Returns: whether it was such a step and has been done.
    private mutating func collect(_ step: CELExpression, into accumulator: Int) throws(CELFailure) -> Bool {
        guard case .call(let name, nil, let arguments) = step.kind else { return false }
        if name == CELOperator.conditional, arguments.count == 3, isName(arguments[2], locals[accumulator].name),
            isCollecting(arguments[1], locals[accumulator].name)
        {
            guard case .success(.list) = locals[accumulator].value else { return false }
            guard case .bool(let isWanted) = try value(of: arguments[0]) else { throw CELFailure("no such overload") }
            return try isWanted ? collect(arguments[1], into: accumulator) : true
        }
        guard isCollecting(step, locals[accumulator].name), case .list(let elements) = try value(of: arguments[1]),
            case .success(.list(var list)) = locals[accumulator].value
        else { return false }
        try charge(2)
        locals[accumulator].value = .success(.null)
        list += elements
        locals[accumulator].value = .success(.list(list))
        return true
    }

    private func isName(_ expression: CELExpression, _ name: String) -> Bool {
        if case .name(name) = expression.kind { true } else { false }
    }

    /// Whether an expression is `name + [...]`, and the list does not speak of the name.
    private func isCollecting(_ expression: CELExpression, _ name: String) -> Bool {
        guard case .call("_+_", nil, let arguments) = expression.kind, arguments.count == 2,
            isName(arguments[0], name), case .list = arguments[1].kind
        else { return false }
        return name == CELMacros.accumulator
    }

    /// What a loop runs over: elements or keys, or, with two variables, indexes or keys with what is there.
    private func items(_ range: CELValue, hasTwo: Bool) throws(CELFailure) -> [(CELValue, CELValue)] {
        switch range {
        case .list(let elements):
            if !hasTwo { return elements.map { ($0, $0) } }
            return elements.enumerated().map { (.int(Int64($0)), $1) }
        case .map(let map): return map.entries.map { ($0.key, $0.value) }
        case .object(_, let fields): return fields.sorted { $0.key < $1.key }.map { (.string($0.key), $0.value) }
        default: throw CELFailure("got '\(range.typeName)', expected iterable type")
        }
    }
}
