// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Writes protobuf from the last byte to the first, so that the length of a nested message is known when it is needed.
///
/// Callers write the fields of a message from the highest number to the lowest, and lists from their last element.
public struct ProtobufWriter: ~Copyable {
    private var buffer: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var start: Int

    public init(reserving size: Int = 512) {
        capacity = max(size, 64)
        buffer = .allocate(capacity: capacity)
        start = capacity
    }

    deinit { buffer.deallocate() }

    /// How many bytes are written.
    public var count: Int { capacity - start }

    /// The bytes, in order.
    public var bytes: [UInt8] { Array(UnsafeBufferPointer(start: buffer + start, count: count)) }

    private mutating func reserve(_ size: Int) {
        guard start < size else { return }
        let written = count
        let grown = max(capacity * 2, written + size)
        let next = UnsafeMutablePointer<UInt8>.allocate(capacity: grown)
        (next + (grown - written)).initialize(from: buffer + start, count: written)
        buffer.deallocate()
        buffer = next
        capacity = grown
        start = grown - written
    }

    // MARK: - primitives

    private mutating func varint(_ value: UInt64) {
        reserve(10)
        var rest = value
        var length = 1
        while rest >= 0x80 {
            rest >>= 7
            length += 1
        }
        start -= length
        rest = value
        for index in 0..<length {
            buffer[start + index] = UInt8(truncatingIfNeeded: rest) & 0x7F | (index == length - 1 ? 0 : 0x80)
            rest >>= 7
        }
    }

    private mutating func raw(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        start -= bytes.count
        (buffer + start).update(from: source, count: bytes.count)
    }

    private mutating func tag(_ number: Int, _ wireType: UInt64) { varint(UInt64(number) << 3 | wireType) }

    /// Writes length and tag of the message whose body was written since `mark`, a former ``count``.
    public mutating func endMessage(_ number: Int, since mark: Int) {
        varint(UInt64(count - mark))
        tag(number, 2)
    }

    // MARK: - fields

    public mutating func string(_ number: Int, _ value: String) {
        var value = value
        let mark = count
        value.withUTF8 { raw($0) }
        endMessage(number, since: mark)
    }

    public mutating func bytes(_ number: Int, _ value: [UInt8]) {
        let mark = count
        value.withUnsafeBufferPointer { raw($0) }
        endMessage(number, since: mark)
    }

    public mutating func bool(_ number: Int, _ value: Bool) {
        varint(value ? 1 : 0)
        tag(number, 0)
    }

    public mutating func int(_ number: Int, _ value: some FixedWidthInteger & SignedInteger) {
        varint(UInt64(bitPattern: Int64(value)))
        tag(number, 0)
    }

    public mutating func double(_ number: Int, _ value: Double) {
        reserve(8)
        start -= 8
        for index in 0..<8 {
            buffer[start + index] = UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt64(index)))
        }
        tag(number, 1)
    }

    @inlinable
    public mutating func message(_ number: Int, _ value: some WireValue) {
        let mark = count
        value.encode(protobuf: &self)
        endMessage(number, since: mark)
    }

    @inlinable
    public mutating func list(_ number: Int, _ values: [some WireValue]) {
        for value in values.reversed() { message(number, value) }
    }

    public mutating func strings(_ number: Int, _ values: [String]) {
        for value in values.reversed() { string(number, value) }
    }

    /// A list inside a message of its own (`ExtraValue`, `Verbs`).
    public mutating func itemsMessage(_ number: Int, _ values: [String]) {
        let mark = count
        strings(1, values)
        endMessage(number, since: mark)
    }

    @inlinable
    public mutating func map<Value: WireValue>(_ number: Int, _ values: [String: Value]) {
        scalarMap(number, values) { (writer: inout ProtobufWriter, value) in writer.message(2, value) }
    }

    public mutating func stringMap(_ number: Int, _ values: [String: String]) {
        scalarMap(number, values) { (writer: inout ProtobufWriter, value) in writer.string(2, value) }
    }

    /// A map whose values `write` writes as field 2.
    @inlinable
    public mutating func scalarMap<Value>(
        _ number: Int, _ values: [String: Value], _ write: (inout ProtobufWriter, Value) -> Void
    ) {
        for name in values.keys.sortedByUTF8().reversed() {
            guard let value = values[name] else { continue }
            let mark = count
            write(&self, value)
            string(1, name)
            endMessage(number, since: mark)
        }
    }
}
