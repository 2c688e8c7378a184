// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Why protobuf could not be read.
public struct ProtobufFault: Error, Sendable, Equatable, CustomStringConvertible {
    public var message: String
    /// Where in the text, in bytes from its start.
    public var offset: Int

    public init(message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }

    public var description: String { "\(message) at byte \(offset)" }
}

/// Reads the fields of one protobuf message. It borrows the bytes: use it within ``ProtobufReader/read(_:_:)``.
public struct ProtobufReader {
    /// The number and wire type of a field.
    public struct Field: Sendable, Equatable {
        public var number: Int
        public var wireType: UInt8
    }

    private let base: UnsafePointer<UInt8>?
    private var position: Int
    private let end: Int
    private let depth: Int

    private init(base: UnsafePointer<UInt8>?, position: Int, end: Int, depth: Int) {
        self.base = base
        self.position = position
        self.end = end
        self.depth = depth
    }

    /// Runs `body` with a reader over `bytes`.
    public static func read<Result>(
        _ bytes: [UInt8], _ body: (inout ProtobufReader) throws(ProtobufFault) -> Result
    ) throws(ProtobufFault) -> Result {
        let outcome: Swift.Result<Result, ProtobufFault> = bytes.withUnsafeBufferPointer { buffer in
            var reader = ProtobufReader(base: buffer.baseAddress, position: 0, end: buffer.count, depth: 0)
            do throws(ProtobufFault) { return .success(try body(&reader)) } catch { return .failure(error) }
        }
        return try outcome.get()
    }

    private func fault(_ message: String) -> ProtobufFault { ProtobufFault(message: message, offset: position) }

    /// The next field; nil at the end of the message.
    public mutating func nextField() throws(ProtobufFault) -> Field? {
        guard position < end else { return nil }
        let tag = try varint()
        guard let number = Int(exactly: tag >> 3), number > 0, number < 1 << 29 else {
            throw fault("illegal tag \(tag)")
        }
        return Field(number: number, wireType: UInt8(tag & 7))
    }

    private mutating func varint() throws(ProtobufFault) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard position < end, let base else { throw fault("unexpected EOF") }
            guard shift < 64 else { throw fault("integer overflow") }
            let byte = base[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    private mutating func length() throws(ProtobufFault) -> Int {
        let value = try varint()
        guard let length = Int(exactly: value), length <= end - position else {
            throw fault("unexpected EOF")
        }
        return length
    }

    private func expect(_ field: Field, _ wireType: UInt8) throws(ProtobufFault) {
        guard field.wireType == wireType else {
            throw fault("wrong wire type \(field.wireType) for field \(field.number)")
        }
    }

    /// Passes over a field nobody knows.
    public mutating func skip(_ field: Field) throws(ProtobufFault) {
        switch field.wireType {
        case 0: _ = try varint()
        case 1: try advance(8)
        case 2: try advance(try length())
        case 5: try advance(4)
        default: throw fault("illegal wire type \(field.wireType)")
        }
    }

    private mutating func advance(_ count: Int) throws(ProtobufFault) {
        guard count <= end - position else { throw fault("unexpected EOF") }
        position += count
    }

    // MARK: - values

    public mutating func bool(_ field: Field) throws(ProtobufFault) -> Bool {
        try expect(field, 0)
        return try varint() != 0
    }

    public mutating func int64(_ field: Field) throws(ProtobufFault) -> Int64 {
        try expect(field, 0)
        return Int64(bitPattern: try varint())
    }

    public mutating func int32(_ field: Field) throws(ProtobufFault) -> Int32 {
        Int32(truncatingIfNeeded: try int64(field))
    }

    public mutating func double(_ field: Field) throws(ProtobufFault) -> Double {
        try expect(field, 1)
        guard end - position >= 8, let base else { throw fault("unexpected EOF") }
        var bits: UInt64 = 0
        for index in 0..<8 { bits |= UInt64(base[position + index]) << (8 * UInt64(index)) }
        position += 8
        return Double(bitPattern: bits)
    }

    public mutating func bytes(_ field: Field) throws(ProtobufFault) -> [UInt8] {
        try expect(field, 2)
        let length = try length()
        defer { position += length }
        guard let base else { return [] }
        return Array(UnsafeBufferPointer(start: base + position, count: length))
    }

    public mutating func string(_ field: Field) throws(ProtobufFault) -> String {
        try expect(field, 2)
        let length = try length()
        defer { position += length }
        guard let base else { return "" }
        return String(decoding: UnsafeBufferPointer(start: base + position, count: length), as: UTF8.self)
    }

    /// Runs `body` on the nested message and goes on after it.
    @inlinable
    public mutating func message<Result>(
        _ field: Field, _ body: (inout ProtobufReader) throws(ProtobufFault) -> Result
    ) throws(ProtobufFault) -> Result {
        var nested = try enter(field)
        return try body(&nested)
    }

    @usableFromInline
    mutating func enter(_ field: Field) throws(ProtobufFault) -> ProtobufReader {
        try expect(field, 2)
        guard depth < 1_000 else { throw fault("exceeded max depth") }
        let length = try length()
        defer { position += length }
        return ProtobufReader(base: base, position: position, end: position + length, depth: depth + 1)
    }

    @inlinable
    public mutating func message(_ field: Field, into value: inout some WireValue) throws(ProtobufFault) {
        var nested = try enter(field)
        try value.decode(protobuf: &nested)
    }

    @inlinable
    public mutating func optional<Value: WireValue>(_ field: Field, into value: inout Value?) throws(ProtobufFault) {
        var fresh = value ?? Value()
        try message(field, into: &fresh)
        value = fresh
    }

    @inlinable
    public mutating func append<Element: WireValue>(_ field: Field, to values: inout [Element]) throws(ProtobufFault) {
        var element = Element()
        try message(field, into: &element)
        values.append(element)
    }

    /// A number of a repeated field, or several where they are packed.
    public mutating func appendInts(_ field: Field, to values: inout [Int64]) throws(ProtobufFault) {
        if field.wireType == 2 {
            var nested = try enter(field)
            while nested.position < nested.end { values.append(Int64(bitPattern: try nested.varint())) }
        } else {
            values.append(try int64(field))
        }
    }

    /// A list inside a message of its own (`ExtraValue`, `Verbs`).
    public mutating func itemsMessage(_ field: Field) throws(ProtobufFault) -> [String] {
        var items: [String] = []
        var nested = try enter(field)
        while let inner = try nested.nextField() {
            if inner.number == 1 { items.append(try nested.string(inner)) } else { try nested.skip(inner) }
        }
        return items
    }

    @inlinable
    public mutating func mapEntry<Value: WireValue>(_ field: Field, into values: inout [String: Value])
        throws(ProtobufFault)
    {
        try scalarMapEntry(field, into: &values, zero: Value()) { (reader, inner, value) throws(ProtobufFault) in
            try reader.message(inner, into: &value)
        }
    }

    public mutating func stringMapEntry(_ field: Field, into values: inout [String: String]) throws(ProtobufFault) {
        try scalarMapEntry(field, into: &values, zero: "") { (reader, inner, value) throws(ProtobufFault) in
            value = try reader.string(inner)
        }
    }

    /// An entry of a map whose value `read` reads.
    @inlinable
    public mutating func scalarMapEntry<Value>(
        _ field: Field, into values: inout [String: Value], zero: Value,
        _ read: (inout ProtobufReader, Field, inout Value) throws(ProtobufFault) -> Void
    ) throws(ProtobufFault) {
        var nested = try enter(field)
        var key = ""
        var value = zero
        while let inner = try nested.nextField() {
            switch inner.number {
            case 1: key = try nested.string(inner)
            case 2: try read(&nested, inner, &value)
            default: try nested.skip(inner)
            }
        }
        values[key] = value
    }
}
