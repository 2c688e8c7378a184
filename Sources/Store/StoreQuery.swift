// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// What to list.
public struct StoreQuery: Sendable, Equatable {
    /// Keys that start with it.
    public var prefix: StoreKey
    /// Only keys greater than this one, for paging.
    public var after: StoreKey?
    /// At most so many values; nil for all.
    public var limit: Int?
    /// At which revision; nil for the newest.
    public var revision: Revision?

    public init(prefix: StoreKey, after: StoreKey? = nil, limit: Int? = nil, revision: Revision? = nil) {
        self.prefix = prefix
        self.after = after
        self.limit = limit
        self.revision = revision
    }
}

/// What was listed.
public struct StorePage: Sendable, Equatable {
    public var values: [StoredValue]
    /// The revision at which the page is true.
    public var revision: Revision
    /// How many keys of the query come after the page.
    public var remaining: Int

    public init(values: [StoredValue], revision: Revision, remaining: Int) {
        self.values = values
        self.revision = revision
        self.remaining = remaining
    }
}
