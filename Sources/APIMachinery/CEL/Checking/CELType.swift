// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The type of an expression.
public indirect enum CELType: Sendable, Hashable {
    case dyn, any, error, null, bool, int, uint, double, string, bytes, timestamp, duration
    case list(CELType)
    case map(CELType, CELType)
    /// A structure by its name; its fields are in the environment.
    case object(String)
    /// A type with a name of its own and no fields, such as `net.IP` or `optional_type`.
    case opaque(String, [CELType])
    /// The type of a type.
    case type(CELType?)
    /// A type that is not known yet.
    case parameter(String)

    public static func optional(_ type: CELType) -> CELType { .opaque("optional_type", [type]) }

    /// What an optional value holds; nil for other types.
    var unwrapped: CELType? {
        if case .opaque("optional_type", let parameters) = self { parameters.first } else { nil }
    }

    var isDynamic: Bool { self == .dyn || self == .any }

    var isDynamicOrError: Bool { isDynamic || self == .error }

    /// The name and the parameters.
    private var parts: (String, [CELType]) {
        switch self {
        case .dyn: ("dyn", [])
        case .any: ("google.protobuf.Any", [])
        case .error: ("*error*", [])
        case .null: ("null_type", [])
        case .bool: ("bool", [])
        case .int: ("int", [])
        case .uint: ("uint", [])
        case .double: ("double", [])
        case .string: ("string", [])
        case .bytes: ("bytes", [])
        case .timestamp: ("google.protobuf.Timestamp", [])
        case .duration: ("google.protobuf.Duration", [])
        case .list(let element): ("list", [element])
        case .map(let key, let value): ("map", [key, value])
        case .object(let name): (name, [])
        case .opaque(let name, let parameters): (name, parameters)
        case .type(let type): ("type", type.map { [$0] } ?? [])
        case .parameter(let name): (name, [])
        }
    }

    /// The name of values of this type, without parameters: what `type()` gives.
    public var name: String { parts.0 }

    /// How Kubernetes names a type in a fault: `list(int)`, `google.protobuf.Timestamp`.
    public var text: String {
        let (name, parameters) = parts
        return parameters.isEmpty ? name : name + "(" + parameters.map(\.text).joined(separator: ", ") + ")"
    }

    /// How the type checker names a type in a fault: `list(int)`, `timestamp`.
    var checkedText: String {
        switch self {
        case .any: return "any"
        case .error: return "!error!"
        case .null: return "null"
        case .timestamp: return "timestamp"
        case .duration: return "duration"
        default:
            let (name, parameters) = parts
            if parameters.isEmpty { return name }
            return name + "(" + parameters.map(\.checkedText).joined(separator: ", ") + ")"
        }
    }

    /// The types it is made of.
    var parameters: [CELType] {
        switch self {
        case .list(let element): [element]
        case .map(let key, let value): [key, value]
        case .opaque(_, let parameters): parameters
        case .type(let type?): [type]
        default: []
        }
    }

    /// The same type with other parameters.
    func with(_ parameters: [CELType]) -> CELType {
        switch self {
        case .list where parameters.count == 1: .list(parameters[0])
        case .map where parameters.count == 2: .map(parameters[0], parameters[1])
        case .opaque(let name, _): .opaque(name, parameters)
        case .type where parameters.count == 1: .type(parameters[0])
        default: self
        }
    }
}

/// The fields of a structure.
public struct CELObjectType: Sendable {
    public var name: String
    public var fields: [String: CELType]
    /// The type of fields that are not among those, where any name is allowed.
    public var others: CELType?

    public init(_ name: String, fields: [String: CELType] = [:], others: CELType? = nil) {
        self.name = name
        self.fields = fields
        self.others = others
    }
}
