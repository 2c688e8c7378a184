// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Arithmetic, comparisons, membership and indexes.
enum CELOperators {
    static func call(_ name: String, _ values: [CELValue]) throws(CELFailure) -> CELValue? {
        if values.count == 1 { return try unary(name, values[0]) }
        guard values.count == 2 else { return nil }
        let (left, right) = (values[0], values[1])
        switch name {
        case "_==_": return .bool(left == right)
        case "_!=_": return .bool(left != right)
        case "_<_", "_<=_", "_>_", "_>=_": return compare(name, left, right)
        case "_+_": return try add(left, right)
        case "_-_": return try subtract(left, right)
        case "_*_": return try multiply(left, right)
        case "_/_", "_%_": return try divide(left, right, isRest: name == "_%_")
        case "@in": return contains(left, right)
        case "_[_]": return try index(left, right)
        case "_[?_]":
            if case .optional(let inner) = left {
                guard let inner else { return .optional(nil) }
                return .optional(try element(inner, right))
            }
            return .optional(try element(left, right))
        default: return nil
        }
    }

    private static func unary(_ name: String, _ value: CELValue) throws(CELFailure) -> CELValue? {
        switch (name, value) {
        case ("!_", .bool(let value)): return .bool(!value)
        case ("-_", .int(let value)): return .int(try whole(Int64(0).subtractingReportingOverflow(value)))
        case ("-_", .double(let value)): return .double(-value)
        case ("type", _): return .type(value.typeName)
        case ("dyn", _): return value
        case ("size", .string(let text)): return .int(Int64(text.unicodeScalars.count))
        case ("size", .bytes(let bytes)): return .int(Int64(bytes.count))
        case ("size", .list(let elements)): return .int(Int64(elements.count))
        case ("size", .map(let map)): return .int(Int64(map.count))
        default: return nil
        }
    }

    private static func compare(_ name: String, _ left: CELValue, _ right: CELValue) -> CELValue? {
        guard let order = CELValue.order(left, right) else {
            if left.isNumber, right.isNumber { return .bool(false) }
            return nil
        }
        switch name {
        case "_<_": return .bool(order < 0)
        case "_<=_": return .bool(order <= 0)
        case "_>_": return .bool(order > 0)
        default: return .bool(order >= 0)
        }
    }

    // MARK: Arithmetic

    private static func whole(_ result: (partialValue: Int64, overflow: Bool)) throws(CELFailure) -> Int64 {
        if result.overflow { throw CELFailure("integer overflow") }
        return result.partialValue
    }

    private static func whole(_ result: (partialValue: UInt64, overflow: Bool)) throws(CELFailure) -> UInt64 {
        if result.overflow { throw CELFailure("unsigned integer overflow") }
        return result.partialValue
    }

    private static func span(_ result: (partialValue: Int64, overflow: Bool)) throws(CELFailure) -> CELValue {
        if result.overflow { throw CELFailure("duration overflow") }
        return .duration(result.partialValue)
    }

    private static func add(_ left: CELValue, _ right: CELValue) throws(CELFailure) -> CELValue? {
        switch (left, right) {
        case (.int(let left), .int(let right)): return .int(try whole(left.addingReportingOverflow(right)))
        case (.uint(let left), .uint(let right)): return .uint(try whole(left.addingReportingOverflow(right)))
        case (.double(let left), .double(let right)): return .double(left + right)
        case (.string(let left), .string(let right)): return .string(left + right)
        case (.bytes(let left), .bytes(let right)): return .bytes(left + right)
        case (.list(let left), .list(let right)): return .list(left + right)
        case (.duration(let left), .duration(let right)):
            return try span(left.addingReportingOverflow(right))
        case (.timestamp(let seconds, let rest), .duration(let span)),
            (.duration(let span), .timestamp(let seconds, let rest)):
            return try moved(seconds, rest, by: span)
        default: return nil
        }
    }

    private static func subtract(_ left: CELValue, _ right: CELValue) throws(CELFailure) -> CELValue? {
        switch (left, right) {
        case (.int(let left), .int(let right)): return .int(try whole(left.subtractingReportingOverflow(right)))
        case (.uint(let left), .uint(let right)):
            return .uint(try whole(left.subtractingReportingOverflow(right)))
        case (.double(let left), .double(let right)): return .double(left - right)
        case (.duration(let left), .duration(let right)):
            return try span(left.subtractingReportingOverflow(right))
        case (.timestamp(let seconds, let rest), .duration(let span)):
            guard span != .min else { throw CELFailure("duration overflow") }
            return try moved(seconds, rest, by: -span)
        case (.timestamp(let left, let leftRest), .timestamp(let right, let rightRest)):
            let (seconds, isTooLong) = left.subtractingReportingOverflow(right)
            if isTooLong { throw CELFailure("duration overflow") }
            let product = seconds.multipliedReportingOverflow(by: CELTimes.second)
            if product.overflow { throw CELFailure("duration overflow") }
            return try span(product.partialValue.addingReportingOverflow(Int64(leftRest) - Int64(rightRest)))
        default: return nil
        }
    }

    private static func moved(
        _ seconds: Int64, _ nanoseconds: Int32, by span: Int64
    ) throws(CELFailure) -> CELValue {
        var total = Int64(nanoseconds) + span % CELTimes.second
        var moved = seconds.addingReportingOverflow(span / CELTimes.second).partialValue
        if total < 0 {
            total += CELTimes.second
            moved -= 1
        } else if total >= CELTimes.second {
            total -= CELTimes.second
            moved += 1
        }
        guard CELTimes.isValid(seconds: moved) else { throw CELFailure("timestamp overflow") }
        return .timestamp(seconds: moved, nanoseconds: Int32(total))
    }

    private static func multiply(_ left: CELValue, _ right: CELValue) throws(CELFailure) -> CELValue? {
        switch (left, right) {
        case (.int(let left), .int(let right)): return .int(try whole(left.multipliedReportingOverflow(by: right)))
        case (.uint(let left), .uint(let right)):
            return .uint(try whole(left.multipliedReportingOverflow(by: right)))
        case (.double(let left), .double(let right)): return .double(left * right)
        default: return nil
        }
    }

    private static func divide(
        _ left: CELValue, _ right: CELValue, isRest: Bool
    ) throws(CELFailure) -> CELValue? {
        let zero = CELFailure(isRest ? "modulus by zero" : "division by zero")
        switch (left, right) {
        case (.int(let left), .int(let right)):
            if right == 0 { throw zero }
            let result =
                isRest ? left.remainderReportingOverflow(dividingBy: right) : left.dividedReportingOverflow(by: right)
            return .int(try whole(result))
        case (.uint(let left), .uint(let right)):
            if right == 0 { throw zero }
            return .uint(isRest ? left % right : left / right)
        case (.double(let left), .double(let right)) where !isRest: return .double(left / right)
        default: return nil
        }
    }

    // MARK: Elements

    private static func contains(_ value: CELValue, _ collection: CELValue) -> CELValue? {
        switch collection {
        case .list(let elements): .bool(elements.contains(value))
        case .map(let map): .bool(map[value] != nil)
        case .object(_, let fields):
            if case .string(let name) = value { .bool(fields[name] != nil) } else { .bool(false) }
        default: nil
        }
    }

    private static func index(_ collection: CELValue, _ key: CELValue) throws(CELFailure) -> CELValue? {
        if case .optional(let inner) = collection {
            guard let inner else { return .optional(nil) }
            return .optional(try element(inner, key))
        }
        if let value = try element(collection, key) { return value }
        switch collection {
        case .list: throw CELFailure("index out of bounds: \(key.keyText)")
        default: throw CELFailure("no such key: \(key.keyText)")
        }
    }

    /// What is at a place or under a key; nil if nothing is.
    private static func element(_ collection: CELValue, _ key: CELValue) throws(CELFailure) -> CELValue? {
        switch collection {
        case .list(let elements):
            guard case .int(let index)? = CELMap.Key(key) else {
                throw CELFailure("unsupported index type '\(key.typeName)' in list")
            }
            return index >= 0 && index < Int64(elements.count) ? elements[Int(index)] : nil
        case .map(let map): return map[key]
        case .object, .other:
            guard case .string(let name) = key else { return nil }
            return try CELEvaluator.field(name, of: collection)
        default: return nil
        }
    }
}
