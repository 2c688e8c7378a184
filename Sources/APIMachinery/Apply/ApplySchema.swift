// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import SchemaModel
import Synchronization
import Wire

/// The shapes of the API's own kinds, made from the schema when first asked for.
public final class ApplySchema: Sendable {
    /// All kinds of this program.
    public static let shared = ApplySchema()

    private let known = Mutex<[String: ApplyStructure]>([:])

    /// The shape of a kind; ApplyShape/anything where the API has none of that name.
    public func kind(group: String, version: String, kind: String) -> ApplyShape {
        let name = "\(group.isEmpty ? "core" : group)/\(version).\(kind)"
        guard ResolvedSchema.shared.type(name) != nil else { return .anything }
        return .structure(known.withLock { structure(name, &$0) }, isAtomic: false)
    }

    private func structure(_ name: String, _ known: inout [String: ApplyStructure]) -> ApplyStructure {
        if let found = known[name] { return found }
        let structure = ApplyStructure()
        known[name] = structure
        guard let type = ResolvedSchema.shared.type(name) else { return structure }
        var fields: [ApplyField] = []
        if type.schema.isKind {
            fields = ["apiVersion", "kind"].map { ApplyField($0, .scalar(.string)) }
        }
        for field in type.fields {
            fields.append(
                ApplyField(field.name, shape(field.shape, field.schema, &known), keyDefault: Self.keyDefault(field)))
        }
        structure.define(fields)
        return structure
    }

    private func shape(
        _ resolved: ResolvedShape, _ field: FieldSchema?, _ known: inout [String: ApplyStructure]
    ) -> ApplyShape {
        switch resolved {
        case .string, .bytes: return .scalar(.string)
        case .int32, .int64, .double: return .scalar(.number)
        case .bool: return .scalar(.boolean)
        case .structure(let name):
            let type = ResolvedSchema.shared.type(name)
            let isAtomic = (field?.structType ?? type?.schema.structType) == "atomic"
            return .structure(structure(name, &known), isAtomic: isAtomic)
        case .special(let name): return Self.special(name)
        case .list(let item): return .list(shape(item, nil, &known), Self.listKind(field))
        case .map(let value): return .map(shape(value, nil, &known), isAtomic: field?.mapType == "atomic")
        }
    }

    private static func special(_ name: String) -> ApplyShape {
        switch name {
        case "Duration": .scalar(.string)
        case "Quantity", "IntOrString", "Time", "MicroTime": .scalar(.any)
        default: .anything
        }
    }

    private static func listKind(_ field: FieldSchema?) -> ApplyListKind {
        switch field?.listType {
        case "set": .set
        case "map": .map(keys: (field?.listMapKeys ?? []).sortedByUTF8())
        default: .atomic
        }
    }

    /// The default that OpenAPI gives a member: its own, or the zero value where JSON always has the member.
    private static func keyDefault(_ field: ResolvedField) -> JSONValue? {
        if let text = field.schema.defaultValue {
            if case .string = field.shape { return .string(text) }
            return try? JSONValue.parse(text)
        }
        guard !field.schema.omitsEmpty, !field.isPointer else { return nil }
        switch field.shape {
        case .string: return ""
        case .int32, .int64, .double: return 0
        case .bool: return false
        default: return nil
        }
    }
}
