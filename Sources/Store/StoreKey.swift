// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A key, ordered by its UTF-8 bytes, for example `/registry/pods/default/web-0`.
public struct StoreKey: Hashable, Comparable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The text of the key. Two keys are the same only if their bytes are (Unicode equivalence does not count).
    public let text: String

    /// A key of that text.
    public init(_ text: String) { self.text = text }

    public init(stringLiteral value: String) { text = value }

    public var description: String { text }

    public static func == (a: StoreKey, b: StoreKey) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    public static func < (a: StoreKey, b: StoreKey) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }

    public func hash(into hasher: inout Hasher) {
        // Native strings are contiguous: all bytes go in at once, and a byte that UTF-8 never has ends them.
        let isHashed: Void? = text.utf8.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if isHashed == nil { for byte in text.utf8 { hasher.combine(byte) } }
        hasher.combine(0xFF as UInt8)
    }

    /// Whether the bytes of `prefix` are the first bytes of this key.
    public func hasPrefix(_ prefix: StoreKey) -> Bool { text.utf8.starts(with: prefix.text.utf8) }
}
