// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The row number of a change in the database: revision, position within the transaction, and whether it is a deletion,
/// in one integer. Rows ordered by it are in the order in which they happened.
///
///     bit  63   62 ... 17   16 ... 1    0
///          0    revision    position    deletion
struct ChangeID: Hashable, Comparable, Sendable {
    /// The integer in the database; 0 where there is no change.
    var rawValue: Int64

    /// No revision beyond this fits: at 10,000 writes each second it is reached after 220 years.
    static let greatestRevision = Revision(1 << 46 - 1)

    /// No change.
    static let none = ChangeID(rawValue: 0)

    /// The number that the database holds.
    init(rawValue: Int64) { self.rawValue = rawValue }

    /// - Parameters:
    ///   - revision: at most ``greatestRevision``.
    ///   - position: which mutation of the transaction, less than ``StoreTransaction/maximumMutations``.
    init(_ revision: Revision, position: Int, isDeletion: Bool) {
        rawValue = Int64(revision.rawValue) << 17 | Int64(position) << 1 | (isDeletion ? 1 : 0)
    }

    /// The greatest number that a change at `revision` can have.
    static func last(of revision: Revision) -> ChangeID {
        ChangeID(revision, position: StoreTransaction.maximumMutations - 1, isDeletion: true)
    }

    /// The revision of the change.
    var revision: Revision { Revision(UInt64(max(0, rawValue)) >> 17) }

    /// Whether the change deleted its key.
    var isDeletion: Bool { rawValue & 1 == 1 }

    static func < (a: ChangeID, b: ChangeID) -> Bool { a.rawValue < b.rawValue }
}
