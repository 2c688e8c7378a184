// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Breaks JSON into lines, with two spaces for each level, as the API server's `?pretty=true` does.
///
/// Works on bytes as they come, in pieces of any size, and keeps nothing of them: what it is given must be JSON.
///
/// - SeeAlso: `json.MarshalIndent` of Go.
public struct JSONIndenter: Sendable {
    private var depth = 0
    /// Whether the container that was opened last has nothing in it yet.
    private var isEmpty = false
    private var isInString = false
    private var isEscaped = false
    /// A line break and the spaces of the deepest level so far.
    private var lineBreak = [UInt8(ascii: "\n")]

    /// Begins a document.
    public init() {}

    /// The whole of a document, in lines, without a line break at the end.
    public static func indent(_ json: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(json.count * 2)
        var indenter = JSONIndenter()
        json.withUnsafeBufferPointer { indenter.append($0, to: &out) }
        return out
    }

    /// Appends the next bytes of a document to `out`, in lines.
    public mutating func append(_ bytes: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
        var at = 0
        while at < bytes.count {
            if isInString {
                let end = endOfString(bytes, from: at)
                out.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[at..<end]))
                at = end
                continue
            }
            appendToken(bytes[at], to: &out)
            at += 1
        }
    }

    /// Where the string that has begun ends, behind its closing quote, or the piece.
    private mutating func endOfString(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var at = start
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
                return at
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            }
        }
        return at
    }

    private mutating func appendToken(_ byte: UInt8, to out: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): break
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth = max(depth - 1, 0)
            if !isEmpty { breakLine(&out) }
            isEmpty = false
            out.append(byte)
        case UInt8(ascii: ","):
            out.append(byte)
            breakLine(&out)
        case UInt8(ascii: ":"):
            out.append(byte)
            out.append(UInt8(ascii: " "))
        default:
            if isEmpty {
                isEmpty = false
                breakLine(&out)
            }
            out.append(byte)
            if byte == UInt8(ascii: "\"") {
                isInString = true
            } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                isEmpty = true
                depth += 1
            }
        }
    }

    private mutating func breakLine(_ out: inout [UInt8]) {
        let length = 1 + depth * 2
        while lineBreak.count < length { lineBreak.append(UInt8(ascii: " ")) }
        lineBreak.withUnsafeBufferPointer { out.append(contentsOf: UnsafeBufferPointer(rebasing: $0[..<length])) }
    }
}
