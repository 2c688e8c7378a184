// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// One group version of the API, as a file under `Schema/` says it.
public struct SchemaDocument: Sendable, Equatable {
    /// The API group as the schema writes it: `core` is the group without a name, `meta` the types shared by all groups.
    public var package: String
    /// The version, for example `v1`.
    public var version: String
    /// The values of each string enum, by its name.
    public var enums: [String: [String]] = [:]
    /// Other names of types.
    public var aliases: [String: AliasSchema] = [:]
    /// The REST resources of the group version, in the order of the file.
    public var resources: [ResourceSchema] = []
    /// The types, in the order of the file.
    public var types: [TypeSchema] = []

    /// The group as clients write it: empty for `core`.
    public var group: String { package == "core" ? "" : package }
    /// How other documents refer to this one, for example `core/v1`.
    public var key: String { "\(package)/\(version)" }
}

/// A second name for a type.
public struct AliasSchema: Sendable, Equatable {
    public var type: TypeExpression
    /// Whether protobuf wraps the list in a message with one repeated field (`ExtraValue`, `Verbs`).
    public var isItemsMessage: Bool
}

/// A type as fields name it.
public indirect enum TypeExpression: Sendable, Equatable {
    /// A scalar, a type of the same document, or `package/version.Type`.
    case named(String)
    /// Present or absent, where the zero value means something.
    case pointer(TypeExpression)
    case list(TypeExpression)
    /// Keys are always strings.
    case map(TypeExpression)
}

/// One structure of the API.
public struct TypeSchema: Sendable, Equatable {
    public var name: String
    /// The name of the Swift type, where it differs because two groups use the name.
    public var swiftName: String
    /// Whether it carries `kind` and `apiVersion`.
    public var isKind: Bool
    /// Whether `<name>List` exists.
    public var hasList: Bool
    /// Whether the Swift type is written by hand.
    public var isExtern: Bool
    /// `atomic` where server-side apply takes its values as a whole.
    public var structType: String?
    public var fields: [FieldSchema] = []
}

/// One field of a structure.
public struct FieldSchema: Sendable, Equatable {
    /// The JSON name; for inline fields the name of the Swift property.
    public var name: String
    public var type: TypeExpression
    /// The protobuf field number; nil where protobuf does not carry it.
    public var number: Int?
    /// Whether the fields of the type stand in the parent's JSON object.
    public var isInline = false
    /// Whether an empty value is left out of JSON.
    public var omitsEmpty = false
    /// Whether a list that was written as `[]` means something else than none.
    public var tellsGivenEmpty = false
    /// Whether a zero structure is left out of JSON.
    public var omitsZero = false
    public var isOptional = false
    public var isRequired = false
    public var isImmutable = false
    /// The static default, as JSON text or a bare word.
    public var defaultValue: String?
    /// `atomic`, `set` or `map` (server-side apply).
    public var listType: String?
    public var listMapKeys: [String] = []
    /// `atomic` or `granular`.
    public var mapType: String?
    public var structType: String?
    /// `merge`, `replace`, `retainKeys` (strategic merge patch).
    public var patchStrategies: [String] = []
    public var patchMergeKey: String?
}

/// One REST resource.
public struct ResourceSchema: Sendable, Equatable {
    public var plural: String
    public var kind: String
    public var singular: String
    public var isNamespaced = false
    public var verbs: [String] = []
    public var shortNames: [String] = []
    public var categories: [String] = []
    public var subresources: [SubresourceSchema] = []
}

/// One subresource of a resource.
public struct SubresourceSchema: Sendable, Equatable {
    public var name: String
    /// The kind, with `package/version.` in front where it is of another group version.
    public var kind: String
    public var verbs: [String]
}
