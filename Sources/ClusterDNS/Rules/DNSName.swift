// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A domain name: its labels from left to right, in lower case, without the root's empty one.
package struct DNSName: Hashable, Sendable, CustomStringConvertible {
    /// What RFC 1035 allows for a name on the wire, lengths and the root's zero byte included.
    static let longest = 255
    /// What RFC 1035 allows for a label.
    static let longestLabel = 63

    package private(set) var labels: [[UInt8]]

    init(labels: [[UInt8]]) {
        self.labels = labels.map { $0.map(Self.lower) }
    }

    /// Reads dotted text; a dot at the end changes nothing.
    ///
    /// - Returns: `nil` for an empty label, or one or a name that is too long.
    package init?(_ text: String) {
        var parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { Array($0) }
        if parts.last?.isEmpty == true { parts.removeLast() }
        guard parts.allSatisfy({ (1...Self.longestLabel).contains($0.count) }) else { return nil }
        self.init(labels: parts)
        if wireLength > Self.longest { return nil }
    }

    /// How many bytes the name takes without compression.
    var wireLength: Int { labels.reduce(1) { $0 + 1 + $1.count } }

    /// The labels as text.
    var texts: [String] { labels.map { String(decoding: $0, as: UTF8.self) } }

    package var description: String { texts.map { $0 + "." }.joined() }

    /// The labels before `suffix`.
    ///
    /// - Returns: `nil` when the name is not below it; nothing when it is the same name.
    func labels(below suffix: DNSName) -> ArraySlice<[UInt8]>? {
        labels.count >= suffix.labels.count && labels.suffix(suffix.labels.count) == suffix.labels[...]
            ? labels.dropLast(suffix.labels.count) : nil
    }

    /// The name of `labels` followed by this one.
    ///
    /// - Returns: `nil` when that would be too long.
    func prefixed(by texts: String...) -> DNSName? {
        DNSName((texts + self.texts).joined(separator: "."))
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        (65...90).contains(byte) ? byte + 32 : byte
    }
}
