// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import SchemaModel

/// Writes the JSON codecs of one document.
struct JSONEmitter {
    let model: GeneratorModel
    let document: SchemaDocument

    func text(_ types: [TypeSchema]) -> String { types.map(codec).joined() }

    private func codec(_ type: TypeSchema) -> String {
        """
        extension \(type.swiftName) {
            public mutating func decode(json r: inout JSONReader) throws(JSONFault) {
                guard try r.beginObject(expected: "\(type.name)") else { return }
                while let key = try r.nextKey() {
                    if try !decodeField(key, json: &r) { try r.skipUnknown(key) }
                }
            }

            mutating func decodeField(_ key: JSONKey, json r: inout JSONReader) throws(JSONFault) -> Bool {
        \(decodeBody(type))
            }

            public func encode(json w: inout JSONWriter) {
                w.beginObject()
                encodeFields(json: &w)
                w.endObject()
            }

            func encodeFields(json w: inout JSONWriter) {
        \(encodeBody(type))
            }
        }


        """
    }

    // MARK: - decoding

    private func decodeBody(_ type: TypeSchema) -> String {
        var cases: [Int: [String]] = [:]
        if type.isKind {
            let note = model.embeddedKinds.contains(type.swiftName) ? "if r.isNested { isTyped = true }; " : ""
            cases[4, default: []].append(
                "            if key.matches(\"kind\") { \(note)_ = try r.string(); return true }\n")
            cases[10, default: []].append(
                "            if key.matches(\"apiVersion\") { _ = try r.string(); return true }\n")
        }
        for field in type.fields where !field.isInline {
            let shape = model.shape(of: field.type, in: document)
            let property = GeneratorModel.property(field.name)
            var statement = decode(shape, property)
            if field.tellsGivenEmpty {
                let note = "self.\(GeneratorModel.givenEmptyProperty(field.name)) = self.\(property).isEmpty"
                statement = "if try !r.takeNull() { \(statement); \(note) }"
            }
            cases[field.name.utf8.count, default: []].append(
                "            if key.matches(\"\(field.name)\") { \(statement); return true }\n")
        }
        var text = ""
        if !cases.isEmpty {
            text += "        switch key.count {\n"
            for count in cases.keys.sorted() {
                text += "        case \(count):\n" + (cases[count] ?? []).joined()
            }
            text += "        default: break\n        }\n"
        }
        for field in type.fields where field.isInline {
            text += "        if try \(GeneratorModel.property(field.name)).decodeField(key, json: &r) { return true }\n"
        }
        return text + "        return false"
    }

    private func decode(_ shape: GeneratorModel.Shape, _ property: String) -> String {
        switch shape {
        case .message: "try self.\(property).decode(json: &r)"
        case .optional(.message(let name)): "self.\(property) = try r.optional(\(name).self)"
        case .list(.message(let name)): "self.\(property) = try r.list(of: \(name).self)"
        case .map(.message(let name)): "self.\(property) = try r.map(of: \(name).self)"
        case .list(.string), .items: "self.\(property) = try r.strings()"
        case .map(.string): "self.\(property) = try r.stringMap()"
        case .optional(let inner): "self.\(property) = try r.optionalScalar(\(closure(inner)))"
        case .list(let inner): "self.\(property) = try r.scalars(\(closure(inner)))"
        case .map(let inner): "self.\(property) = try r.scalarMap(\(closure(inner)))"
        default: "self.\(property) = try r.\(scalar(shape))"
        }
    }

    private func closure(_ shape: GeneratorModel.Shape) -> String {
        "{ (r: inout JSONReader) throws(JSONFault) in try r.\(scalar(shape)) }"
    }

    private func scalar(_ shape: GeneratorModel.Shape) -> String {
        switch shape {
        case .string: "string()"
        case .int32: "int32()"
        case .int64: "int64()"
        case .bool: "bool()"
        case .double: "double()"
        case .bytes: "base64()"
        case .items, .list(.string): "strings()"
        case .list(.message(let name)): "list(of: \(name).self)"
        default: "unsupported_\(shape)"
        }
    }

    // MARK: - encoding

    private func encodeBody(_ type: TypeSchema) -> String {
        var text = ""
        if type.isKind {
            let group = document.package == "meta" || document.group.isEmpty ? "" : document.group + "/"
            let typed = model.embeddedKinds.contains(type.swiftName) ? ", isTyped: isTyped" : ""
            text += "        w.kind(\"\(type.name)\", apiVersion: \"\(group)\(document.version)\"\(typed))\n"
        }
        for field in type.fields {
            let shape = model.shape(of: field.type, in: document)
            let property = GeneratorModel.property(field.name)
            if field.isInline {
                text += "        \(property).encodeFields(json: &w)\n"
            } else if type.name == "ObjectMeta", field.name == "resourceVersion" {
                text += "        w.resourceVersion(self.resourceVersion)\n"
            } else {
                text += encode(field, shape, "self." + property)
            }
        }
        return text.isEmpty ? "" : String(text.dropLast())
    }

    private func encode(_ field: FieldSchema, _ shape: GeneratorModel.Shape, _ property: String) -> String {
        let key = "w.key(\",\\\"\(field.name)\\\":\" as StaticString)"
        if case .optional(let inner) = shape {
            let written = "        if let value = \(property) { \(key); \(write(inner, "value")) }"
            return written + (field.omitsEmpty ? "\n" : " else { \(key); w.null() }\n")
        }
        let write = write(shape, property)
        if field.omitsZero { return "        if !\(property).isZero { \(key); \(write) }\n" }
        switch shape {
        case .list, .map, .bytes, .items:
            return "        if !\(property).isEmpty { \(key); \(write) }"
                + (field.omitsEmpty ? "\n" : " else { \(key); w.null() }\n")
        case .message: return "        \(key); \(write)\n"
        default: break
        }
        guard field.omitsEmpty else { return "        \(key); \(write)\n" }
        switch shape {
        case .string: return "        if !\(property).isEmpty { \(key); \(write) }\n"
        case .bool: return "        if \(property) { \(key); \(write) }\n"
        default: return "        if \(property) != 0 { \(key); \(write) }\n"
        }
    }

    private func write(_ shape: GeneratorModel.Shape, _ value: String) -> String {
        switch shape {
        case .string: "w.string(\(value))"
        case .int32, .int64: "w.int(\(value))"
        case .bool: "w.bool(\(value))"
        case .double: "w.double(\(value))"
        case .bytes: "w.base64(\(value))"
        case .message: "\(value).encode(json: &w)"
        case .items, .list(.string): "w.strings(\(value))"
        case .list(.message): "w.list(\(value))"
        case .map(.string): "w.stringMap(\(value))"
        case .map(.message): "w.map(\(value))"
        case .list(let inner): "w.beginArray(); for e in \(value) { \(write(inner, "e")) }; w.endArray()"
        case .map(let inner):
            "w.beginObject(); for (k, e) in \(value).sorted(by: { $0.key < $1.key }) { w.key(k); \(write(inner, "e")) }; w.endObject()"
        case .optional: "unsupported"
        }
    }
}
