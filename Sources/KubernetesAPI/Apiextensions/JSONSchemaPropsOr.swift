// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Wire

/// One schema, or a list of schemas.
public struct JSONSchemaPropsOrArray: WireValue {
    @OptionalBoxed public var schema: JSONSchemaProps?
    public var jsonSchemas: [JSONSchemaProps] = []

    public init() {}

    public mutating func decode(json reader: inout JSONReader) throws(JSONFault) {
        if try reader.nextByte() == UInt8(ascii: "[") {
            jsonSchemas = try reader.list(of: JSONSchemaProps.self)
        } else {
            schema = try reader.optional(JSONSchemaProps.self)
        }
    }

    public func encode(json writer: inout JSONWriter) {
        if !jsonSchemas.isEmpty {
            writer.list(jsonSchemas)
        } else if let schema {
            schema.encode(json: &writer)
        } else {
            writer.null()
        }
    }

    public mutating func decode(protobuf reader: inout ProtobufReader) throws(ProtobufFault) {
        while let field = try reader.nextField() {
            switch field.number {
            case 1: try reader.optional(field, into: &schema)
            case 2: try reader.append(field, to: &jsonSchemas)
            default: try reader.skip(field)
            }
        }
    }

    public func encode(protobuf writer: inout ProtobufWriter) {
        writer.list(2, jsonSchemas)
        if let schema { writer.message(1, schema) }
    }
}

/// A schema, or whether anything is allowed.
public struct JSONSchemaPropsOrBool: WireValue {
    public var allows = false
    @OptionalBoxed public var schema: JSONSchemaProps?

    public init() {}

    public mutating func decode(json reader: inout JSONReader) throws(JSONFault) {
        if try reader.nextByte() == UInt8(ascii: "{") {
            allows = true
            schema = try reader.optional(JSONSchemaProps.self)
        } else {
            allows = try reader.bool()
        }
    }

    public func encode(json writer: inout JSONWriter) {
        if let schema { schema.encode(json: &writer) } else { writer.bool(allows) }
    }

    public mutating func decode(protobuf reader: inout ProtobufReader) throws(ProtobufFault) {
        while let field = try reader.nextField() {
            switch field.number {
            case 1: allows = try reader.bool(field)
            case 2: try reader.optional(field, into: &schema)
            default: try reader.skip(field)
            }
        }
    }

    public func encode(protobuf writer: inout ProtobufWriter) {
        if let schema { writer.message(2, schema) }
        writer.bool(1, allows)
    }
}

/// A schema, or names of properties.
public struct JSONSchemaPropsOrStringArray: WireValue {
    @OptionalBoxed public var schema: JSONSchemaProps?
    public var property: [String] = []

    public init() {}

    public mutating func decode(json reader: inout JSONReader) throws(JSONFault) {
        if try reader.nextByte() == UInt8(ascii: "[") {
            property = try reader.strings()
        } else {
            schema = try reader.optional(JSONSchemaProps.self)
        }
    }

    public func encode(json writer: inout JSONWriter) {
        if !property.isEmpty {
            writer.strings(property)
        } else if let schema {
            schema.encode(json: &writer)
        } else {
            writer.null()
        }
    }

    public mutating func decode(protobuf reader: inout ProtobufReader) throws(ProtobufFault) {
        while let field = try reader.nextField() {
            switch field.number {
            case 1: try reader.optional(field, into: &schema)
            case 2: property.append(try reader.string(field))
            default: try reader.skip(field)
            }
        }
    }

    public func encode(protobuf writer: inout ProtobufWriter) {
        writer.strings(2, property)
        if let schema { writer.message(1, schema) }
    }
}
