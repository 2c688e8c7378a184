// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A JSON document of any shape (RFC 8259): what patches, custom resources and OpenAPI work on.
///
/// Objects keep the order of insertion; equality ignores it. Numbers keep their text.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// An integer number.
    public static func int(_ value: some BinaryInteger) -> JSONValue { .number(JSONNumber(text: String(value))) }

    /// A floating point number, written as Go writes it.
    public static func double(_ value: Double) -> JSONValue { .number(JSONNumber(value)) }

    /// Whether this is `null`.
    public var isNull: Bool { if case .null = self { true } else { false } }

    /// The boolean, or nil if this is something else.
    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The string, or nil if this is something else.
    public var stringValue: String? { if case .string(let value) = self { value } else { nil } }

    /// The number as a 64-bit integer, or nil if this is something else, has a fraction or does not fit.
    public var int64Value: Int64? { if case .number(let value) = self { value.int64Value } else { nil } }

    /// The number as a double, or nil if this is something else or does not fit.
    public var doubleValue: Double? { if case .number(let value) = self { value.doubleValue } else { nil } }

    /// The elements, or nil if this is something else.
    public var arrayValue: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

    /// The members, or nil if this is something else.
    public var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// The member `key` of an object; nil if this is no object or has no such member.
    ///
    /// Setting on anything but an object makes it an object; setting nil removes the member.
    public subscript(key: String) -> JSONValue? {
        get { objectValue?[key] }
        set {
            var object = objectValue ?? JSONObject()
            self = .null  // lets the members be changed in place
            object[key] = newValue
            self = .object(object)
        }
    }

    /// The element `index` of an array; nil if this is no array or is shorter.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The value reached by following member names; nil where one is missing.
    public func at(_ path: String...) -> JSONValue? {
        var current = self
        for key in path {
            guard let next = current[key] else { return nil }
            current = next
        }
        return current
    }

    /// What Go's `encoding/json` calls this kind of value in its messages: `object`, `array`, `string`, `number`, `bool`, `null`.
    public var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByFloatLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        var object = JSONObject()
        for (key, value) in elements { object[key] = value }
        self = .object(object)
    }
}
