// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A key, ordered by its UTF-8 bytes, for example `/registry/pods/default/web-0`.
public struct StoreKey: Hashable, Comparable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The text of the key. Two keys are the same only if their bytes are (Unicode equivalence does not count).
    public let text: String

    /// A key of that text.
    public init(_ text: String) { self.text = text }

    public init(stringLiteral value: String) { text = value }

    public var description: String { text }

    public static func == (a: StoreKey, b: StoreKey) -> Bool {
        a.text.utf8.count == b.text.utf8.count && a.withBytes { a in b.withBytes { b in difference(a, b) == 0 } }
    }

    public static func < (a: StoreKey, b: StoreKey) -> Bool {
        a.withBytes { a in
            b.withBytes { b in
                let difference = difference(a, b)
                return difference < 0 || difference == 0 && a.count < b.count
            }
        }
    }

    public func hash(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        // A byte that UTF-8 never has ends them.
        hasher.combine(0xFF as UInt8)
    }

    /// Whether the bytes of `prefix` are the first bytes of this key.
    public func hasPrefix(_ prefix: StoreKey) -> Bool {
        prefix.text.utf8.count <= text.utf8.count
            && withBytes { bytes in prefix.withBytes { Self.difference(bytes, $0) == 0 } }
    }

    /// Calls `body` with the UTF-8 bytes, in place. Each change is compared with the prefix of each watch: byte by byte through
    /// `UTF8View` that was two thirds of what the engine itself took of a commit.
    private func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = text.utf8.withContiguousStorageIfAvailable(body) { return result }
        return Array(text.utf8).withUnsafeBufferPointer(body)
    }

    /// How the bytes that both have differ: less than, equal to or greater than zero.
    private static func difference(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Int32 {
        guard let first = a.baseAddress, let second = b.baseAddress else { return 0 }
        return memcmp(first, second, min(a.count, b.count))
    }
}
