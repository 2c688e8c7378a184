// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Where a rule shows its fault, or what a selector of fields compares: `.spec.a['b']`.
enum RuleFieldPath {
    struct Fault: Error {
        var text: String

        static let end = Fault(text: "unexpected end of JSON path")
        static let unknown = Fault(text: "does not refer to a valid field")
    }

    /// What a path leads to in a schema.
    ///
    /// - Parameter allowsBrackets: whether `['name']` may stand for `.name`.
    static func resolve(
        _ path: String, in schema: JSONSchemaProps, allowsBrackets: Bool = true
    ) throws(Fault) -> (names: [String], schema: JSONSchemaProps) {
        var rest = tokens(path)[...]
        var names: [String] = []
        var current = schema
        while let token = rest.popFirst() {
            let name: String
            switch token {
            case ".":
                guard let next = rest.popFirst() else { throw .end }
                name = next
            case "[":
                if !allowsBrackets { throw Fault(text: "array notation is not allowed") }
                guard let next = rest.popFirst() else { throw .end }
                guard next.utf8.count > 1, next.hasPrefix("'"), next.hasSuffix("'") else {
                    throw Fault(text: "expected single quoted string but got \(next)")
                }
                name = String(next.dropFirst().dropLast()).replacing("\\'", with: "'").replacing("\\\\", with: "\\")
                guard let end = rest.popFirst() else { throw .end }
                if end != "]" { throw Fault(text: "expected ] but got \(end)") }
            default: throw Fault(text: "expected [ or . but got: \(token)")
            }
            names.append(name)
            let inner = current.properties.isEmpty ? current.additionalProperties?.schema : current.properties[name]
            guard let inner else { throw .unknown }
            current = inner
        }
        return (names, current)
    }

    /// The signs `.`, `[` and `]`, quoted texts, and what stands between.
    private static func tokens(_ path: String) -> [String] {
        let isSign = { (byte: UInt8) in byte == UInt8(ascii: ".") || byte == 0x5B || byte == 0x5D }
        let (quote, escape) = (UInt8(ascii: "'"), UInt8(ascii: "\\"))
        var rest = Array(path.utf8)[...]
        var tokens: [String] = []
        while let first = rest.first {
            var end = rest.startIndex + 1
            if first == quote {
                while end < rest.endIndex, rest[end] != quote || rest[end - 1] == escape { end += 1 }
                end = min(end + 1, rest.endIndex)
            } else if !isSign(first) {
                end = rest[end...].firstIndex(where: isSign) ?? rest.endIndex
            }
            tokens.append(String(decoding: rest[..<end], as: UTF8.self))
            rest = rest[end...]
        }
        return tokens
    }
}

/// The fields of a custom kind that selectors can compare.
enum SelectableFieldRules {
    private static let limit = 8

    /// - Parameter schema: the schema at the same place as the fields.
    static func validate(
        _ fields: [SelectableField], _ schema: JSONSchemaProps?, without text: String, _ path: FieldPath
    ) -> [FieldError] {
        if fields.isEmpty { return [] }
        guard let schema else { return [.invalid(path, "", text)] }
        var errors: [FieldError] = []
        var seen: Set<[String]> = []
        for (index, field) in fields.enumerated() {
            let (at, text) = (path.index(index).child("jsonPath"), field.jsonPath)
            if text.isEmpty { errors.append(.required(at)); continue }
            do throws(RuleFieldPath.Fault) {
                let found = try RuleFieldPath.resolve(text, in: schema, allowsBrackets: false)
                if found.names.first == "metadata" {
                    errors.append(.invalid(at, text, "must not point to fields in metadata"))
                }
                if !["string", "boolean", "integer"].contains(found.schema.type) {
                    let types =
                        "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed."
                    errors.append(.invalid(at, text, types))
                }
                if !seen.insert(found.names).inserted { errors.append(.duplicate(at, text)) }
            } catch {
                errors.append(.invalid(at, text, "is an invalid path: \(error.text)"))
            }
        }
        if seen.count > limit { errors.append(.tooMany(path, count: seen.count, limit: limit)) }
        return errors
    }
}
