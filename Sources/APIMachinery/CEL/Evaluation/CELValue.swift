// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Why an expression has no value.
public struct CELFailure: Error, Sendable, Hashable {
    /// In the words of cel-go: `no such key: a`, `division by zero`.
    public var message: String

    public init(_ message: String) { self.message = message }

    static func noOverload(_ name: String, _ arguments: [CELValue]) -> CELFailure {
        CELFailure("no such overload: \(name)(\(arguments.map(\.typeName).joined(separator: ", ")))")
    }
}

/// A value whose fields and functions somebody else defines: an address, an authorizer, the variables of a policy.
public protocol CELExtension: Sendable {
    /// The name of its type.
    var typeName: String { get }
    /// A field; nil if there is none of this name.
    func field(_ name: String) throws(CELFailure) -> CELValue?
    /// Calls a function whose first argument this is; nil if it has none of this name for these arguments.
    func call(_ name: String, _ arguments: [CELValue]) throws(CELFailure) -> CELValue?
    /// Whether it is the same as another value of its type.
    func isEqual(to other: any CELExtension) -> Bool
}

extension CELExtension {
    public func field(_: String) throws(CELFailure) -> CELValue? { nil }
    public func call(_: String, _: [CELValue]) throws(CELFailure) -> CELValue? { nil }
}

/// A value of an expression.
public indirect enum CELValue: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    /// Since 1970.
    case timestamp(seconds: Int64, nanoseconds: Int32)
    /// In nanoseconds.
    case duration(Int64)
    case list([CELValue])
    case map(CELMap)
    /// A structure by the name of its type.
    case object(String, [String: CELValue])
    case type(String)
    case optional(CELValue?)
    case other(any CELExtension)

    /// The name of its type: what `type()` gives and faults show.
    public var typeName: String {
        switch self {
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "google.protobuf.Timestamp"
        case .duration: "google.protobuf.Duration"
        case .list: "list"
        case .map: "map"
        case .object(let name, _): name
        case .type: "type"
        case .optional: "optional_type"
        case .other(let value): value.typeName
        }
    }

    init(_ literal: CELLiteral) {
        self =
            switch literal {
            case .null: .null
            case .bool(let value): .bool(value)
            case .int(let value): .int(value)
            case .uint(let value): .uint(value)
            case .double(let value): .double(value)
            case .string(let value): .string(value)
            case .bytes(let value): .bytes(value)
            }
    }

    /// What a key that is not there is called.
    var keyText: String {
        switch self {
        case .string(let text): text
        case .int(let value): String(value)
        case .uint(let value): String(value)
        case .bool(let value): String(value)
        case .double(let value): CELText.double(value)
        default: typeName
        }
    }
}

/// A map, in the order in which its entries were given.
public struct CELMap: Sendable {
    /// A value as a key. Numbers that are equal are the same key, whatever their types.
    public enum Key: Sendable, Hashable {
        case bool(Bool)
        case int(Int64)
        case uint(UInt64)
        case string(String)

        init?(_ value: CELValue) {
            switch value {
            case .bool(let value): self = .bool(value)
            case .int(let value): self = .int(value)
            case .uint(let value): self = Int64(exactly: value).map { .int($0) } ?? .uint(value)
            case .double(let value):
                if let whole = Int64(exactly: value) {
                    self = .int(whole)
                } else if let whole = UInt64(exactly: value) {
                    self = .uint(whole)
                } else {
                    return nil
                }
            case .string(let value): self = .string(value)
            default: return nil
            }
        }
    }

    public private(set) var entries: [(key: CELValue, value: CELValue)] = []
    private var index: [Key: Int] = [:]

    public init() {}

    /// A map from texts.
    public init(_ fields: [(String, CELValue)]) {
        for (name, value) in fields { insert(value, for: .string(name)) }
    }

    public var count: Int { entries.count }

    public subscript(key: CELValue) -> CELValue? {
        Key(key).flatMap { index[$0] }.map { entries[$0].value }
    }

    /// Sets an entry.
    ///
    /// - Returns: whether the key was not there before, and is one that a map can have.
    @discardableResult
    public mutating func insert(_ value: CELValue, for key: CELValue) -> Bool {
        guard let hashed = Key(key) else { return false }
        if let at = index[hashed] {
            entries[at].value = value
            return false
        }
        index[hashed] = entries.count
        entries.append((key, value))
        return true
    }
}
