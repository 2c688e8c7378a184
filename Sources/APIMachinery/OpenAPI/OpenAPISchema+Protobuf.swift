// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

/// The `openapi.v2.Schema` message, last field first.
///
/// - SeeAlso: `openapiv2/OpenAPIv2.proto` of gnostic-models.
extension OpenAPISchema {
    func write(to writer: inout ProtobufWriter) {
        for (name, json) in extensions.reversed() {
            let mark = writer.count
            let value = writer.count
            writer.string(2, json)
            writer.endMessage(2, since: value)
            writer.string(1, name)
            writer.endMessage(31, since: mark)
        }
        if !properties.isEmpty {
            let mark = writer.count
            for (name, schema) in properties.reversed() { Self.named(1, name, schema, &writer) }
            writer.endMessage(25, since: mark)
        }
        if let items = items.first {
            let mark = writer.count
            let inner = writer.count
            items.write(to: &writer)
            writer.endMessage(1, since: inner)
            writer.endMessage(23, since: mark)
        }
        if let type {
            let mark = writer.count
            writer.string(1, type)
            writer.endMessage(22, since: mark)
        }
        if let values = additionalProperties.first {
            let mark = writer.count
            let inner = writer.count
            values.write(to: &writer)
            writer.endMessage(1, since: inner)
            writer.endMessage(21, since: mark)
        }
        writer.strings(19, required)
        if let defaultValue {
            let mark = writer.count
            writer.string(2, defaultValue)
            writer.endMessage(5, since: mark)
        }
        if !description.isEmpty { writer.string(4, description) }
        if let format { writer.string(2, format) }
        if let reference { writer.string(1, "#/definitions/" + reference) }
    }

    /// A `NamedSchema`.
    static func named(_ number: Int, _ name: String, _ schema: OpenAPISchema, _ writer: inout ProtobufWriter) {
        let mark = writer.count
        let inner = writer.count
        schema.write(to: &writer)
        writer.endMessage(2, since: inner)
        writer.string(1, name)
        writer.endMessage(number, since: mark)
    }
}
