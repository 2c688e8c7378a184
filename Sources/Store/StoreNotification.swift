// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// What a watch delivers.
public enum StoreNotification: Sendable {
    /// Changes of one or more whole revisions, in order.
    case changes([StoreChange])
    /// Nothing under the prefix changed up to and including this revision (sent so that caches can tell how fresh they
    /// are).
    case progress(Revision)
    /// The watch is over: the history it needed is gone, or the store failed or was closed.
    case ended(StoreError)
}

/// One change of one key.
public struct StoreChange: Sendable, Equatable {
    public var revision: Revision
    public var key: StoreKey
    /// The new value; nil for a deletion.
    public var bytes: [UInt8]?
    /// The value before, where there was one.
    public var previous: StoredValue?

    public init(revision: Revision, key: StoreKey, bytes: [UInt8]?, previous: StoredValue?) {
        self.revision = revision
        self.key = key
        self.bytes = bytes
        self.previous = previous
    }
}
