// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Writes JSON as Go's `encoding/json` does (with HTML escaping, as Kubernetes sends it), without white space.
public struct JSONWriter {
    /// What to do with `metadata.resourceVersion` of the outermost object.
    public enum ResourceVersionMode: Sendable, Equatable {
        /// Write it where it stands.
        case inline
        /// Leave it out and note where it belongs (``JSONWriter/resourceVersionOffset``): the store gives the number only later.
        case hole
    }

    /// What was written.
    public private(set) var bytes: [UInt8] = []
    /// With ``ResourceVersionMode/hole``: where `,"resourceVersion":"..."` is to be put in, in bytes from the start.
    public private(set) var resourceVersionOffset: Int?
    private let resourceVersionMode: ResourceVersionMode
    private var needsComma = false
    /// How many objects are open.
    private(set) var depth = 0

    /// - Parameters:
    ///   - capacity: how many bytes to make room for; more are made as needed.
    ///   - headerLength: how many bytes to leave free at the start, see ``setHeader(_:)``.
    public init(
        reserving capacity: Int = 512, headerLength: Int = 0, resourceVersion: ResourceVersionMode = .inline
    ) {
        resourceVersionMode = resourceVersion
        bytes.reserveCapacity(capacity)
        for _ in 0..<headerLength { bytes.append(0) }
    }

    /// Writes over the bytes at the start that were left free.
    public mutating func setHeader(_ header: some Collection<UInt8>) {
        for (place, byte) in zip(bytes.indices, header) { bytes[place] = byte }
    }

    // MARK: - structure

    public mutating func beginObject() {
        separate()
        bytes.append(UInt8(ascii: "{"))
        depth += 1
        needsComma = false
    }

    public mutating func endObject() {
        bytes.append(UInt8(ascii: "}"))
        depth -= 1
        needsComma = true
    }

    public mutating func beginArray() {
        separate()
        bytes.append(UInt8(ascii: "["))
        needsComma = false
    }

    public mutating func endArray() {
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// Writes a key that needs no escaping, given with its quotes and colon and the comma before it: `,"name":`. The comma is left out
    /// where the key is the first of its object.
    public mutating func key(_ quoted: StaticString) {
        let text = UnsafeBufferPointer(start: quoted.utf8Start, count: quoted.utf8CodeUnitCount)
        append(UnsafeBufferPointer(rebasing: needsComma ? text[...] : text[1...]))
        needsComma = false
    }

    /// Writes any key.
    public mutating func key(_ name: String) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func separate() { if needsComma { bytes.append(UInt8(ascii: ",")) } }

    // MARK: - scalars

    public mutating func null() { raw("null") }

    public mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }

    public mutating func string(_ value: String) {
        separate()
        quote(value)
        needsComma = true
    }

    public mutating func int(_ value: some FixedWidthInteger) {
        separate()
        if value >= 0, value < 10 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value))
        } else {
            bytes.append(contentsOf: String(value).utf8)
        }
        needsComma = true
    }

    /// A number as Go writes a float64: shortest form, exponent below 1e-6 and from 1e21 on. NaN and infinities have no JSON form: `null`.
    public mutating func double(_ value: Double) {
        guard value.isFinite else { return null() }
        separate()
        bytes.append(contentsOf: Self.text(of: value).utf8)
        needsComma = true
    }

    public mutating func base64(_ value: [UInt8]) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: Base64.encode(value))
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// Writes bytes that are a JSON value already.
    public mutating func raw(_ value: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: value)
        needsComma = true
    }

    private mutating func raw(_ text: StaticString) {
        separate()
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        needsComma = true
    }

    /// Writes the resourceVersion field of an object's metadata, as the mode says.
    public mutating func resourceVersion(_ value: String) {
        if resourceVersionMode == .hole, resourceVersionOffset == nil {
            resourceVersionOffset = bytes.count
        } else if !value.isEmpty {
            key(",\"resourceVersion\":" as StaticString)
            string(value)
        }
    }

    // MARK: - collections

    public mutating func strings(_ values: [String]) {
        beginArray()
        for value in values { string(value) }
        endArray()
    }

    public mutating func stringMap(_ values: [String: String]) {
        beginObject()
        for name in values.keys.sortedByUTF8() {
            key(name)
            string(values[name] ?? "")
        }
        endObject()
    }

    @inlinable
    public mutating func list(_ values: [some WireValue]) {
        beginArray()
        for value in values { value.encode(json: &self) }
        endArray()
    }

    @inlinable
    public mutating func map<Value: WireValue>(_ values: [String: Value]) {
        beginObject()
        for name in values.keys.sortedByUTF8() {
            key(name)
            values[name]?.encode(json: &self)
        }
        endObject()
    }

    // MARK: - inside

    private mutating func quote(_ value: String) {
        var value = value
        value.withUTF8 { text in
            if text.allSatisfy(Self.isPlain) {
                append(text, quoted: true)
            } else {
                bytes.append(UInt8(ascii: "\""))
                escape(text)
                bytes.append(UInt8(ascii: "\""))
            }
        }
    }

    /// Adds bytes in one step: every piece of every object that is stored or sent comes here.
    private mutating func append(_ text: UnsafeBufferPointer<UInt8>, quoted: Bool = false) {
        let margin = quoted ? 1 : 0
        let count = text.count + 2 * margin
        bytes.append(addingCapacity: count) { space in
            space.withUnsafeMutableBufferPointer { buffer, filled in
                guard let base = buffer.baseAddress else { return }
                let start = base + filled
                if let source = text.baseAddress { (start + margin).update(from: source, count: text.count) }
                if quoted {
                    start[0] = UInt8(ascii: "\"")
                    start[count - 1] = UInt8(ascii: "\"")
                }
                filled += count
            }
        }
    }

    /// Whether the byte stands for itself: not a control character, quote, backslash, `<`, `>`, `&`, nor the first byte of U+2028.
    @inline(__always)
    static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x22 && byte != 0x5C && byte != 0x3C && byte != 0x3E && byte != 0x26 && byte != 0xE2
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    private mutating func escape(_ buffer: UnsafeBufferPointer<UInt8>) {
        var index = 0
        while index < buffer.count {
            let byte = buffer[index]
            index += 1
            switch byte {
            case 0x22, 0x5C:
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x08: bytes.append(contentsOf: [0x5C, UInt8(ascii: "b")])
            case 0x0C: bytes.append(contentsOf: [0x5C, UInt8(ascii: "f")])
            case 0x0A: bytes.append(contentsOf: [0x5C, UInt8(ascii: "n")])
            case 0x0D: bytes.append(contentsOf: [0x5C, UInt8(ascii: "r")])
            case 0x09: bytes.append(contentsOf: [0x5C, UInt8(ascii: "t")])
            case 0..<0x20, 0x3C, 0x3E, 0x26:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(Self.hexDigits[Int(byte >> 4)])
                bytes.append(Self.hexDigits[Int(byte & 0xF)])
            case 0xE2 where index + 1 < buffer.count && buffer[index] == 0x80 && buffer[index + 1] | 1 == 0xA9:
                bytes.append(contentsOf: buffer[index + 1] == 0xA8 ? "\\u2028".utf8 : "\\u2029".utf8)
                index += 2
            default: bytes.append(byte)
            }
        }
    }

    static func text(of value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 {
            return value == 0 && value.sign == .minus ? "-0" : String(Int64(value))
        }
        let shortest = "\(value)"
        guard let e = shortest.firstIndex(of: "e") else { return shortest }
        let mantissa = shortest[..<e]
        guard let exponent = Int(shortest[shortest.index(after: e)...]) else { return shortest }
        let digits = mantissa.filter { $0 != "." && $0 != "-" }
        let sign = value < 0 ? "-" : ""
        if exponent >= 21 || exponent < -6 {
            var text = mantissa.hasSuffix(".0") ? String(mantissa.dropLast(2)) : String(mantissa)
            text += exponent < 0 ? "e-" : "e+"
            let size = String(abs(exponent))
            return text + (size.count < 2 ? "0" + size : size)
        }
        let significant = digits.hasSuffix("0") && mantissa.hasSuffix(".0") ? String(digits.dropLast()) : digits
        if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + significant }
        return sign + significant + String(repeating: "0", count: max(0, exponent + 1 - significant.count))
    }
}

extension Collection<String> {
    /// In the order of their UTF-8 bytes, as Go sorts strings.
    public func sortedByUTF8() -> [String] {
        guard count > 1 else { return Array(self) }
        return sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
