// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// An ordered, revisioned map from keys to bytes: what Kubernetes asks of etcd, and no more.
///
/// Every write gets the next ``Revision``; history is kept from the compacted revision on. All engines (memory, SQLite, etcd)
/// pass one contract suite. Engines are safe to call from any thread.
///
/// - SeeAlso: the KV, Watch and Compaction parts of etcd's API guarantees.
public protocol Store: Sendable {
    /// The newest revision this process knows to be durable. It never goes back, and it costs no I/O.
    var currentRevision: Revision { get }

    /// The oldest revision at which reads and watches are still possible, less one: everything up to it is compacted.
    var compactedRevision: Revision { get }

    /// Reads one key at the newest revision.
    ///
    /// - Returns: the value, or nil where the key does not exist.
    /// - Throws: ``StoreError`` with `unavailable`, `corrupt`.
    func get(_ key: StoreKey) async throws(StoreError) -> StoredValue?

    /// Reads keys in byte order.
    ///
    /// - Parameter query: prefix, starting point, limit and revision.
    /// - Throws: `compacted` or `futureRevision` where the asked revision is not readable.
    func list(_ query: StoreQuery) async throws(StoreError) -> StorePage

    /// Applies all mutations at one revision if all conditions hold, else nothing. Answered only once it is durable,
    /// and after every watch handler of this process was called with it.
    ///
    /// - Returns: the revision of this write (distinct for each transaction).
    /// - Throws: `conflict` (with the key of the first failed condition and its present value), `unavailable`, `full`.
    func commit(_ transaction: StoreTransaction) async throws(StoreError) -> Revision

    /// Calls `handler` with every change under `prefix` after `revision`, in revision order, never twice, never concurrently
    /// with itself. Past changes are delivered first. The handler must be quick: it runs on the engine's own thread.
    ///
    /// - Throws: `compacted` where changes after `revision` are no longer all known.
    func watch(
        prefix: StoreKey, after revision: Revision, handler: @escaping @Sendable (StoreNotification) -> Void
    ) async throws(StoreError) -> any StoreWatch

    /// Forgets history up to and including `revision`; the newest value of each key stays. Space is reused.
    func compact(through revision: Revision) async throws(StoreError)

    /// Ends all watches, finishes the writes already accepted and closes files. Later calls throw `closed`.
    func close() async
}

/// A running watch. It ends when cancelled; letting go of it does not end it.
public protocol StoreWatch: Sendable {
    /// Stops deliveries. After it returns no new delivery starts.
    func cancel()
}

/// The number of a write: 64 bits, growing by one for each transaction. Kubernetes shows it as `resourceVersion`.
public struct Revision: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    public var rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
    /// Before the first write.
    public static let zero = Revision(0)
    public static func < (a: Revision, b: Revision) -> Bool { a.rawValue < b.rawValue }
    public var description: String { String(rawValue) }
}

/// A key, ordered by its UTF-8 bytes, for example `/registry/pods/default/web-0`.
public struct StoreKey: Hashable, Comparable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The text of the key. Two keys are the same only if their bytes are (Unicode equivalence does not count).
    public let text: String
    public init(_ text: String) { self.text = text }
    public init(stringLiteral value: String) { text = value }
    public var description: String { text }

    public static func == (a: StoreKey, b: StoreKey) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }
    public static func < (a: StoreKey, b: StoreKey) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }
    public func hash(into hasher: inout Hasher) { for byte in text.utf8 { hasher.combine(byte) } }
    /// Whether the bytes of `prefix` are the first bytes of this key.
    public func hasPrefix(_ prefix: StoreKey) -> Bool { text.utf8.starts(with: prefix.text.utf8) }
}

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

/// Conditions and the mutations that depend on them.
public struct StoreTransaction: Sendable, Equatable {
    public enum Condition: Sendable, Equatable {
        /// The key does not exist.
        case absent(StoreKey)
        /// The key exists and was last written at the revision.
        case unchanged(StoreKey, since: Revision)
        /// The key exists.
        case present(StoreKey)
    }

    public enum Mutation: Sendable, Equatable {
        /// Writes a value. With a time to live the key is deleted by the store (with a revision of its own) some time after it.
        case put(StoreKey, [UInt8], timeToLive: Duration?)
        /// Deletes a key; nothing happens where it does not exist.
        case delete(StoreKey)
    }

    public var conditions: [Condition]
    public var mutations: [Mutation]

    public init(conditions: [Condition], mutations: [Mutation]) {
        self.conditions = conditions
        self.mutations = mutations
    }
}

/// What a watch delivers.
public enum StoreNotification: Sendable {
    /// Changes of one or more whole revisions, in order.
    case changes([StoreChange])
    /// Nothing under the prefix changed up to and including this revision (sent so that caches can tell how fresh they are).
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
