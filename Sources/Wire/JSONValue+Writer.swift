// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension JSONValue {
    /// How a document is written.
    public struct WriteOptions: Sendable {
        /// Members by name, as Go writes maps; otherwise in their own order.
        public var sortedKeys: Bool
        /// `<`, `>` and `&` as `\u003c` etc., as Go's `encoding/json` does unless told otherwise.
        public var escapeHTML: Bool

        /// Compact, own order, escaped for HTML: what an API server sends.
        public init(sortedKeys: Bool = false, escapeHTML: Bool = true) {
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
    public func text(_ options: WriteOptions = WriteOptions()) -> String {
        String(decoding: bytes(options), as: UTF8.self)
    }

    /// Appends the document as UTF-8. Works with a stack of its own, so that deep nesting cannot exhaust the thread's.
    public func write(to out: inout [UInt8], _ options: WriteOptions = WriteOptions()) {
        var open: [WriterFrame] = []
        if let frame = begin(to: &out, options) { open.append(frame) }
        while let frame = open.last {
            let top = open.count - 1
            guard frame.at < frame.values.count else {
                out.append(frame.keys == nil ? UInt8(ascii: "]") : UInt8(ascii: "}"))
                open.removeLast()
                continue
            }
            if frame.at > 0 { out.append(UInt8(ascii: ",")) }
            if let keys = frame.keys {
                Self.writeString(keys[frame.at], to: &out, escapeHTML: options.escapeHTML)
                out.append(UInt8(ascii: ":"))
            }
            open[top].at += 1
            if let inner = frame.values[frame.at].begin(to: &out, options) { open.append(inner) }
        }
    }

    /// Writes a scalar whole, or the opening bracket of a container, which it returns.
    private func begin(to out: inout [UInt8], _ options: WriteOptions) -> WriterFrame? {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let value): out.append(contentsOf: value.text.utf8)
        case .string(let value): Self.writeString(value, to: &out, escapeHTML: options.escapeHTML)
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            return WriterFrame(keys: nil, values: elements)
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            let ordered = options.sortedKeys ? members.sortedByKey() : members
            return WriterFrame(keys: ordered.keys, values: ordered.values)
        }
        return nil
    }

    /// A container of which some elements are written.
    private struct WriterFrame {
        var keys: [String]?
        var values: [JSONValue]
        var at = 0
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
                if JSONWriter.isPlain(utf8[at]) {
                    at += 1
                    continue
                }
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
