// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Functions of lists, sets and maps.
enum CELLists {
    static func call(_ name: String, _ values: [CELValue]) throws(CELFailure) -> CELValue? {
        if name == "cel.@mapInsert" { return try insert(values) }
        guard case .list(let elements)? = values.first else { return nil }
        switch (name, values.count) {
        case ("isSorted", 1):
            for (left, right) in zip(elements, elements.dropFirst()) {
                guard let order = CELValue.order(left, right) else { throw CELFailure("no such overload") }
                if order > 0 { return .bool(false) }
            }
            return .bool(true)
        case ("min", 1), ("max", 1): return try extreme(name, elements)
        case ("sum", 1): return try sum(elements)
        case ("indexOf", 2): return .int(Int64(elements.firstIndex(of: values[1]) ?? -1))
        case ("lastIndexOf", 2): return .int(Int64(elements.lastIndex(of: values[1]) ?? -1))
        case ("first", 1): return .optional(elements.first)
        case ("last", 1): return .optional(elements.last)
        case ("sets.contains", 2), ("sets.intersects", 2), ("sets.equivalent", 2):
            guard case .list(let others) = values[1] else { return nil }
            return .bool(compare(name, elements, others))
        default: return nil
        }
    }

    private static func compare(_ name: String, _ elements: [CELValue], _ others: [CELValue]) -> Bool {
        switch name {
        case "sets.contains": others.allSatisfy(elements.contains)
        case "sets.intersects": others.contains(where: elements.contains)
        default: others.allSatisfy(elements.contains) && elements.allSatisfy(others.contains)
        }
    }

    private static func extreme(_ name: String, _ elements: [CELValue]) throws(CELFailure) -> CELValue {
        guard var result = elements.first else { throw CELFailure("\(name) called on empty list") }
        for element in elements.dropFirst() {
            guard let order = CELValue.order(element, result) else { throw CELFailure("no such overload") }
            if name == "min" ? order < 0 : order > 0 { result = element }
        }
        return result
    }

    private static func sum(_ elements: [CELValue]) throws(CELFailure) -> CELValue {
        guard var result = elements.first else { return .int(0) }
        for element in elements.dropFirst() {
            guard let sum = try CELOperators.call("_+_", [result, element]) else {
                throw CELFailure("no such overload")
            }
            result = sum
        }
        return result
    }

    private static func insert(_ values: [CELValue]) throws(CELFailure) -> CELValue? {
        guard case .map(var map)? = values.first else { return nil }
        var added: [(key: CELValue, value: CELValue)] = []
        if values.count == 3 {
            added = [(values[1], values[2])]
        } else if values.count == 2, case .map(let other) = values[1] {
            added = other.entries
        }
        for entry in added where !map.insert(entry.value, for: entry.key) {
            throw CELFailure("insert failed: key \(entry.key.keyText) already exists")
        }
        return .map(map)
    }
}

/// Functions of optional values.
enum CELOptionals {
    static func call(_ name: String, _ values: [CELValue]) throws(CELFailure) -> CELValue? {
        switch (name, values.count) {
        case ("optional.none", 0): return .optional(nil)
        case ("optional.of", 1): return .optional(values[0])
        case ("optional.ofNonZeroValue", 1): return .optional(isZero(values[0]) ? nil : values[0])
        case ("optional.unwrap", 1), ("unwrapOpt", 1):
            guard case .list(let elements) = values[0] else { return nil }
            return .list(elements.compactMap { if case .optional(let inner) = $0 { inner } else { $0 } })
        case ("hasValue", 1):
            guard case .optional(let inner) = values[0] else { return nil }
            return .bool(inner != nil)
        case ("value", 1):
            guard case .optional(let inner) = values[0] else { return nil }
            guard let inner else { throw CELFailure("optional.none() dereference") }
            return inner
        default: return nil
        }
    }

    private static func isZero(_ value: CELValue) -> Bool {
        switch value {
        case .null: true
        case .bool(let value): !value
        case .int(let value): value == 0
        case .uint(let value): value == 0
        case .double(let value): value == 0
        case .string(let text): text.isEmpty
        case .bytes(let bytes): bytes.isEmpty
        case .duration(let span): span == 0
        case .list(let elements): elements.isEmpty
        case .map(let map): map.count == 0
        case .object(_, let fields): fields.isEmpty
        default: false
        }
    }
}
