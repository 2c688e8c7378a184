// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension JSONReader {
    /// Whether the next value is `null`; if so it is taken.
    @inlinable
    public mutating func takeNull() throws(JSONFault) -> Bool {
        guard try peek() == UInt8(ascii: "n") else { return false }
        try literal("null")
        return true
    }

    /// A string; `null` reads as the empty string.
    @inlinable
    public mutating func string(expected: StaticString = "string") throws(JSONFault) -> String {
        let byte = try peek()
        guard byte == UInt8(ascii: "\"") else {
            if byte == UInt8(ascii: "n") { try literal("null"); return "" }
            throw try wrongType(expected)
        }
        let start = position + 1
        if let length = plainLength(from: start) {
            position = start + length + 1
            needsSeparator = true
            return String(decoding: UnsafeBufferPointer(start: base + start, count: length), as: UTF8.self)
        }
        var bytes: [UInt8] = []
        try unescape(into: &bytes)
        needsSeparator = true
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes of a string that is base64; `null` reads as no bytes.
    public mutating func base64() throws(JSONFault) -> [UInt8] {
        let offset = position
        let text = try string(expected: "[]uint8")
        guard let bytes = Base64.decode(text.utf8) else {
            throw JSONFault(
                .invalidValue(message: "illegal base64 data at input byte \(Base64.faultOffset(text.utf8))"), at: offset
            )
        }
        return bytes
    }

    /// `true` or `false`; `null` reads as false.
    public mutating func bool() throws(JSONFault) -> Bool {
        switch try peek() {
        case UInt8(ascii: "t"): try literal("true"); return true
        case UInt8(ascii: "f"): try literal("false"); return false
        case UInt8(ascii: "n"): try literal("null"); return false
        default: throw try wrongType("bool")
        }
    }

    /// A whole number that fits; `null` reads as 0.
    public mutating func int32() throws(JSONFault) -> Int32 {
        let offset = position
        let value = try integer(expected: "int32")
        guard let narrow = Int32(exactly: value) else {
            throw JSONFault(.wrongType(found: "number \(value)", expected: "int32"), at: offset)
        }
        return narrow
    }

    /// A whole number that fits; `null` reads as 0.
    public mutating func int64() throws(JSONFault) -> Int64 { try integer(expected: "int64") }

    private mutating func integer(expected: StaticString) throws(JSONFault) -> Int64 {
        let byte = try peek()
        if byte == UInt8(ascii: "n") { try literal("null"); return 0 }
        guard byte == UInt8(ascii: "-") || Self.isDigit(byte) else { throw try wrongType(expected) }
        let start = position
        try skipNumber()
        guard let value = Int64(numberText(from: start)) else {
            throw JSONFault(.wrongType(found: "number \(numberText(from: start))", expected: "\(expected)"), at: start)
        }
        return value
    }

    /// A number; `null` reads as 0.
    public mutating func double() throws(JSONFault) -> Double {
        let byte = try peek()
        if byte == UInt8(ascii: "n") { try literal("null"); return 0 }
        guard byte == UInt8(ascii: "-") || Self.isDigit(byte) else { throw try wrongType("float64") }
        let start = position
        try skipNumber()
        guard let value = Double(numberText(from: start)), value.isFinite else {
            throw JSONFault(.wrongType(found: "number \(numberText(from: start))", expected: "float64"), at: start)
        }
        return value
    }

    private func numberText(from start: Int) -> String {
        String(decoding: UnsafeBufferPointer(start: base + start, count: position - start), as: UTF8.self)
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    /// The text of the next value as it stands, white space inside it included.
    public mutating func rawValue() throws(JSONFault) -> [UInt8] {
        _ = try peek()
        let start = position
        try skipValue()
        return Array(UnsafeBufferPointer(start: base + start, count: position - start))
    }

    /// The kind of the next value, by its first byte, without taking it.
    public mutating func nextByte() throws(JSONFault) -> UInt8 { try peek() }

    // MARK: - inside

    @usableFromInline
    mutating func literal(_ text: StaticString) throws(JSONFault) {
        let count = text.utf8CodeUnitCount
        for index in 0..<count {
            guard position < end else { throw JSONFault(.unexpectedEnd, at: position) }
            guard base[position] == text.utf8Start[index] else {
                throw unexpected("in literal \(text) (expecting '\(Character(UnicodeScalar(text.utf8Start[index])))')")
            }
            position += 1
        }
        needsSeparator = true
    }

    /// The fault for a value of another type, after checking that the value is well formed (Go reports syntax first).
    @usableFromInline
    mutating func wrongType(_ expected: StaticString) throws(JSONFault) -> JSONFault {
        let start = position
        let found: String
        switch try peek() {
        case UInt8(ascii: "\""): found = "string"
        case UInt8(ascii: "{"): found = "object"
        case UInt8(ascii: "["): found = "array"
        case UInt8(ascii: "t"), UInt8(ascii: "f"): found = "bool"
        default: found = "number"
        }
        try skipValue()
        return JSONFault(.wrongType(found: found, expected: "\(expected)"), at: start)
    }

    /// The length of the string whose first byte is at `start`, if it needs no unescaping.
    @inlinable
    func plainLength(from start: Int) -> Int? {
        var index = start
        while index < end {
            let byte = base[index]
            if byte == UInt8(ascii: "\"") { return index - start }
            if byte == UInt8(ascii: "\\") || byte < 0x20 { return nil }
            index += 1
        }
        return nil
    }

    @inlinable
    mutating func keyText(at offset: Int) throws(JSONFault) -> JSONKey {
        let start = offset + 1
        if let length = plainLength(from: start) {
            position = start + length + 1
            return JSONKey(start: base + start, count: length, offset: offset)
        }
        return try escapedKey(at: offset)
    }

    @usableFromInline
    mutating func escapedKey(at offset: Int) throws(JSONFault) -> JSONKey {
        var bytes: [UInt8] = []
        try unescape(into: &bytes)
        // Kept until the reader is gone: a key's pointer must stay valid while its value is read.
        let copy = KeyCopy(bytes)
        escapedKeys.append(copy)
        return JSONKey(start: UnsafePointer(copy.start), count: bytes.count, offset: offset)
    }
}

/// Owns the bytes of a key that had escapes.
@usableFromInline
final class KeyCopy {
    let start: UnsafeMutablePointer<UInt8>

    init(_ bytes: [UInt8]) {
        start = .allocate(capacity: max(bytes.count, 1))
        start.initialize(from: bytes, count: bytes.count)
    }

    deinit { start.deallocate() }
}
