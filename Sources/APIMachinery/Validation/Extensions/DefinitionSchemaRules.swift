// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The schema of a custom kind, beside what makes it structural (``StructuralRules``).
///
/// - SeeAlso: "Specifying a structural schema" in Kubernetes' documentation.
enum DefinitionSchemaRules {
    private static let types = ["array", "boolean", "integer", "number", "object", "string"]

    static func validate(
        _ validation: CustomResourceValidation?, hasStatus: Bool, _ path: FieldPath
    ) -> [FieldError] {
        guard let schema = validation?.openAPIV3Schema else { return [] }
        let at = path.child("openAPIV3Schema")
        var errors: [FieldError] = []
        if hasStatus, !schema.type.isEmpty, schema.type != "object" {
            let text =
                #"only "object" is allowed as the type at the root of the schema if the status subresource is enabled"#
            errors.append(.invalid(at.child("type"), schema.type, text))
        }
        if schema.nullable { errors.append(.forbidden(at.child("nullable"), "nullable cannot be true at the root")) }
        errors += self.schema(schema, at)
        // what has unknown words is not looked at any further
        guard isReadable(schema) else { return errors }
        let faults = StructuralRules.validate(schema, .root, at)
        errors += faults.isEmpty ? DefinitionDefaultRules.validate(schema, at) : faults
        return errors.isEmpty ? DefinitionExpressionRules.validate(schema, at) : errors
    }

    private static func isReadable(_ schema: JSONSchemaProps) -> Bool {
        let parts =
            Array(schema.properties.values) + schema.allOf + schema.oneOf + schema.anyOf
            + [schema.items?.schema, schema.additionalProperties?.schema, schema.not].compactMap(\.self)
        return schema.type != "null" && schema.items?.jsonSchemas.isEmpty != false
            && !unsupported(schema).contains(where: \.isSet) && parts.allSatisfy(isReadable)
    }

    /// Words of OpenAPI that Kubernetes does not take.
    private static func unsupported(_ schema: JSONSchemaProps) -> [(field: String, isSet: Bool)] {
        [
            ("id", !schema.id.isEmpty), ("additionalItems", schema.additionalItems != nil),
            ("patternProperties", !schema.patternProperties.isEmpty), ("definitions", !schema.definitions.isEmpty),
            ("dependencies", !schema.dependencies.isEmpty), ("$ref", schema.ref != nil),
        ]
    }

    private static func schema(_ schema: JSONSchemaProps, _ path: FieldPath) -> [FieldError] {
        var errors = supported(schema, path)
        if schema.uniqueItems {
            let text = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
            errors.append(.forbidden(path.child("uniqueItems"), text))
        }
        if let others = schema.additionalProperties {
            let at = path.child("additionalProperties")
            if !schema.properties.isEmpty, !others.allows || others.schema != nil {
                errors.append(.forbidden(at, "additionalProperties and properties are mutual exclusive"))
            }
            if let inner = others.schema { errors += self.schema(inner, at) }
        }
        for (name, property) in schema.properties.sorted(by: { $0.key < $1.key }) {
            errors += self.schema(property, path.child("properties").key(name))
        }
        if let not = schema.not { errors += self.schema(not, path.child("not")) }
        for (field, list) in [("allOf", schema.allOf), ("oneOf", schema.oneOf), ("anyOf", schema.anyOf)] {
            for (index, inner) in list.enumerated() { errors += self.schema(inner, path.child(field).index(index)) }
        }
        if let items = schema.items?.schema { errors += self.schema(items, path.child("items")) }
        if schema.xKubernetesPreserveUnknownFields == false {
            let at = path.child("x-kubernetes-preserve-unknown-fields")
            errors.append(.invalid(at, false, "must be true or undefined"))
        }
        errors += extensions(schema, path)
        return errors + ListMapRules.validate(schema, path) + validations(schema, path)
    }

    /// What Kubernetes does not take of OpenAPI.
    private static func supported(_ schema: JSONSchemaProps, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if !schema.type.isEmpty { errors += ValueRules.oneOf(schema.type, types, path.child("type")) }
        for (field, isSet) in unsupported(schema) where isSet {
            errors.append(.forbidden(path.child(field), "\(field) is not supported"))
        }
        if schema.type == "null" {
            let text = "type cannot be set to null, use nullable as an alternative"
            errors.append(.forbidden(path.child("type"), text))
        }
        if schema.items?.jsonSchemas.isEmpty == false {
            errors.append(.forbidden(path.child("items"), "items must be a schema object and not an array"))
        }
        if let fault = RegularExpressionText.fault(schema.pattern) {
            let text = "must be a valid regular expression, but isn't: " + fault
            errors.append(.invalid(path.child("pattern"), schema.pattern, text))
        }
        return errors
    }

    /// How lists and maps are merged.
    private static func extensions(_ schema: JSONSchemaProps, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        let mapType = path.child("x-kubernetes-map-type")
        if let type = schema.xKubernetesMapType {
            errors += typed(schema, "object", "x-kubernetes-map-type", path)
            errors += ValueRules.oneOf(type, ["atomic", "granular"], mapType)
        }
        let listType = path.child("x-kubernetes-list-type")
        if let type = schema.xKubernetesListType {
            let faults = typed(schema, "array", "x-kubernetes-list-type", path)
            errors += faults.isEmpty ? ValueRules.oneOf(type, ["atomic", "set", "map"], listType) : faults
        }
        if !schema.xKubernetesListMapKeys.isEmpty, schema.xKubernetesListType != "map" {
            let text = "must be map if x-kubernetes-list-map-keys is non-empty"
            errors.append(
                schema.xKubernetesListType.map { .invalid(listType, $0, text) } ?? .required(listType, text))
        }
        return errors
    }

    private static func typed(
        _ schema: JSONSchemaProps, _ type: String, _ field: String, _ path: FieldPath
    ) -> [FieldError] {
        if schema.type == type { return [] }
        let text = "must be \(type) if \(field) is specified"
        let at = path.child("type")
        return [schema.type.isEmpty ? .required(at, text) : .invalid(at, schema.type, text)]
    }

    private static let reasons = [
        "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired",
    ]

    /// Rules in CEL, as far as their text is concerned.
    private static func validations(_ schema: JSONSchemaProps, _ path: FieldPath) -> [FieldError] {
        schema.xKubernetesValidations.enumerated().flatMap { index, rule -> [FieldError] in
            let at = path.child("x-kubernetes-validations").index(index)
            var errors: [FieldError] = []
            if MatchRules.isBlank(rule.rule) {
                errors.append(.required(at.child("rule"), "rule is not specified"))
            } else if !rule.message.isEmpty, MatchRules.isBlank(rule.message) {
                errors.append(.invalid(at.child("message"), rule.message, "message must be non-empty if specified"))
            } else if MatchRules.hasLineBreak(rule.message) {
                errors.append(.invalid(at.child("message"), rule.message, "message must not contain line breaks"))
            } else if MatchRules.hasLineBreak(rule.rule), rule.message.isEmpty {
                errors.append(.required(at.child("message"), "message must be specified if rule contains line breaks"))
            }
            if !rule.messageExpression.isEmpty, MatchRules.isBlank(rule.messageExpression) {
                errors.append(
                    .required(at.child("messageExpression"), "messageExpression must be non-empty if specified"))
            }
            errors += ValueRules.oneOf(rule.reason, reasons, at.child("reason"))
            return errors + fieldPath(rule.fieldPath, schema, at.child("fieldPath"))
        }
    }

    /// Where a fault of a rule is to be shown.
    private static func fieldPath(_ text: String, _ schema: JSONSchemaProps, _ path: FieldPath) -> [FieldError] {
        if text.isEmpty { return [] }
        var errors: [FieldError] = []
        if MatchRules.isBlank(text) { errors.append(.invalid(path, text, "fieldPath must be non-empty if specified")) }
        if text.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D }) {
            errors.append(.invalid(path, text, "fieldPath must not contain line breaks"))
        }
        if (try? RuleFieldPath.resolve(text, in: schema)) == nil {
            errors.append(.invalid(path, text, "fieldPath must be a valid path"))
        }
        return errors
    }
}

/// Lists whose items have keys, and sets.
enum ListMapRules {
    static func validate(_ schema: JSONSchemaProps, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if schema.xKubernetesListType == "map" { errors += map(schema, path) }
        guard let item = schema.items?.schema, let type = schema.xKubernetesListType, type == "set" || type == "map"
        else {
            return errors
        }
        let at = path.child("items")
        if type == "set" { errors += setItem(item, at) }
        if item.nullable {
            let text = "cannot be nullable when x-kubernetes-list-type is " + type
            errors.append(.forbidden(at.child("nullable"), text))
        }
        guard type == "map" else { return errors }
        for name in schema.xKubernetesListMapKeys {
            guard let key = item.properties[name] else { continue }
            let place = at.child("properties").key(name)
            if !item.required.contains(name), key.default == nil {
                let text =
                    "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"
                errors.append(.required(place.child("default"), text))
            }
            if key.nullable {
                let text = "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"
                errors.append(.forbidden(place.child("nullable"), text))
            }
        }
        return errors
    }

    private static func map(_ schema: JSONSchemaProps, _ path: FieldPath) -> [FieldError] {
        let (keys, items) = (path.child("x-kubernetes-list-map-keys"), path.child("items"))
        var errors: [FieldError] = []
        if schema.xKubernetesListMapKeys.isEmpty {
            errors.append(.required(keys, "must not be empty if x-kubernetes-list-type is map"))
        }
        guard let item = schema.items?.schema else {
            return errors + [.required(items, "must have a schema if x-kubernetes-list-type is map")]
        }
        guard item.type == "object" else {
            let text = "must be object if parent array's x-kubernetes-list-type is map"
            return errors + [.invalid(items.child("type"), item.type, text)]
        }
        var seen: Set<String> = []
        let shown = ValueRules.json(schema.xKubernetesListMapKeys)
        for name in schema.xKubernetesListMapKeys {
            if let key = item.properties[name] {
                if key.type == "array" || key.type == "object" {
                    let text = "must be a scalar type if parent array's x-kubernetes-list-type is map"
                    errors.append(.invalid(items.child("properties").key(name).child("type"), item.type, text))
                }
            } else {
                errors.append(.invalid(keys, shown, "entries must all be names of item properties"))
            }
            if !seen.insert(name).inserted {
                errors.append(.invalid(keys, shown, "must not contain duplicate entries"))
            }
        }
        return errors
    }

    private static func setItem(_ item: JSONSchemaProps, _ path: FieldPath) -> [FieldError] {
        let text = "must be atomic as item of a list with x-kubernetes-list-type=set"
        switch item.type {
        case "array":
            guard let type = item.xKubernetesListType, type != "atomic" else { return [] }
            return [.invalid(path.child("x-kubernetes-list-type"), type, text)]
        case "object":
            guard item.xKubernetesMapType != "atomic" else { return [] }
            let shown = item.xKubernetesMapType.map { JSONValue.string($0) } ?? .null
            return [.invalid(path.child("x-kubernetes-map-type"), shown, text)]
        default: return []
        }
    }
}

/// What can be said of the text of a regular expression before it is compiled: whether its brackets are closed.
enum RegularExpressionText {
    /// In the words of Go's `regexp`; nil where no fault was found.
    static func fault(_ text: String) -> String? {
        let characters = Array(text)
        var depth = 0
        var index = 0
        while index < characters.count {
            switch characters[index] {
            case "\\":
                if index + 1 == characters.count {
                    return "error parsing regexp: trailing backslash at end of expression: ``"
                }
                index += 1
            case "[":
                guard let end = classEnd(characters, from: index) else {
                    return "error parsing regexp: missing closing ]: `\(String(characters[index...]))`"
                }
                index = end
            case "(": depth += 1
            case ")":
                if depth == 0 { return "error parsing regexp: unexpected ): `\(text)`" }
                depth -= 1
            case "*", "+", "?":
                if index == 0 {
                    return "error parsing regexp: missing argument to repetition operator: `\(characters[index])`"
                }
            default: break
            }
            index += 1
        }
        return depth == 0 ? nil : "error parsing regexp: missing closing ): `\(text)`"
    }

    /// Where a class of characters ends that begins at `start`.
    private static func classEnd(_ characters: [Character], from start: Int) -> Int? {
        var index = start + 1
        if index < characters.count, characters[index] == "^" { index += 1 }
        if index < characters.count, characters[index] == "]" { index += 1 }
        while index < characters.count, characters[index] != "]" {
            if characters[index] == "\\" { index += 1 }
            if index + 1 < characters.count, characters[index] == "[", characters[index + 1] == ":" {
                index += 2
                while index < characters.count, characters[index] != "]" { index += 1 }
            }
            index += 1
        }
        return index < characters.count ? index : nil
    }
}
