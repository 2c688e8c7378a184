// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The number of a write: 64 bits, growing by one for each transaction. Kubernetes shows it as `resourceVersion`.
public struct Revision: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The bare number.
    public var rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The revision of that number.
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Before the first write.
    public static let zero = Revision(0)

    public static func < (a: Revision, b: Revision) -> Bool { a.rawValue < b.rawValue }

    public var description: String { String(rawValue) }
}
