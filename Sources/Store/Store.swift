// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// An ordered, revisioned map from keys to bytes: what Kubernetes asks of etcd, and no more.
///
/// Every write gets the next ``Revision``; history is kept from the compacted revision on. All engines (memory, SQLite,
/// etcd) pass one contract suite. Engines are safe to call from any thread.
///
/// - SeeAlso: the KV, Watch and Compaction parts of etcd's API guarantees.
public protocol Store: Sendable {
    /// The newest revision this process knows to be durable. It never goes back, and it costs no I/O. It is moved
    /// before the watch handlers hear of a revision, so no handler is ever ahead of it.
    var currentRevision: Revision { get }

    /// History before this revision is forgotten: reads at it and watches after it are still possible, older ones are
    /// not.
    var compactedRevision: Revision { get }

    /// Reads one key at the newest revision.
    ///
    /// - Returns: the value, or nil where the key does not exist.
    /// - Throws: ``StoreError`` with `unavailable`, `corrupt`, `closed`.
    func get(_ key: StoreKey) async throws(StoreError) -> StoredValue?

    /// Reads keys in byte order.
    ///
    /// - Parameter query: prefix, starting point, limit and revision.
    /// - Throws: `compacted` or `futureRevision` where the asked revision is not readable; `unavailable`, `corrupt`,
    ///   `closed`.
    func list(_ query: StoreQuery) async throws(StoreError) -> StorePage

    /// Applies all mutations at one revision if all conditions hold, else nothing. Answered only once it is durable,
    /// and after every watch handler of this process was called with it.
    ///
    /// A transaction whose conditions hold takes a revision even where it changes nothing.
    ///
    /// - Returns: the revision of this write (distinct for each transaction).
    /// - Throws: `conflict` (with the key of the first failed condition and its present value), `unavailable`, `full`,
    ///   `closed`.
    func commit(_ transaction: StoreTransaction) async throws(StoreError) -> Revision

    /// Calls `handler` with every change under `prefix` after `revision`, in revision order, never twice, never
    /// concurrently with itself. Past changes are delivered first. The handler must be quick: it runs on the engine's
    /// own thread.
    ///
    /// After each delivery the watch knows how far it is: a revision that changed nothing under the prefix is told as
    /// ``StoreNotification/progress(_:)``, so that the last thing heard is always at the newest revision.
    ///
    /// - Throws: `compacted` where changes after `revision` are no longer all known, `futureRevision` where `revision`
    ///   has not happened, `closed`.
    func watch(
        prefix: StoreKey, after revision: Revision, handler: @escaping @Sendable (StoreNotification) -> Void
    ) async throws(StoreError) -> any StoreWatch

    /// Forgets history before `revision`; what was the newest value of each key at `revision` stays. Space is reused.
    /// Nothing happens where it is compacted already.
    ///
    /// - Throws: `futureRevision` where `revision` has not happened, `unavailable`, `corrupt`, `closed`.
    func compact(through revision: Revision) async throws(StoreError)

    /// Ends all watches, finishes the writes already accepted and closes files. Later calls throw `closed`.
    func close() async
}

/// A running watch. It ends when cancelled; letting go of it does not end it.
public protocol StoreWatch: Sendable {
    /// Stops deliveries. After it returns no new delivery starts; one under way on another thread may still be running.
    func cancel()
}
