// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Wire

/// An object of any kind inside another, as JSON text: `runtime.RawExtension`.
public struct RawExtension: WireValue, Hashable {
    /// JSON text without white space between tokens; empty for "not set", which JSON writes as `null`.
    public var raw: [UInt8]

    public init() { raw = [] }
    public init(raw: [UInt8]) { self.raw = raw }

    public mutating func decode(json reader: inout JSONReader) throws(JSONFault) {
        if try reader.takeNull() { return }
        raw = try reader.compactValue()
    }

    public func encode(json writer: inout JSONWriter) { if raw.isEmpty { writer.null() } else { writer.raw(raw) } }

    public mutating func decode(protobuf reader: inout ProtobufReader) throws(ProtobufFault) {
        while let field = try reader.nextField() {
            if field.number == 1 { raw = try reader.bytes(field) } else { try reader.skip(field) }
        }
    }

    public func encode(protobuf writer: inout ProtobufWriter) { if !raw.isEmpty { writer.bytes(1, raw) } }
}
