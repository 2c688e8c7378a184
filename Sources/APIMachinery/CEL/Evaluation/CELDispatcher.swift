// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Finds what a function does for values: by its name, and by what they are.
enum CELDispatcher {
    static func call(
        _ name: String, _ values: [CELValue], _ zones: (any CELTimeZones)?
    ) throws(CELFailure) -> CELValue {
        if case .other(let other)? = values.first {
            if let result = try other.call(name, Array(values.dropFirst())) { return result }
        }
        if let result = try CELOperators.call(name, values) { return result }
        if let result = try CELConversions.call(name, values) { return result }
        if let result = try CELStrings.call(name, values) { return result }
        if let result = try CELLists.call(name, values) { return result }
        if let result = try CELOptionals.call(name, values) { return result }
        if let result = try CELTimeParts.call(name, values, zones) { return result }
        if let result = try CELKubernetes.call(name, values) { return result }
        throw CELFailure.noOverload(name, values)
    }
}

/// What calls cost, in the units of cel-go.
enum CELCost {
    /// A tenth for each character that is looked at.
    private static func traversal(_ size: Int, factor: UInt64 = 1) -> UInt64 {
        (UInt64(clamping: size) * factor + 9) / 10
    }

    static func size(_ value: CELValue) -> Int {
        switch value {
        case .string(let text): text.unicodeScalars.count
        case .bytes(let bytes): bytes.count
        case .list(let elements): elements.count
        case .map(let map): map.count
        default: 1
        }
    }

    static func call(_ name: String, _ values: [CELValue], _ result: CELValue?) -> UInt64 {
        guard let first = values.first else { return 1 }
        let second = values.count > 1 ? size(values[1]) : 0
        switch name {
        case "check": return 350_000
        case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf": return UInt64(clamping: max(1, size(first)))
        case "url", "isURL", "lowerAscii", "upperAscii", "substring", "trim", "cidr", "isIP", "isCIDR", "ip",
            "quantity", "isQuantity", "string", "bytes":
            return max(1, traversal(size(first)))
        case "replace", "split", "ip.isCanonical": return max(1, traversal(size(first), factor: 2))
        case "join": return max(1, traversal(result.map(size) ?? 0, factor: 2))
        case "find", "findAll", "matches":
            return max(1, traversal(size(first) + 1)) * max(1, UInt64(clamping: (second + 3) / 4))
        case "startsWith", "endsWith": return max(1, traversal(second))
        case "contains": return max(1, traversal(size(first))) * max(1, traversal(second))
        case "@in":
            if case .list(let elements)? = values.last { return UInt64(clamping: max(1, elements.count)) }
            return 1
        case "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_":
            return max(1, traversal(min(size(first), second)))
        case "_+_": return max(1, isText(first) ? traversal(size(first) + second) : 1)
        case "sets.contains", "sets.intersects", "sets.equivalent":
            return UInt64(clamping: max(1, size(first))) * UInt64(clamping: max(1, second))
        default: return 1
        }
    }

    private static func isText(_ value: CELValue) -> Bool {
        switch value {
        case .string, .bytes: true
        default: false
        }
    }
}
