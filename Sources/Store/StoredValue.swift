// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A value as stored.
public struct StoredValue: Sendable, Equatable {
    public var key: StoreKey
    public var bytes: [UInt8]
    /// The revision that made the key (after its last deletion).
    public var createRevision: Revision
    /// The revision of the last write of the key.
    public var modifyRevision: Revision

    public init(key: StoreKey, bytes: [UInt8], createRevision: Revision, modifyRevision: Revision) {
        self.key = key
        self.bytes = bytes
        self.createRevision = createRevision
        self.modifyRevision = modifyRevision
    }
}
