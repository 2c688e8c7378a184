// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// How large a YAML document can become when its aliases are written out, known from its text alone.
///
/// Yams holds keys against each other while it reads, with all that their aliases stand for, so that a few lines could keep it busy for
/// minutes before anything else can look at the document. An anchor's node lies between the anchor and the first alias that names it;
/// what merely looks like an anchor or alias, in texts and comments, can only make the result larger.
enum YAMLAliases {
    /// About a second's work.
    private static let limit = 20_000_000

    private struct Anchor {
        /// The size of what stands before the anchor, as long as no alias has named it.
        var start: Int?
        /// Of the node, at most.
        var size = 0
    }

    /// Whether all values of the documents together are certainly fewer than a limit.
    static func isBounded(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var anchors: [Substring: Anchor] = [:]
            var size = 0
            var at = 0
            while at < bytes.count {
                let mark = bytes[at]
                at += 1
                size += 1
                guard mark == UInt8(ascii: "&") || mark == UInt8(ascii: "*") else { continue }
                let start = at
                while at < bytes.count, isNamePart(bytes[at]) { at += 1 }
                guard at > start else { continue }
                let name = Substring(decoding: bytes[start..<at], as: UTF8.self)
                if mark == UInt8(ascii: "&") {
                    if anchors[name, default: Anchor()].start == nil { anchors[name, default: Anchor()].start = size }
                } else if var anchor = anchors[name] {
                    if let start = anchor.start { anchor.size = max(anchor.size, size - start) }
                    anchor.start = nil
                    anchors[name] = anchor
                    size += anchor.size
                    if size - bytes.count > limit { return false }
                }
            }
            return true
        }
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
