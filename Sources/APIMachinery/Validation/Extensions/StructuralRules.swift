// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// What makes a schema structural: every value has a type, said outside of `allOf`, `anyOf`, `oneOf` and `not`.
enum StructuralRules {
    /// Where a schema stands.
    enum Level { case root, item, field }

    static func validate(_ schema: JSONSchemaProps, _ level: Level, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if schema.type == "array", schema.items?.schema == nil {
            errors.append(.required(path.child("items"), "must be specified"))
        }
        if let items = schema.items?.schema { errors += validate(items, .item, path.child("items")) }
        for (name, property) in schema.properties.sorted(by: { $0.key < $1.key }) {
            errors += validate(property, .field, path.child("properties").key(name))
        }
        if let others = schema.additionalProperties {
            let at = path.child("additionalProperties")
            if level == .root { errors.append(.forbidden(at, "must not be used at the root")) }
            if let inner = others.schema { errors += validate(inner, .field, at) }
        }
        errors += intOrString(schema, path)
        errors += nested(in: schema, path)
        errors += type(schema, level, path)
        return errors + metadata(schema, level, path)
    }

    private static func intOrString(_ schema: JSONSchemaProps, _ path: FieldPath) -> [FieldError] {
        guard schema.xKubernetesIntOrString else { return [] }
        let text = "must be false if x-kubernetes-int-or-string is true"
        var errors: [FieldError] = []
        if schema.xKubernetesPreserveUnknownFields == true {
            errors.append(.invalid(path.child("x-kubernetes-preserve-unknown-fields"), true, text))
        }
        if schema.xKubernetesEmbeddedResource {
            errors.append(.invalid(path.child("x-kubernetes-embedded-resource"), true, text))
        }
        return errors
    }

    private static func type(_ schema: JSONSchemaProps, _ level: Level, _ path: FieldPath) -> [FieldError] {
        let at = path.child("type")
        var errors: [FieldError] = []
        if schema.xKubernetesEmbeddedResource, schema.type != "object" {
            let text = "must be object if x-kubernetes-embedded-resource is true"
            errors.append(schema.type.isEmpty ? .required(at, text) : .invalid(at, schema.type, text))
        } else if schema.type.isEmpty, !schema.xKubernetesIntOrString, schema.xKubernetesPreserveUnknownFields != true {
            switch level {
            case .root: errors.append(.required(at, "must not be empty at the root"))
            case .item: errors.append(.required(at, "must not be empty for specified array items"))
            case .field: errors.append(.required(at, "must not be empty for specified object fields"))
            }
        }
        if schema.xKubernetesEmbeddedResource, schema.additionalProperties != nil {
            let text = "must not be used if x-kubernetes-embedded-resource is set"
            errors.append(.forbidden(path.child("additionalProperties"), text))
        }
        if level == .root, !schema.type.isEmpty, schema.type != "object" {
            errors.append(.invalid(at, schema.type, "must be object at the root"))
        }
        return errors
    }

    /// An object keeps its kind, version and metadata as they are everywhere.
    private static func metadata(_ schema: JSONSchemaProps, _ level: Level, _ path: FieldPath) -> [FieldError] {
        let isObject = level == .root || schema.xKubernetesEmbeddedResource
        var errors: [FieldError] = []
        let properties = path.child("properties")
        for name in ["kind", "apiVersion"] {
            guard isObject, let property = schema.properties[name], property.type != "string" else { continue }
            errors.append(.invalid(properties.key(name).child("type"), property.type, "must be string"))
        }
        if isObject, let metadata = schema.properties["metadata"] {
            let at = properties.key("metadata")
            if metadata.type != "object" {
                errors.append(.invalid(at.child("type"), metadata.type, "must be object"))
            }
            if level == .root, !isPlainMetadata(metadata) {
                let text =
                    "must not specify anything other than name and generateName, but metadata is implicitly specified"
                errors.append(.forbidden(at, text))
            }
        }
        if schema.xKubernetesEmbeddedResource, schema.xKubernetesPreserveUnknownFields != true,
            schema.properties.isEmpty
        {
            let text =
                "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"
            errors.append(.required(properties, text))
        }
        return errors
    }

    private static func isPlainMetadata(_ metadata: JSONSchemaProps) -> Bool {
        var rest = metadata
        rest.type = ""
        rest.default = nil
        if Set(rest.properties.keys).isSubset(of: ["name", "generateName"]) { rest.properties = [:] }
        return rest == JSONSchemaProps()
    }

    // MARK: conditions on values

    private static func isIntOrString(_ list: [JSONSchemaProps]) -> Bool {
        guard list.count == 2 else { return false }
        return zip(list, ["integer", "string"]).allSatisfy { schema, type in
            var expected = JSONSchemaProps()
            expected.type = type
            return schema == expected
        }
    }

    /// The schemas within `allOf` and its like only restrict values: they say no types.
    private static func nested(in schema: JSONSchemaProps, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, inner) in schema.allOf.enumerated() {
            var inner = inner
            if index == 0, isIntOrString(inner.anyOf) { inner.anyOf = [] }
            errors += value(inner, path.child("allOf").index(index))
        }
        // a number or a text may be said this way
        if !isIntOrString(schema.anyOf) {
            for (index, inner) in schema.anyOf.enumerated() { errors += value(inner, path.child("anyOf").index(index)) }
        }
        for (index, inner) in schema.oneOf.enumerated() { errors += value(inner, path.child("oneOf").index(index)) }
        if let not = schema.not { errors += value(not, path.child("not")) }
        return errors
    }

    private static func value(_ schema: JSONSchemaProps, _ path: FieldPath) -> [FieldError] {
        var errors = nested(in: schema, path)
        if let items = schema.items?.schema { errors += value(items, path.child("items")) }
        for (name, property) in schema.properties.sorted(by: { $0.key < $1.key }) {
            errors += value(property, path.child("properties").key(name))
        }
        if !schema.type.isEmpty { errors.append(.forbidden(path.child("type"), "must be empty to be structural")) }
        if schema.additionalProperties != nil {
            let text = "must be undefined to be structural"
            errors.append(.forbidden(path.child("additionalProperties"), text))
        }
        if schema.default != nil {
            errors.append(.forbidden(path.child("default"), "must be undefined to be structural"))
        }
        for (field, isSet) in [("title", !schema.title.isEmpty), ("description", !schema.description.isEmpty)]
        where isSet {
            errors.append(.forbidden(path.child(field), "must be empty to be structural"))
        }
        let flags: [(String, Bool)] = [
            ("nullable", schema.nullable),
            ("x-kubernetes-preserve-unknown-fields", schema.xKubernetesPreserveUnknownFields == true),
            ("x-kubernetes-embedded-resource", schema.xKubernetesEmbeddedResource),
            ("x-kubernetes-int-or-string", schema.xKubernetesIntOrString),
        ]
        for (field, isSet) in flags where isSet {
            errors.append(.forbidden(path.child(field), "must be false to be structural"))
        }
        if schema.properties["metadata"] != nil {
            let at = path.child("properties").key("metadata")
            errors.append(.forbidden(at, "must not be specified in a nested context"))
        }
        return errors
    }
}
