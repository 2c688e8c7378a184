// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
public import SchemaModel
import Synchronization

/// What a field holds, with every name followed to its end.
public indirect enum ResolvedShape: Sendable, Equatable {
    /// A string; an enum with its values, otherwise none.
    case string(values: [String])
    case int32, int64, double, bool, bytes
    /// A structure, by its full name (`core/v1.PodSpec`).
    case structure(String)
    /// A type whose JSON is no object of known fields, by its plain name (`Quantity`, `IntOrString`, `Time`, `RawExtension`, ...).
    case special(String)
    case list(ResolvedShape)
    case map(ResolvedShape)
}

/// One field of a structure as it stands in JSON.
public struct ResolvedField: Sendable {
    /// The JSON name.
    public var name: String
    public var shape: ResolvedShape
    /// What the schema says of it.
    public var schema: FieldSchema
    /// Whether absent and zero are different.
    public var isPointer: Bool
}

/// One structure: its fields by JSON name, those of inline structures included.
public final class ResolvedType: Sendable {
    /// The full name, for example `core/v1.PodSpec`.
    public let name: String
    /// The document it is of, for example `core/v1`.
    public let documentKey: String
    /// What the schema says of it.
    public let schema: TypeSchema
    /// In the order of the schema.
    public let fields: [ResolvedField]
    private let index: [String: Int]

    init(name: String, documentKey: String, schema: TypeSchema, fields: [ResolvedField]) {
        self.name = name
        self.documentKey = documentKey
        self.schema = schema
        self.fields = fields
        index = Dictionary(fields.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The field of that JSON name.
    public func field(_ name: String) -> ResolvedField? { index[name].map { fields[$0] } }
}

/// Finds structures by name and remembers what it found.
public final class ResolvedSchema: Sendable {
    /// All schemas of this program.
    public static let shared = ResolvedSchema()

    /// Types without fields of their own in JSON.
    private static let special: Set<String> = [
        "Quantity", "IntOrString", "RawExtension", "Time", "MicroTime", "Duration", "FieldsV1", "JSON",
        "JSONSchemaPropsOrArray",
        "JSONSchemaPropsOrBool", "JSONSchemaPropsOrStringArray",
    ]

    private let cache = Mutex<[String: ResolvedType]>([:])

    /// A structure by its full name (`apps/v1.Deployment`), nil where there is none.
    public func type(_ name: String) -> ResolvedType? {
        if let known = cache.withLock({ $0[name] }) { return known }
        guard let slash = name.firstIndex(of: "/"), let dot = name[slash...].firstIndex(of: "."),
            let document = Schema.shared.document(String(name[..<dot])),
            let schema = document.types.first(where: { $0.name == name[name.index(after: dot)...] })
        else { return nil }
        let type = ResolvedType(
            name: name, documentKey: document.key, schema: schema, fields: fields(of: schema, in: document))
        cache.withLock { $0[name] = type }
        return type
    }

    /// The structure of a kind, nil where the API has none of that name.
    public func type(group: String, version: String, kind: String) -> ResolvedType? {
        type("\(group.isEmpty ? "core" : group)/\(version).\(kind)")
    }

    private func fields(of schema: TypeSchema, in document: SchemaDocument) -> [ResolvedField] {
        schema.fields.flatMap { field -> [ResolvedField] in
            let shape = shape(field.type, in: document)
            if field.isInline {
                guard case .structure(let name) = shape else { return [] }
                return type(name)?.fields ?? []
            }
            let isPointer = if case .pointer = field.type { true } else { false }
            return [ResolvedField(name: field.name, shape: shape, schema: field, isPointer: isPointer)]
        }
    }

    /// What an expression of a document means.
    public func shape(_ expression: TypeExpression, in document: SchemaDocument) -> ResolvedShape {
        switch expression {
        case .pointer(let inner): return shape(inner, in: document)
        case .list(.named("byte")): return .bytes
        case .list(let inner): return .list(shape(inner, in: document))
        case .map(let inner): return .map(shape(inner, in: document))
        case .named(let name): return shape(named: name, in: document)
        }
    }

    private func shape(named name: String, in document: SchemaDocument) -> ResolvedShape {
        switch name {
        case "string": return .string(values: [])
        case "int32": return .int32
        case "int64": return .int64
        case "bool": return .bool
        case "float64": return .double
        default: break
        }
        var (home, local) = (document, name)
        if let slash = name.firstIndex(of: "/"), let dot = name[slash...].firstIndex(of: "."),
            let other = Schema.shared.document(String(name[..<dot]))
        {
            (home, local) = (other, String(name[name.index(after: dot)...]))
        }
        if let values = home.enums[local] { return .string(values: values) }
        if let alias = home.aliases[local] { return shape(alias.type, in: home) }
        if Self.special.contains(local) { return .special(local) }
        return .structure("\(home.key).\(local)")
    }
}
