// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

/// The blocks of a PEM text, one after the other; what stands between them is passed over, as Go's `pem.Decode` does.
package struct PEMBlocks: Sequence, IteratorProtocol {
    /// One block.
    package struct Block: Equatable {
        /// What stands behind `BEGIN`.
        package var type: String
        package var bytes: [UInt8]
        /// Whether there are lines `Key: value` before the bytes.
        package var hasHeaders: Bool
    }

    private static let begin = Array("-----BEGIN ".utf8)
    private static let end = Array("-----END ".utf8)
    private static let dashes = Array("-----".utf8)

    private var lines: ArraySlice<ArraySlice<UInt8>>

    package init(_ text: [UInt8]) {
        lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
    }

    /// The first block.
    package var first: Block? {
        var copy = self
        return copy.next()
    }

    package mutating func next() -> Block? {
        while let line = lines.popFirst() {
            guard let type = Self.label(line, Self.begin) else { continue }
            let start = lines
            if let block = block(type) { return block }
            lines = start
        }
        return nil
    }

    /// The text between a prefix and five dashes.
    private static func label(_ line: ArraySlice<UInt8>, _ prefix: [UInt8]) -> String? {
        let text = trimmed(line)
        guard text.starts(with: prefix), text.count >= prefix.count + dashes.count, text.suffix(5).elementsEqual(dashes)
        else { return nil }
        return String(decoding: text.dropFirst(prefix.count).dropLast(5), as: UTF8.self)
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = line
        while let last = text.last, " \t\r".utf8.contains(last) { text = text.dropLast() }
        return text
    }

    private mutating func block(_ type: String) -> Block? {
        var body: [UInt8] = []
        var hasHeaders = false
        while let line = lines.popFirst() {
            if let label = Self.label(line, Self.end) {
                guard label == type, let bytes = Base64.decode(body) else { return nil }
                return Block(type: type, bytes: bytes, hasHeaders: hasHeaders)
            }
            if body.isEmpty, line.contains(UInt8(ascii: ":")) {
                hasHeaders = true
            } else {
                body += Self.trimmed(line)
            }
        }
        return nil
    }
}
