// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

extension OpenAPISchema {
    /// Writes the schema.
    ///
    /// - Parameter prefix: what references start with: `#/definitions/` (version 2) or `#/components/schemas/` (version 3).
    func write(to writer: inout JSONWriter, prefix: String) {
        writer.beginObject()
        if let reference {
            writeReference(reference, to: &writer, prefix: prefix)
        } else {
            writeBody(to: &writer, prefix: prefix)
        }
        for (name, json) in extensions {
            writer.key(name)
            writer.raw(json.utf8)
        }
        writer.endObject()
    }

    private func writeReference(_ reference: String, to writer: inout JSONWriter, prefix: String) {
        if !description.isEmpty { text("description", description, &writer) }
        // Version 3 allows nothing beside a reference, so that one wraps it.
        if prefix.contains("components") {
            writer.key("allOf")
            writer.beginArray()
            writer.beginObject()
            text("$ref", prefix + reference, &writer)
            writer.endObject()
            writer.endArray()
        } else {
            text("$ref", prefix + reference, &writer)
        }
    }

    private func writeBody(to writer: inout JSONWriter, prefix: String) {
        if !description.isEmpty { text("description", description, &writer) }
        if let type { text("type", type, &writer) }
        if let format { text("format", format, &writer) }
        if let defaultValue {
            writer.key("default")
            writer.raw(defaultValue.utf8)
        }
        if !enumeration.isEmpty {
            writer.key("enum")
            writer.strings(enumeration)
        }
        if !required.isEmpty {
            writer.key("required")
            writer.strings(required)
        }
        if !properties.isEmpty {
            writer.key("properties")
            writer.beginObject()
            for (name, schema) in properties {
                writer.key(name)
                schema.write(to: &writer, prefix: prefix)
            }
            writer.endObject()
        }
        if let items = items.first {
            writer.key("items")
            items.write(to: &writer, prefix: prefix)
        }
        if let values = additionalProperties.first {
            writer.key("additionalProperties")
            values.write(to: &writer, prefix: prefix)
        }
    }

    private func text(_ name: String, _ value: String, _ writer: inout JSONWriter) {
        writer.key(name)
        writer.string(value)
    }
}
