// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Wire

/// Objects to and from JSON.
public enum JSONCoding {
    /// The JSON of an object, `kind` and `apiVersion` first.
    public static func encode(_ value: some WireValue) -> [UInt8] {
        var writer = JSONWriter()
        value.encode(json: &writer)
        return writer.bytes
    }

    /// Reads an object; unknown fields are dropped.
    ///
    /// - Throws: ``JSONFault`` where the text is not JSON or a value has the wrong type.
    public static func decode<Value: WireValue>(_: Value.Type, from bytes: [UInt8]) throws(JSONFault) -> Value {
        try JSONReader.read(bytes) { (reader: inout JSONReader) throws(JSONFault) in
            var value = Value()
            try value.decode(json: &reader)
            return value
        }
    }

    /// Reads an object and what strict decoding has to say of it.
    ///
    /// - Throws: ``JSONFault`` as the lax form does.
    public static func decodeStrictly<Value: WireValue>(
        _: Value.Type, from bytes: [UInt8]
    ) throws(JSONFault) -> (value: Value, faults: [JSONStrictFault]) {
        try JSONReader.read(bytes, strictness: .strict) { (reader: inout JSONReader) throws(JSONFault) in
            var value = Value()
            try value.decode(json: &reader)
            return (value, reader.strictFaults)
        }
    }
}

/// Objects to and from Kubernetes' protobuf bodies: four magic bytes, then an `Unknown` message around the object.
public enum ProtobufCoding {
    /// `k8s` and a zero byte.
    public static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]

    /// The whole body for an object.
    public static func encode<Value: TopLevelObject>(_ value: Value) -> [UInt8] {
        encode(value, apiVersion: Value.apiVersion, kind: Value.kind)
    }

    /// The whole body for a value sent under a kind of the caller's choice (lists).
    public static func encode(_ value: some WireValue, apiVersion: String, kind: String) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.string(4, "")
        writer.string(3, "")
        writer.message(2, value)
        let mark = writer.count
        writer.string(2, kind)
        writer.string(1, apiVersion)
        writer.endMessage(1, since: mark)
        return magic + writer.bytes
    }

    /// What an `Unknown` message says.
    public struct Envelope: Sendable, Equatable {
        public var apiVersion = ""
        public var kind = ""
        public var raw: [UInt8] = []
        public var contentType = ""
    }

    /// Opens a body.
    ///
    /// - Throws: ``ProtobufFault`` where the magic bytes or the message are not right.
    public static func open(_ bytes: [UInt8]) throws(ProtobufFault) -> Envelope {
        guard bytes.starts(with: magic) else {
            throw ProtobufFault(
                message: "provided data does not appear to be a protobuf message, expected prefix \(magic)", offset: 0)
        }
        return try ProtobufReader.read(Array(bytes[4...])) { (reader: inout ProtobufReader) throws(ProtobufFault) in
            var envelope = Envelope()
            while let field = try reader.nextField() {
                switch field.number {
                case 1:
                    try reader.message(field) { (nested: inout ProtobufReader) throws(ProtobufFault) in
                        while let inner = try nested.nextField() {
                            switch inner.number {
                            case 1: envelope.apiVersion = try nested.string(inner)
                            case 2: envelope.kind = try nested.string(inner)
                            default: try nested.skip(inner)
                            }
                        }
                    }
                case 2: envelope.raw = try reader.bytes(field)
                case 4: envelope.contentType = try reader.string(field)
                default: try reader.skip(field)
                }
            }
            return envelope
        }
    }

    /// Reads the object of a body.
    public static func decode<Value: WireValue>(_: Value.Type, from bytes: [UInt8]) throws(ProtobufFault) -> Value {
        let envelope = try open(bytes)
        return try ProtobufReader.read(envelope.raw) { (reader: inout ProtobufReader) throws(ProtobufFault) in
            var value = Value()
            try value.decode(protobuf: &reader)
            return value
        }
    }
}
