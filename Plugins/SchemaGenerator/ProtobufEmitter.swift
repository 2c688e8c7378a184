// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import SchemaModel

/// Writes the protobuf codecs of one document.
struct ProtobufEmitter {
    let model: GeneratorModel
    let document: SchemaDocument

    func text(_ types: [TypeSchema]) -> String { types.map(codec).joined() }

    private func codec(_ type: TypeSchema) -> String {
        let fields = type.fields.filter { $0.number != nil }.sorted { ($0.number ?? 0) < ($1.number ?? 0) }
        var decode = ""
        var encode = ""
        for field in fields {
            let shape = model.shape(of: field.type, in: document)
            let property = "self." + GeneratorModel.property(field.name)
            let number = field.number ?? 0
            decode += "            case \(number): \(read(shape, property))\n"
            encode = "        \(write(shape, property, number))\n" + encode
        }
        return """
            extension \(type.swiftName) {
                public mutating func decode(protobuf r: inout ProtobufReader) throws(ProtobufFault) {
                    while let f = try r.nextField() {
                        switch f.number {
            \(decode)            default: try r.skip(f)
                        }
                    }
                }

                public func encode(protobuf w: inout ProtobufWriter) {
            \(encode)    }
            }


            """
    }

    private func read(_ shape: GeneratorModel.Shape, _ property: String) -> String {
        switch shape {
        case .message: "try r.message(f, into: &\(property))"
        case .optional(.message): "try r.optional(f, into: &\(property))"
        case .list(.message): "try r.append(f, to: &\(property))"
        case .map(.message): "try r.mapEntry(f, into: &\(property))"
        case .map(.string): "try r.stringMapEntry(f, into: &\(property))"
        case .items: "\(property) = try r.itemsMessage(f)"
        case .list(.int32), .list(.int64), .list(.bool): readNumbers(shape, property)
        case .list(let inner): "\(property).append(try r.\(scalar(inner)))"
        case .map(let inner):
            "try r.scalarMapEntry(f, into: &\(property), zero: \(zero(inner))) { (r, f, v) throws(ProtobufFault) in \(readValue(inner)) }"
        case .optional(let inner): "\(property) = try r.\(scalar(inner))"
        default: "\(property) = try r.\(scalar(shape))"
        }
    }

    private func readNumbers(_ shape: GeneratorModel.Shape, _ property: String) -> String {
        let convert =
            switch shape {
            case .list(.int32): "Int32(truncatingIfNeeded: n)"
            case .list(.bool): "n != 0"
            default: "n"
            }
        return
            "var numbers: [Int64] = []; try r.appendInts(f, to: &numbers); for n in numbers { \(property).append(\(convert)) }"
    }

    private func readValue(_ shape: GeneratorModel.Shape) -> String {
        switch shape {
        case .list(.message): "try r.listMessage(f, into: &v)"
        case .items: "v = try r.itemsMessage(f)"
        default: "v = try r.\(scalar(shape))"
        }
    }

    private func zero(_ shape: GeneratorModel.Shape) -> String {
        String(TypeEmitter.zero(shape).dropFirst(3)) + " as " + TypeEmitter.swiftType(shape)
    }

    private func scalar(_ shape: GeneratorModel.Shape) -> String {
        switch shape {
        case .string: "string(f)"
        case .int32: "int32(f)"
        case .int64: "int64(f)"
        case .bool: "bool(f)"
        case .double: "double(f)"
        case .bytes: "bytes(f)"
        default: "unsupported"
        }
    }

    private func write(_ shape: GeneratorModel.Shape, _ property: String, _ number: Int) -> String {
        switch shape {
        case .string: "w.string(\(number), \(property))"
        case .int32, .int64: "w.int(\(number), \(property))"
        case .bool: "w.bool(\(number), \(property))"
        case .double: "w.double(\(number), \(property))"
        case .bytes: "if !\(property).isEmpty { w.bytes(\(number), \(property)) }"
        case .message: "w.message(\(number), \(property))"
        case .items: "if !\(property).isEmpty { w.itemsMessage(\(number), \(property)) }"
        case .optional(let inner): "if let v = \(property) { \(write(inner, "v", number)) }"
        case .list(.message): "w.list(\(number), \(property))"
        case .list(.string): "w.strings(\(number), \(property))"
        case .list(let inner): "for e in \(property).reversed() { \(write(inner, "e", number)) }"
        case .map(.message): "w.map(\(number), \(property))"
        case .map(.string): "w.stringMap(\(number), \(property))"
        case .map(let inner):
            "w.scalarMap(\(number), \(property)) { (w: inout ProtobufWriter, v) in \(writeValue(inner)) }"
        }
    }

    private func writeValue(_ shape: GeneratorModel.Shape) -> String {
        switch shape {
        case .items: "w.itemsMessage(2, v)"
        case .bytes: "w.bytes(2, v)"
        default: write(shape, "v", 2)
        }
    }
}
