// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Why the store refused or failed.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        /// A condition of the transaction did not hold.
        case conflict
        /// The asked revision is older than the kept history.
        case compacted
        /// The asked revision has not happened yet.
        case futureRevision
        /// The disk is full or the quota reached; reads still work.
        case full
        /// The database file is damaged.
        case corrupt
        /// A passing failure: a retry can help.
        case unavailable
        /// The store was closed.
        case closed
    }

    public var code: Code
    /// What failed, on what, what to do; lower case.
    public var message: String
    public var key: StoreKey?
    /// With `conflict`: the present value of `key`, nil where it does not exist.
    public var current: StoredValue?
    public var cause: (any Error)?

    public init(
        _ code: Code, _ message: String, key: StoreKey? = nil, current: StoredValue? = nil, cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.key = key
        self.current = current
        self.cause = cause
    }

    /// Whether the same call can succeed later without anything else being changed.
    public var isRetryable: Bool { code == .unavailable }
    public var description: String { key.map { "\(message) (\($0))" } ?? message }
}
