// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// A structural schema as expressions see it: a type, how large its values can be, and how small their JSON.
///
/// - SeeAlso: `SchemaDeclType` of Kubernetes.
struct SchemaDeclaration {
    /// How large a request can be, in bytes: the limit of what has none of its own.
    static let requestLimit: Int64 = 3 * 1024 * 1024

    var type: CELType
    var sizes: CELSizes
    /// The bytes of the shortest JSON.
    var minimum: Int64
    /// All structures in it.
    var objects: [CELObjectType] = []

    /// - Parameters:
    ///   - name: what the type is called if it is a structure; structures inside are named behind it.
    ///   - isRoot: whether it is a whole resource, whose name and kind are always there.
    /// - Returns: nil for a schema that expressions do not see.
    init?(_ schema: JSONSchemaProps, name: String, isRoot: Bool) {
        if schema.xKubernetesIntOrString {
            let size = schema.maxLength.map { max(0, $0) &* 4 } ?? Self.requestLimit - 2
            self.init(.dyn, size, 1)
            return
        }
        switch schema.type {
        case "array": self.init(array: schema, name: name)
        case "object": self.init(object: schema, name: name, isRoot: isRoot)
        case "string": self.init(string: schema)
        case "boolean": self.init(.bool, 0, 4)
        case "number": self.init(.double, 0, 1)
        case "integer": self.init(.int, 0, 1)
        default: return nil
        }
    }

    private init(_ type: CELType, _ size: Int64, _ minimum: Int64) {
        self.type = type
        self.minimum = minimum
        sizes = CELSizes(maximum: UInt64(clamping: size))
    }

    private init(string schema: JSONSchemaProps) {
        let unlimited = Self.requestLimit - 2
        switch schema.format {
        case "byte": self.init(.bytes, schema.maxLength ?? unlimited, 2)
        case "duration": self.init(.duration, 32, 3)
        case "date": self.init(.timestamp, 12, 12)
        case "date-time": self.init(.timestamp, 32, 21)
        default:
            let longest = schema.enum.compactMap { JSONValue(encoding: $0).stringValue.map { Int64($0.utf8.count) } }
                .max()
            let size = schema.maxLength.map { max(0, min($0, .max / 4)) * 4 } ?? longest ?? unlimited
            self.init(.string, size, 2)
        }
    }

    private init?(array schema: JSONSchemaProps, name: String) {
        guard let items = schema.items?.schema,
            let inner = SchemaDeclaration(items, name: name + ".@idx", isRoot: items.xKubernetesEmbeddedResource)
        else { return nil }
        let count = schema.maxItems.map { max(0, $0) } ?? (Self.requestLimit - 2) / (inner.minimum + 1)
        self.init(.list(inner.type), count, 2)
        sizes.elements = [inner.sizes]
        objects = inner.objects
    }

    private init?(object schema: JSONSchemaProps, name: String, isRoot: Bool) {
        if let values = schema.additionalProperties?.schema {
            let isResource = values.xKubernetesEmbeddedResource
            guard let inner = SchemaDeclaration(values, name: name + ".@elem", isRoot: isResource) else { return nil }
            let count = schema.maxProperties.map { max(0, $0) } ?? (Self.requestLimit - 2) / (inner.minimum + 6)
            self.init(.map(.string, inner.type), count, 2)
            sizes.keys = [CELSizes()]
            sizes.elements = [inner.sizes]
            objects = inner.objects
            return
        }
        self.init(.object(name), 0, 2)
        var fields: [String: CELType] = [:]
        for (field, property) in Self.properties(schema, isRoot: isRoot) {
            let isResource = property.xKubernetesEmbeddedResource
            guard let inner = SchemaDeclaration(property, name: name + "." + field, isRoot: isResource) else {
                continue
            }
            if schema.required.contains(field), property.default == nil {
                minimum += Int64(field.utf8.count) + inner.minimum + 4
            }
            guard let escaped = Self.escaped(field) else { continue }
            fields[escaped] = inner.type
            sizes.fields[escaped] = inner.sizes
            objects += inner.objects
        }
        objects.append(CELObjectType(name, fields: fields))
    }

    private static func properties(_ schema: JSONSchemaProps, isRoot: Bool) -> [String: JSONSchemaProps] {
        guard isRoot else { return schema.properties }
        var text = JSONSchemaProps()
        text.type = "string"
        var metadata = JSONSchemaProps()
        metadata.type = "object"
        metadata.properties = ["name": text, "generateName": text]
        return schema.properties.merging(["kind": text, "apiVersion": text, "metadata": metadata]) { $1 }
    }

    /// A name as expressions write it; nil for names they cannot write.
    static func escaped(_ name: String) -> String? {
        if CELTreeBuilder.reserved.contains(name) { return "__\(name)__" }
        guard let first = name.unicodeScalars.first, CELLexer.isLetter(first) else { return nil }
        var result = ""
        var rest = name.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "_" where rest.first == "_":
                result += "__underscores__"
                rest = rest.dropFirst()
            case ".": result += "__dot__"
            case "-": result += "__dash__"
            case "/": result += "__slash__"
            default:
                guard CELLexer.isLetter(scalar) || CELLexer.isDigit(scalar) else { return nil }
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
