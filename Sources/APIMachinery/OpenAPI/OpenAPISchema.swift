// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import SchemaModel
import Wire

/// One schema of an OpenAPI document, as far as the Kubernetes API needs the language. Version 2, version 3 and the protobuf form of
/// version 2 are written from it.
struct OpenAPISchema: Sendable {
    /// The full name of another schema; then nothing else is set but the description and the default.
    var reference: String?
    var type: String?
    var format: String?
    var description = ""
    var required: [String] = []
    var properties: [(name: String, schema: OpenAPISchema)] = []
    /// Of lists and maps: a list of one, since a structure cannot hold itself.
    var items: [OpenAPISchema] = []
    var additionalProperties: [OpenAPISchema] = []
    var enumeration: [String] = []
    /// JSON text.
    var defaultValue: String?
    /// `x-kubernetes-...`, each with its JSON text.
    var extensions: [(name: String, json: String)] = []
}

/// Makes OpenAPI schemas of the API's own.
struct OpenAPIBuilder {
    /// Every type of a document, and what they refer to in others, by full name.
    func schemas(of documents: [String]) -> [(name: String, schema: OpenAPISchema)] {
        var found: [String: OpenAPISchema] = [:]
        var waiting = documents.flatMap { key in roots(of: key) }
        while let (document, type) = waiting.popLast() {
            let name = OpenAPINames.name(type.name, document: document.key)
            guard found[name] == nil else { continue }
            found[name] = schema(of: type, in: document)
            waiting.append(contentsOf: references(of: type, in: document))
            if type.hasList { found[name + "List"] = listSchema(of: type, in: document) }
        }
        for (name, schema) in Self.specialSchemas { found[name] = schema }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private func roots(of key: String) -> [(SchemaDocument, TypeSchema)] {
        var roots: [(SchemaDocument, TypeSchema)] = []
        if let document = Schema.shared.document(key) {
            roots += document.types.filter { $0.isKind && !$0.isExtern }.map { (document, $0) }
        }
        if let meta = Schema.shared.document("meta/v1") {
            let shared: Set<String> = ["Status", "DeleteOptions", "ListMeta", "APIResourceList", "WatchEvent"]
            roots += meta.types.filter { shared.contains($0.name) }.map { (meta, $0) }
        }
        return roots
    }

    private func references(of type: TypeSchema, in document: SchemaDocument) -> [(SchemaDocument, TypeSchema)] {
        type.fields.compactMap { field in resolve(base(of: field.type), in: document) }.filter { !$0.1.isExtern }
    }

    private func base(of type: TypeExpression) -> String {
        switch type {
        case .named(let name): name
        case .pointer(let inner), .list(let inner), .map(let inner): base(of: inner)
        }
    }

    /// The type behind a name; nil for scalars, enums and what has no fields of its own.
    private func resolve(_ name: String, in document: SchemaDocument) -> (SchemaDocument, TypeSchema)? {
        let (home, local) = locate(name, in: document)
        if let alias = home.aliases[local] { return resolve(base(of: alias.type), in: home) }
        return home.types.first { $0.name == local }.map { (home, $0) }
    }

    private func locate(_ name: String, in document: SchemaDocument) -> (SchemaDocument, String) {
        guard let slash = name.firstIndex(of: "/"), let dot = name[slash...].firstIndex(of: "."),
            let home = Schema.shared.document(String(name[..<dot]))
        else { return (document, name) }
        return (home, String(name[name.index(after: dot)...]))
    }

    // MARK: - structures

    private func schema(of type: TypeSchema, in document: SchemaDocument) -> OpenAPISchema {
        var schema = OpenAPISchema(type: "object")
        schema.description = SchemaDescriptions.type(type.name, document: document.key)
        if type.isKind { schema.properties += Self.typeMeta }
        add(type, in: document, to: &schema)
        schema.properties.sort { $0.name < $1.name }
        schema.required.sort()
        if let structType = type.structType {
            schema.extensions.append(("x-kubernetes-map-type", "\"\(structType)\""))
        }
        if type.isKind, document.package != "meta" {
            schema.extensions.append(("x-kubernetes-group-version-kind", "[\(Self.kindJSON(type.name, document))]"))
        } else if type.isKind {
            schema.extensions.append(("x-kubernetes-group-version-kind", Self.metaKinds(type.name)))
        }
        return schema
    }

    private func add(_ type: TypeSchema, in document: SchemaDocument, to schema: inout OpenAPISchema) {
        for field in type.fields {
            if field.isInline, let (home, inner) = resolve(base(of: field.type), in: document) {
                add(inner, in: home, to: &schema)
                continue
            }
            schema.properties.append((field.name, property(field, of: type, in: document)))
            if field.isRequired || !(field.isOptional || field.omitsEmpty) { schema.required.append(field.name) }
        }
    }

    private func property(_ field: FieldSchema, of type: TypeSchema, in document: SchemaDocument) -> OpenAPISchema {
        var schema = value(of: field.type, in: document)
        schema.description = SchemaDescriptions.field(field.name, of: type.name, document: document.key)
        if let text = field.defaultValue { schema.defaultValue = Self.json(text, type: schema.type) }
        if let list = field.listType {
            if !field.listMapKeys.isEmpty {
                let keys = field.listMapKeys.map { "\"\($0)\"" }.joined(separator: ",")
                schema.extensions.append(("x-kubernetes-list-map-keys", "[\(keys)]"))
            }
            schema.extensions.append(("x-kubernetes-list-type", "\"\(list)\""))
        }
        if let map = field.mapType ?? field.structType {
            schema.extensions.append(("x-kubernetes-map-type", "\"\(map)\""))
        }
        if let key = field.patchMergeKey { schema.extensions.append(("x-kubernetes-patch-merge-key", "\"\(key)\"")) }
        if !field.patchStrategies.isEmpty {
            schema.extensions.append(
                ("x-kubernetes-patch-strategy", "\"\(field.patchStrategies.joined(separator: ","))\""))
        }
        return schema
    }

    /// The JSON of a default that the schema gives as a bare word.
    private static func json(_ text: String, type: String?) -> String {
        type == "string" || type == nil ? "\"\(text)\"" : text
    }

    private func value(of type: TypeExpression, in document: SchemaDocument) -> OpenAPISchema {
        switch type {
        case .pointer(let inner): return value(of: inner, in: document)
        case .list(.named("byte")): return OpenAPISchema(type: "string", format: "byte")
        case .list(let inner): return OpenAPISchema(type: "array", items: [value(of: inner, in: document)])
        case .map(let inner):
            return OpenAPISchema(type: "object", additionalProperties: [value(of: inner, in: document)])
        case .named(let name): return named(name, in: document)
        }
    }

    private func named(_ name: String, in document: SchemaDocument) -> OpenAPISchema {
        switch name {
        case "string": return OpenAPISchema(type: "string")
        case "bool": return OpenAPISchema(type: "boolean")
        case "int32", "int64": return OpenAPISchema(type: "integer", format: name)
        case "float64": return OpenAPISchema(type: "number", format: "double")
        default: break
        }
        let (home, local) = locate(name, in: document)
        if let values = home.enums[local] {
            return OpenAPISchema(type: "string", enumeration: values.contains("") ? [] : values)
        }
        if let alias = home.aliases[local] { return value(of: alias.type, in: home) }
        if let special = OpenAPINames.special[local] { return OpenAPISchema(reference: special) }
        return OpenAPISchema(reference: OpenAPINames.name(local, document: home.key))
    }

    private func listSchema(of type: TypeSchema, in document: SchemaDocument) -> OpenAPISchema {
        var schema = OpenAPISchema(type: "object")
        schema.description = "\(type.name)List is a list of \(type.name) objects."
        schema.properties = Self.typeMeta
        let item = OpenAPISchema(reference: OpenAPINames.name(type.name, document: document.key))
        schema.properties.append(("items", OpenAPISchema(type: "array", description: "The objects.", items: [item])))
        schema.properties.append(
            ("metadata", OpenAPISchema(reference: OpenAPINames.name("ListMeta", document: "meta/v1"))))
        schema.properties.sort { $0.name < $1.name }
        schema.required = ["items"]
        schema.extensions = [("x-kubernetes-group-version-kind", "[\(Self.kindJSON(type.name + "List", document))]")]
        return schema
    }

    // MARK: - facts

    static let typeMeta: [(name: String, schema: OpenAPISchema)] = [
        (
            "apiVersion",
            OpenAPISchema(type: "string", description: "Group and version of the schema that this object follows.")
        ),
        ("kind", OpenAPISchema(type: "string", description: "Name of the kind of this object, in upper camel case.")),
    ]

    static func kindJSON(_ kind: String, _ document: SchemaDocument) -> String {
        "{\"group\":\"\(document.group)\",\"kind\":\"\(kind)\",\"version\":\"\(document.version)\"}"
    }

    /// Kinds of the shared group are served in every group.
    private static func metaKinds(_ kind: String) -> String {
        var entries: [String] = []
        for info in ResourceInfo.all {
            let entry = "{\"group\":\"\(info.group)\",\"kind\":\"\(kind)\",\"version\":\"\(info.version)\"}"
            if !entries.contains(entry) { entries.append(entry) }
        }
        return kind == "Status"
            ? "[{\"group\":\"\",\"kind\":\"Status\",\"version\":\"v1\"}]" : "[\(entries.joined(separator: ","))]"
    }

    /// The types that are not structures in JSON.
    static let specialSchemas: [String: OpenAPISchema] = {
        var schemas: [String: OpenAPISchema] = [:]
        func put(_ type: String, _ schema: OpenAPISchema) {
            if let name = OpenAPINames.special[type] { schemas[name] = schema }
        }
        put(
            "Quantity",
            OpenAPISchema(
                type: "string", description: "An amount such as 500m, 1.5Gi or 2e3, written in one canonical way."))
        put("IntOrString", OpenAPISchema(type: "string", format: "int-or-string", description: "A number or a text."))
        put("RawExtension", OpenAPISchema(type: "object", description: "An object of any kind."))
        put(
            "Time",
            OpenAPISchema(type: "string", format: "date-time", description: "A moment in RFC 3339, to the second."))
        put(
            "MicroTime",
            OpenAPISchema(type: "string", format: "date-time", description: "A moment in RFC 3339, to the microsecond.")
        )
        put("Duration", OpenAPISchema(type: "string", description: "A span of time such as 1h30m."))
        put("FieldsV1", OpenAPISchema(type: "object", description: "A set of fields, as nested keys."))
        let crd = "apiextensions.k8s.io/v1"
        schemas[OpenAPINames.name("JSON", document: crd)] = OpenAPISchema(description: "Any JSON value.")
        for type in ["JSONSchemaPropsOrArray", "JSONSchemaPropsOrBool", "JSONSchemaPropsOrStringArray"] {
            schemas[OpenAPINames.name(type, document: crd)] = OpenAPISchema(
                description: "A schema, or the shorter form that its name says.")
        }
        return schemas
    }()
}
