// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension CELProgram {
    /// What evaluating the expression can cost, by the largest sizes that its variables can have.
    ///
    /// - SeeAlso: `checker.Cost` of cel-go and `library.CostEstimator` of Kubernetes, with whose units limits are given.
    public func estimatedCost(_ sizes: [String: CELSizes]) -> CELCostRange {
        var estimator = CELCostEstimator(self, sizes)
        return estimator.cost(expression)
    }
}

/// Estimates what an expression costs before it is evaluated.
struct CELCostEstimator {
    /// The sizes of what a list or a map holds.
    struct EntrySize {
        var isList: Bool
        var key: CELCostRange
        var value: CELCostRange

        func union(_ other: EntrySize?) -> EntrySize {
            guard let other else { return self }
            return EntrySize(isList: isList, key: key.union(other.key), value: value.union(other.value))
        }
    }

    private struct Local {
        var name: String
        var path: [String]
        var size: CELCostRange?
        var entries: EntrySize?
    }

    static let traversal = 0.1
    static let pattern = 0.25

    private let program: CELProgram
    private let roots: [String: CELSizes]
    private var paths: [Int: [String]] = [:]
    private var sizes: [Int: CELCostRange] = [:]
    private var entries: [Int: EntrySize] = [:]
    private var locals: [Local] = []

    init(_ program: CELProgram, _ roots: [String: CELSizes]) {
        self.program = program
        self.roots = roots
    }

    func type(of expression: CELExpression) -> CELType { program.types[expression.id] ?? .dyn }

    mutating func cost(_ expression: CELExpression) -> CELCostRange {
        switch expression.kind {
        case .literal: return .zero
        case .name(let name):
            paths[expression.id] = local(name)?.path ?? [name]
            return .one
        case .select(let operand, let field, let isTest):
            let operandCost = cost(operand)
            if isTest { return .zero }
            paths[expression.id] = path(operand) + [field]
            switch type(of: operand) {
            case .map, .object, .parameter, .dyn, .any: return operandCost + .one
            default: return operandCost
            }
        case .call(let name, let target, let arguments): return call(expression, name, target, arguments)
        case .list(let elements, _):
            let sum = elements.reduce(CELCostRange.zero) { $0 + cost($1) }
            entries[expression.id] = EntrySize(isList: true, key: .one, value: union(elements))
            return sum + CELCostRange(10, 10)
        case .map(let parts):
            let sum = parts.reduce(CELCostRange.zero) { $0 + cost($1.key) + cost($1.value) }
            entries[expression.id] = EntrySize(
                isList: false, key: union(parts.map(\.key)), value: union(parts.map(\.value)))
            return sum + CELCostRange(30, 30)
        case .message(_, let fields):
            return fields.reduce(CELCostRange.zero) { $0 + cost($1.value) } + CELCostRange(40, 40)
        case .comprehension(let loop): return comprehension(expression, loop)
        }
    }

    private func union(_ expressions: [CELExpression]) -> CELCostRange {
        guard let first = expressions.first else { return .zero }
        return expressions.dropFirst().reduce(size(first)) { $0.union(size($1)) }
    }

    // MARK: Sizes

    private func local(_ name: String) -> Local? { locals.last { $0.name == name } }

    private func path(_ expression: CELExpression) -> [String] {
        if case .name(let name) = expression.kind, let local = local(name) { return local.path }
        return paths[expression.id] ?? []
    }

    func size(_ expression: CELExpression) -> CELCostRange { knownSize(expression) ?? .unknown }

    private func knownSize(_ expression: CELExpression) -> CELCostRange? {
        if let size = sizes[expression.id] ?? Self.literalSize(expression) ?? size(at: path(expression)) {
            return size
        }
        switch type(of: expression) {
        case .bool, .double, .duration, .int, .timestamp, .type, .uint: return .one
        default: break
        }
        guard case .name(let name) = expression.kind else { return nil }
        return local(name)?.size
    }

    private func size(at path: [String]) -> CELCostRange? {
        guard let first = path.first, let root = roots[first] else { return nil }
        return root.maximum(at: path.dropFirst()).map { CELCostRange(0, $0) }
    }

    private static func literalSize(_ expression: CELExpression) -> CELCostRange? {
        switch expression.kind {
        case .literal(.string(let text)): CELCostRange(exactly: text.unicodeScalars.count)
        case .literal(.bytes(let bytes)): CELCostRange(exactly: bytes.count)
        case .literal: .one
        case .list(let elements, _): CELCostRange(exactly: elements.count)
        case .map(let entries): CELCostRange(exactly: entries.count)
        default: nil
        }
    }

    private func entrySize(_ expression: CELExpression) -> EntrySize? {
        if let known = entries[expression.id] { return known }
        guard case .name(let name) = expression.kind else { return nil }
        return local(name)?.entries
    }

    /// The size of the elements of a list, if it is one.
    func elementSize(_ list: CELExpression) -> (size: CELCostRange, type: CELType)? {
        guard case .list(let element) = type(of: list) else { return nil }
        let path = path(list)
        return (path.isEmpty ? .unknown : size(at: path + ["@items"]) ?? .unknown, element)
    }

    // MARK: Calls

    private mutating func call(
        _ expression: CELExpression, _ name: String, _ target: CELExpression?, _ arguments: [CELExpression]
    ) -> CELCostRange {
        let costs = arguments.map { cost($0) }
        let sum = costs.reduce(CELCostRange.zero) { $0 + $1 }
        if name == "dyn", let argument = arguments.first {
            sizes[expression.id] = knownSize(argument)
            entries[expression.id] = entrySize(argument)
            return sum + .one
        }
        let overloads = program.overloads[expression.id] ?? []
        var targetCost = CELCostRange.zero
        let isMember = overloads.first?.isMember ?? (target != nil)
        if isMember, let target { targetCost = cost(target) }
        switch name {
        case CELOperator.and, CELOperator.or:
            return CELCostRange(costs[0].minimum, sum.maximum)
        case CELOperator.conditional: return conditional(expression, arguments, costs)
        default: break
        }
        var total: CELCostRange?
        var resultSize: CELCostRange?
        for overload in overloads.isEmpty ? [nil] : overloads.map({ $0 }) {
            let estimate = CELCallCost(
                estimator: self, name: name, overload: overload, target: isMember ? target : nil,
                arguments: arguments
            ).estimate()
            let cost = estimate.cost + sum
            total = total.map { $0.union(cost) } ?? cost
            if let size = estimate.size { resultSize = resultSize.map { $0.union(size) } ?? size }
        }
        track(expression, name, arguments, resultSize)
        return targetCost + (total ?? .one + sum)
    }

    private mutating func conditional(
        _ expression: CELExpression, _ arguments: [CELExpression], _ costs: [CELCostRange]
    ) -> CELCostRange {
        sizes[expression.id] = size(arguments[1]).union(size(arguments[2]))
        entries[expression.id] = entrySize(arguments[1])?.union(entrySize(arguments[2])) ?? entrySize(arguments[2])
        return costs[0] + costs[1].union(costs[2])
    }

    /// Notes where the result of a call is in the variables, and how large it is.
    private mutating func track(
        _ expression: CELExpression, _ name: String, _ arguments: [CELExpression], _ resultSize: CELCostRange?
    ) {
        var size = resultSize
        if name == CELOperator.index, let collection = arguments.first {
            size = entrySize(collection)?.value
            let isList = if case .list = type(of: collection) { true } else { false }
            paths[expression.id] = path(collection) + [isList ? "@items" : "@values"]
        }
        if name == "_+_", arguments.count == 2 {
            entries[expression.id] =
                entrySize(arguments[0])?.union(entrySize(arguments[1])) ?? entrySize(arguments[1])
        }
        if let size = size ?? knownSize(expression) { sizes[expression.id] = size }
    }

    // MARK: Loops

    private mutating func comprehension(
        _ expression: CELExpression, _ loop: CELExpression.Comprehension
    ) -> CELCostRange {
        var sum = cost(loop.range) + cost(loop.initial)
        locals.append(
            Local(
                name: loop.accumulator, path: path(loop.initial), size: knownSize(loop.initial),
                entries: entrySize(loop.initial)))
        let outer = locals.count
        pushVariables(loop)
        let step = cost(loop.condition) + cost(loop.step)
        locals.removeSubrange(outer...)
        sum = sum + cost(loop.result)
        locals.removeLast()
        let count = size(loop.range)
        switch loop.initial.kind {
        case .literal: sizes[expression.id] = knownSize(loop.initial)
        case .list, .map:
            sizes[expression.id] = count
            entries[expression.id] = entrySize(loop.step)
        default: break
        }
        return sum + count * step
    }

    private mutating func pushVariables(_ loop: CELExpression.Comprehension) {
        let held = entrySize(loop.range)
        let isList = if case .list = type(of: loop.range) { true } else { held?.isList ?? false }
        let path = path(loop.range)
        if let second = loop.secondVariable {
            locals.append(
                Local(
                    name: loop.variable, path: path + [isList ? "@indices" : "@keys"], size: held?.key, entries: nil))
            locals.append(
                Local(name: second, path: path + [isList ? "@items" : "@values"], size: held?.value, entries: nil))
        } else {
            locals.append(
                Local(
                    name: loop.variable, path: path + [isList ? "@items" : "@keys"],
                    size: isList ? held?.value : held?.key, entries: nil))
        }
    }
}
