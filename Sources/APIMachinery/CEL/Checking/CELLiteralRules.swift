// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Finds literals which the function they are given to would refuse: durations, timestamps and regular expressions.
enum CELLiteralRules {
    static func faults(_ expression: CELExpression) -> [CELFault] {
        var faults: [CELFault] = []
        visit(expression, &faults)
        return faults
    }

    private static func visit(_ expression: CELExpression, _ faults: inout [CELFault]) {
        if case .call(let name, let target, let arguments) = expression.kind {
            check(name, isMember: target != nil, arguments, &faults)
        }
        for part in expression.parts { visit(part, &faults) }
    }

    private static func check(
        _ name: String, isMember: Bool, _ arguments: [CELExpression], _ faults: inout [CELFault]
    ) {
        guard let first = arguments.first, case .literal(let literal) = first.kind else { return }
        let isValid: Bool
        switch (name, literal) {
        case ("duration", .string(let text)): isValid = CELTimes.duration(text) != nil
        case ("timestamp", .string(let text)): isValid = CELTimes.timestamp(text) != nil
        case ("timestamp", .int(let seconds)): isValid = CELTimes.isValid(seconds: seconds)
        case ("matches", .string(let text)) where isMember: isValid = (try? GoPattern(text)) != nil
        default: isValid = true
        }
        if !isValid { faults.append(CELFault("invalid \(name) argument", at: first.offset)) }
    }
}

extension CELExpression {
    /// The expressions it is made of.
    var parts: [CELExpression] {
        switch kind {
        case .literal, .name: []
        case .select(let operand, _, _): [operand]
        case .call(_, let target, let arguments): (target.map { [$0] } ?? []) + arguments
        case .list(let elements, _): elements
        case .map(let entries): entries.flatMap { [$0.key, $0.value] }
        case .message(_, let fields): fields.map(\.value)
        case .comprehension(let loop):
            [loop.range, loop.initial, loop.condition, loop.step, loop.result]
        }
    }
}
