// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension JSONValue {
    /// How a document is written.
    public struct WriteOptions: Sendable {
        /// Two spaces per level and line breaks, as the API server's `?pretty=true`.
        public var pretty: Bool
        /// Members by name, as Go writes maps; otherwise in their own order.
        public var sortedKeys: Bool
        /// `<`, `>` and `&` as `\u003c` etc., as Go's `encoding/json` does unless told otherwise.
        public var escapeHTML: Bool

        /// Compact, own order, escaped for HTML: what an API server sends.
        public init(pretty: Bool = false, sortedKeys: Bool = false, escapeHTML: Bool = true) {
            self.pretty = pretty
            self.sortedKeys = sortedKeys
            self.escapeHTML = escapeHTML
        }
    }

    /// The document as UTF-8, without a line break at the end.
    public func bytes(_ options: WriteOptions = WriteOptions()) -> [UInt8] {
        var out: [UInt8] = []
        write(to: &out, options)
        return out
    }

    /// The document as text.
    public func text(_ options: WriteOptions = WriteOptions()) -> String { String(decoding: bytes(options), as: UTF8.self) }

    /// Appends the document as UTF-8.
    public func write(to out: inout [UInt8], _ options: WriteOptions = WriteOptions()) {
        write(to: &out, options, level: 0)
    }

    private func write(to out: inout [UInt8], _ options: WriteOptions, level: Int) {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let value): out.append(contentsOf: value.text.utf8)
        case .string(let value): Self.writeString(value, to: &out, escapeHTML: options.escapeHTML)
        case .array(let elements): Self.writeArray(elements, to: &out, options, level: level)
        case .object(let members): Self.writeObject(members, to: &out, options, level: level)
        }
    }

    private static func writeArray(_ elements: [JSONValue], to out: inout [UInt8], _ options: WriteOptions, level: Int) {
        out.append(UInt8(ascii: "["))
        for (at, element) in elements.enumerated() {
            if at > 0 { out.append(UInt8(ascii: ",")) }
            if options.pretty { breakLine(&out, level + 1) }
            element.write(to: &out, options, level: level + 1)
        }
        if options.pretty, !elements.isEmpty { breakLine(&out, level) }
        out.append(UInt8(ascii: "]"))
    }

    private static func writeObject(_ members: JSONObject, to out: inout [UInt8], _ options: WriteOptions, level: Int) {
        out.append(UInt8(ascii: "{"))
        var isFirst = true
        for (key, value) in options.sortedKeys ? members.sortedByKey() : members {
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            if options.pretty { breakLine(&out, level + 1) }
            writeString(key, to: &out, escapeHTML: options.escapeHTML)
            out.append(UInt8(ascii: ":"))
            if options.pretty { out.append(UInt8(ascii: " ")) }
            value.write(to: &out, options, level: level + 1)
        }
        if options.pretty, !isFirst { breakLine(&out, level) }
        out.append(UInt8(ascii: "}"))
    }

    private static func breakLine(_ out: inout [UInt8], _ level: Int) {
        out.append(UInt8(ascii: "\n"))
        for _ in 0..<level * 2 { out.append(UInt8(ascii: " ")) }
    }

    /// Appends `value` as a JSON string with Go's escapes: short ones for `"`, `\` and \b\f\n\r\t, `\u00xx` for other control
    /// characters, U+2028 and U+2029 always escaped.
    public static func writeString(_ value: String, to out: inout [UInt8], escapeHTML: Bool = true) {
        out.append(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { utf8 in
            var start = 0
            var at = 0
            while at < utf8.count {
                let (escape, length) = escapeOf(utf8, at, escapeHTML)
                if let escape {
                    out.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<at]))
                    out.append(contentsOf: escape.utf8)
                    start = at + length
                }
                at += length
            }
            out.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start...]))
        }
        out.append(UInt8(ascii: "\""))
    }

    /// The escape for the character at `at`, nil if it is written as it is; and how many bytes it has (at least 1).
    private static func escapeOf(_ utf8: UnsafeBufferPointer<UInt8>, _ at: Int, _ escapeHTML: Bool) -> (String?, Int) {
        let byte = utf8[at]
        switch byte {
        case UInt8(ascii: "\""): return ("\\\"", 1)
        case UInt8(ascii: "\\"): return ("\\\\", 1)
        case 0x08: return ("\\b", 1)
        case 0x0C: return ("\\f", 1)
        case 0x0A: return ("\\n", 1)
        case 0x0D: return ("\\r", 1)
        case 0x09: return ("\\t", 1)
        case 0..<0x20: return ("\\u00" + (byte < 16 ? "0" : "1") + String(byte % 16, radix: 16), 1)
        case UInt8(ascii: "<") where escapeHTML: return ("\\u003c", 1)
        case UInt8(ascii: ">") where escapeHTML: return ("\\u003e", 1)
        case UInt8(ascii: "&") where escapeHTML: return ("\\u0026", 1)
        case 0xE2 where at + 2 < utf8.count && utf8[at + 1] == 0x80 && utf8[at + 2] & 0xFE == 0xA8:
            return (utf8[at + 2] == 0xA8 ? "\\u2028" : "\\u2029", 3)
        default: return (nil, 1)
        }
    }
}
