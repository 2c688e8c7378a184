// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The defaults within a schema, which have to be values that the schema takes.
///
/// Patterns, formats and what is said in `allOf`, `anyOf`, `oneOf` and `not` are not looked at.
enum DefinitionDefaultRules {
    /// The faults of all defaults of a structural schema.
    static func validate(_ schema: JSONSchemaProps, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if let value = schema.default.map({ JSONValue(encoding: $0) }), !value.isNull {
            errors += self.value(value, schema, "", path.child("default"))
        }
        if let items = schema.items?.schema { errors += validate(items, path.child("items")) }
        for (name, property) in schema.properties.sorted(by: { $0.key < $1.key }) {
            errors += validate(property, path.child("properties").key(name))
        }
        if let inner = schema.additionalProperties?.schema {
            errors += validate(inner, path.child("additionalProperties"))
        }
        return errors
    }

    /// The faults of a value; `name` says where within the default it stands.
    private static func value(
        _ value: JSONValue, _ schema: JSONSchemaProps, _ name: String, _ path: FieldPath
    ) -> [FieldError] {
        if value.isNull, schema.nullable { return [] }
        let at = name.isEmpty ? path : path.child(name)
        var errors: [FieldError] = []
        let type = typeName(value)
        if !schema.type.isEmpty, schema.type != type, !(schema.type == "number" && type == "integer") {
            let text = "\(name) in body must be of type \(schema.type): " + GoText.quote(type)
            errors.append(.typeInvalid(at, .string(type), text))
        }
        switch value {
        case .string(let text): errors += string(text, schema, name, at)
        case .number: errors += number(value, schema, name, at)
        case .array(let list):
            errors += count(list.count, schema.minItems, schema.maxItems, "items", name, at)
            for (index, item) in list.enumerated() {
                guard let inner = schema.items?.schema else { break }
                errors += self.value(item, inner, "\(name)[\(index)]", path)
            }
        default: break
        }
        let known = schema.enum.map { JSONValue(encoding: $0) }
        if !known.isEmpty, !known.contains(value) {
            errors.append(.notSupported(at, value, known.map { $0.stringValue ?? $0.text() }))
        }
        if case .object(let members) = value { errors += object(members, schema, name, path) }
        return errors
    }

    private static func typeName(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .number: value.doubleValue.map { $0.rounded() == $0 } == true ? "integer" : "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    private static func string(
        _ text: String, _ schema: JSONSchemaProps, _ name: String, _ path: FieldPath
    ) -> [FieldError] {
        let length = text.unicodeScalars.count
        if let limit = schema.maxLength, length > limit { return [.tooLong(path, limit: Int(limit))] }
        if let limit = schema.minLength, length < limit {
            return [.invalid(path, text, "\(name) in body should be at least \(limit) chars long")]
        }
        return []
    }

    private static func number(
        _ value: JSONValue, _ schema: JSONSchemaProps, _ name: String, _ path: FieldPath
    ) -> [FieldError] {
        guard let number = value.doubleValue else { return [] }
        var faults: [String] = []
        if let factor = schema.multipleOf, factor > 0, !(number / factor).isWhole {
            faults.append("a multiple of " + shown(factor))
        }
        if let limit = schema.maximum, schema.exclusiveMaximum ? number >= limit : number > limit {
            faults.append((schema.exclusiveMaximum ? "less than " : "less than or equal to ") + shown(limit))
        }
        if let limit = schema.minimum, schema.exclusiveMinimum ? number <= limit : number < limit {
            faults.append((schema.exclusiveMinimum ? "greater than " : "greater than or equal to ") + shown(limit))
        }
        return faults.map { .invalid(path, value, "\(name) in body should be " + $0) }
    }

    private static func shown(_ number: Double) -> String { JSONValue.double(number).text() }

    private static func count(
        _ count: Int, _ least: Int64?, _ most: Int64?, _ what: String, _ name: String, _ path: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        if let least, count < least {
            errors.append(.invalid(path, count, "\(name) in body should have at least \(least) \(what)"))
        }
        if let most, count > most { errors.append(.tooMany(path, count: count, limit: Int(most))) }
        return errors
    }

    private static func object(
        _ members: JSONObject, _ schema: JSONSchemaProps, _ name: String, _ path: FieldPath
    ) -> [FieldError] {
        let at = name.isEmpty ? path : path.child(name)
        func inner(_ key: String) -> String { name.isEmpty ? key : name + "." + key }
        var errors = count(members.count, schema.minProperties, schema.maxProperties, "properties", name, at)
        // what is left out may have a default of its own
        for key in schema.required where !members.contains(key) && schema.properties[key]?.default == nil {
            errors.append(.required(path.child(inner(key))))
        }
        for (key, member) in members {
            guard let property = schema.properties[key] ?? schema.additionalProperties?.schema else { continue }
            errors += value(member, property, inner(key), path)
        }
        return errors
    }
}

extension Double {
    fileprivate var isWhole: Bool { rounded() == self }
}
