// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Wire

extension CELValue {
    /// A JSON value as expressions see objects whose types they do not know: whole numbers are integers.
    public init(_ json: JSONValue) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .string(let text): self = .string(text)
        case .number(let number):
            self = number.int64Value.map { .int($0) } ?? .double(number.doubleValue ?? .nan)
        case .array(let elements): self = .list(elements.map { CELValue($0) })
        case .object(let object): self = .map(CELMap(object.map { ($0.0, CELValue($0.1)) }))
        }
    }

    /// The value as JSON: what a mutation puts into an object.
    ///
    /// - Throws: for values that JSON has no form for.
    public func json() throws(CELFailure) -> JSONValue {
        switch self {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .uint(let value): return .int(value)
        case .double(let value):
            guard value.isFinite else { break }
            return .double(value)
        case .string(let text): return .string(text)
        case .timestamp(let seconds, let rest):
            return .string(CELTimes.text(seconds: seconds, nanoseconds: rest))
        case .duration(let nanoseconds): return .string(CELTimes.text(nanoseconds: nanoseconds))
        case .bytes(let bytes): return .string(String(decoding: Base64.encode(bytes), as: UTF8.self))
        case .list(let elements):
            var values: [JSONValue] = []
            for element in elements { values.append(try element.json()) }
            return .array(values)
        case .map(let map):
            var members: [(String, JSONValue)] = []
            for entry in map.entries {
                guard case .string(let name) = entry.key else {
                    throw CELFailure("unsupported key type: \(entry.key.typeName)")
                }
                members.append((name, try entry.value.json()))
            }
            return .object(JSONObject(members))
        case .object(_, let fields):
            var members: [(String, JSONValue)] = []
            for (name, value) in fields.sorted(by: { $0.key < $1.key }) { members.append((name, try value.json())) }
            return .object(JSONObject(members))
        case .optional(let inner?): return try inner.json()
        case .other(let other):
            if case .string(let text)? = try other.call("string", []) { return .string(text) }
        default: break
        }
        throw CELFailure("type conversion error from '\(typeName)' to JSON")
    }
}
