// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A range of sizes or of costs; sums and products that are too large stay at the largest number.
public struct CELCostRange: Sendable, Hashable {
    public var minimum: UInt64
    public var maximum: UInt64

    public init(_ minimum: UInt64, _ maximum: UInt64) {
        self.minimum = minimum
        self.maximum = maximum
    }

    init(exactly value: Int) { self.init(UInt64(clamping: value), UInt64(clamping: value)) }

    static let unknown = CELCostRange(0, .max)
    static let zero = CELCostRange(0, 0)
    static let one = CELCostRange(1, 1)

    static func + (left: CELCostRange, right: CELCostRange) -> CELCostRange {
        CELCostRange(sum(left.minimum, right.minimum), sum(left.maximum, right.maximum))
    }

    static func * (left: CELCostRange, right: CELCostRange) -> CELCostRange {
        CELCostRange(product(left.minimum, right.minimum), product(left.maximum, right.maximum))
    }

    /// Rounded up.
    static func * (left: CELCostRange, factor: Double) -> CELCostRange {
        CELCostRange(product(left.minimum, factor), product(left.maximum, factor))
    }

    func union(_ other: CELCostRange) -> CELCostRange {
        CELCostRange(min(minimum, other.minimum), max(maximum, other.maximum))
    }

    private static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (value, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : value
    }

    private static func product(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (value, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? .max : value
    }

    private static func product(_ left: UInt64, _ factor: Double) -> UInt64 {
        let value = (Double(left) * factor).rounded(.up)
        return value >= 0x1p64 ? .max : UInt64(value)
    }
}

/// How large values can be: what the costs of expressions over them are estimated with.
public struct CELSizes: Sendable {
    /// How many elements or characters at most; 0 for what has no size.
    public var maximum: UInt64
    public var keys: [CELSizes]
    /// Of lists the elements, of maps the values; one or none.
    public var elements: [CELSizes]
    public var fields: [String: CELSizes]

    public init(
        maximum: UInt64 = 0, keys: CELSizes? = nil, elements: CELSizes? = nil, fields: [String: CELSizes] = [:]
    ) {
        self.maximum = maximum
        self.keys = keys.map { [$0] } ?? []
        self.elements = elements.map { [$0] } ?? []
        self.fields = fields
    }

    /// The size at the end of a path of fields, `@items`, `@values` and `@keys`; nil if it leads nowhere.
    func maximum(at path: ArraySlice<String>) -> UInt64? {
        var current = self
        for name in path {
            let next: CELSizes?
            switch name {
            case "@items", "@values": next = current.elements.first
            case "@keys": next = current.keys.first
            // The entries of a map can be written as fields.
            default: next = current.fields[name] ?? (current.keys.isEmpty ? nil : current.elements.first)
            }
            guard let next else { return nil }
            current = next
        }
        return current.maximum
    }
}
