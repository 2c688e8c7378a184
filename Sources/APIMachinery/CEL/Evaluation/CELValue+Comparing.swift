// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension CELValue: Equatable {
    /// Whether values are equal; values of different types are not, but numbers are compared as numbers.
    public static func == (left: CELValue, right: CELValue) -> Bool {
        if left.isNumber, right.isNumber { return order(left, right) == 0 }
        switch (left, right) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.string(let left), .string(let right)):
            return left.unicodeScalars.elementsEqual(right.unicodeScalars)
        case (.bytes(let left), .bytes(let right)): return left == right
        case (.timestamp, .timestamp), (.duration, .duration): return order(left, right) == 0
        case (.list(let left), .list(let right)): return left == right
        case (.map(let left), .map(let right)):
            return left.count == right.count && left.entries.allSatisfy { right[$0.key] == $0.value }
        case (.object(let leftName, let left), .object(let rightName, let right)):
            return leftName == rightName && left == right
        case (.type(let left), .type(let right)): return left == right
        case (.optional(let left), .optional(let right)): return left == right
        case (.other(let left), .other(let right)):
            return left.typeName == right.typeName && left.isEqual(to: right)
        default: return false
        }
    }

    var isNumber: Bool {
        switch self {
        case .int, .uint, .double: true
        default: false
        }
    }

    /// -1, 0 or 1; nil for values that have no order, or none with each other.
    static func order(_ left: CELValue, _ right: CELValue) -> Int? {
        func compare<Value: Comparable>(_ left: Value, _ right: Value) -> Int {
            left < right ? -1 : left == right ? 0 : 1
        }
        switch (left, right) {
        case (.bool(let left), .bool(let right)): return compare(left ? 1 : 0, right ? 1 : 0)
        case (.int(let left), .int(let right)): return compare(left, right)
        case (.uint(let left), .uint(let right)): return compare(left, right)
        case (.int(let left), .uint(let right)): return left < 0 ? -1 : compare(UInt64(left), right)
        case (.uint(let left), .int(let right)): return right < 0 ? 1 : compare(left, UInt64(right))
        case (.double(let left), .double(let right)): return doubles(left, right)
        case (.double(let left), .int(let right)): return exact(left, low: -0x1p63, high: 0x1p63, Double(right))
        case (.int(let left), .double(let right)):
            return exact(right, low: -0x1p63, high: 0x1p63, Double(left)).map { -$0 }
        case (.double(let left), .uint(let right)): return exact(left, low: 0, high: 0x1p64, Double(right))
        case (.uint(let left), .double(let right)):
            return exact(right, low: 0, high: 0x1p64, Double(left)).map { -$0 }
        case (.string(let left), .string(let right)):
            return left.unicodeScalars.elementsEqual(right.unicodeScalars)
                ? 0 : left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars) ? -1 : 1
        case (.bytes(let left), .bytes(let right)):
            return left == right ? 0 : left.lexicographicallyPrecedes(right) ? -1 : 1
        case (.timestamp(let left, let leftRest), .timestamp(let right, let rightRest)):
            return left == right ? compare(leftRest, rightRest) : compare(left, right)
        case (.duration(let left), .duration(let right)): return compare(left, right)
        default: return nil
        }
    }

    private static func doubles(_ left: Double, _ right: Double) -> Int? {
        if left.isNaN || right.isNaN { return nil }
        return left < right ? -1 : left == right ? 0 : 1
    }

    /// Compares a double with a whole number, which is within two bounds.
    private static func exact(_ left: Double, low: Double, high: Double, _ right: Double) -> Int? {
        if left.isNaN { return nil }
        if left < low { return -1 }
        if left >= high { return 1 }
        return doubles(left, right)
    }
}
