// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import DequeModule
import HeapModule

/// What a ``MemoryStore`` holds: all kept versions of all keys, and the changes of the kept history. No clock, no lock,
/// no task.
struct MemoryTable {
    private struct Version {
        var revision: Revision
        var createRevision: Revision
        /// Nil for a deletion.
        var bytes: [UInt8]?
        var deadline: Duration?
    }

    private struct Expiry: Comparable {
        var deadline: Duration
        var key: StoreKey
        var revision: Revision

        static func < (a: Expiry, b: Expiry) -> Bool {
            (a.deadline, a.revision, a.key) < (b.deadline, b.revision, b.key)
        }
    }

    /// The newest revision.
    private(set) var revision = Revision.zero
    /// History before it is forgotten.
    private(set) var compacted = Revision.zero
    /// Versions of each key, oldest first, never empty.
    private var versions = OrderedMap<[Version]>()
    private var changes: Deque<StoreChange> = []
    private var expiries: Heap<Expiry> = []

    /// When the next key may have outlived its time; nil where none will.
    var nextDeadline: Duration? { expiries.min?.deadline }

    /// The newest value of a key.
    func value(of key: StoreKey) -> StoredValue? {
        guard let version = versions[key]?.last else { return nil }
        return Self.value(key, version)
    }

    private static func value(_ key: StoreKey, _ version: Version) -> StoredValue? {
        version.bytes.map {
            StoredValue(
                key: key, bytes: $0, createRevision: version.createRevision, modifyRevision: version.revision)
        }
    }

    // MARK: reading

    /// One page of keys at a kept revision.
    func page(_ query: StoreQuery) throws(StoreError) -> StorePage {
        let asked = query.revision ?? revision
        if asked > revision { throw .future(asked, newest: revision) }
        if asked < compacted { throw .compacted(asked, oldest: compacted) }
        let limit = query.limit ?? .max
        var page = StorePage(values: [], revision: asked, remaining: 0)
        var index = versions.lowerBound(max(query.prefix, query.after ?? query.prefix))
        while let entry = versions.entry(at: index), entry.key.hasPrefix(query.prefix) {
            index = versions.index(after: index)
            if let after = query.after, entry.key <= after { continue }
            guard let version = entry.value.last(where: { $0.revision <= asked }),
                let value = Self.value(entry.key, version)
            else { continue }
            if page.values.count < limit { page.values.append(value) } else { page.remaining += 1 }
        }
        return page
    }

    /// The changes after `asked`.
    func changes(after asked: Revision) throws(StoreError) -> [StoreChange] {
        if asked > revision { throw .future(asked, newest: revision) }
        if asked < compacted { throw .compacted(asked, oldest: compacted) }
        return Array(changes[partitionPoint(changes.count) { changes[$0].revision <= asked }...])
    }

    // MARK: writing

    /// Applies a transaction at the next revision.
    ///
    /// - Parameter deadline: when a value with a given time to live has outlived it.
    /// - Returns: the changes it made.
    mutating func apply(_ transaction: StoreTransaction, deadline: (Duration) -> Duration) throws(StoreError)
        -> [StoreChange]
    {
        if transaction.mutations.count > StoreTransaction.maximumMutations { throw .tooManyMutations }
        for condition in transaction.conditions {
            if let failure = condition.failure(for: value(of: condition.key)) { throw failure }
        }
        revision = Revision(revision.rawValue + 1)
        var made: [StoreChange] = []
        for mutation in transaction.mutations {
            switch mutation {
            case .put(let key, let bytes, let timeToLive):
                made.append(put(key, bytes, deadline: timeToLive.map(deadline)))
            case .delete(let key):
                if let change = delete(key) { made.append(change) }
            }
        }
        changes.append(contentsOf: made)
        return made
    }

    private mutating func put(_ key: StoreKey, _ bytes: [UInt8], deadline: Duration?) -> StoreChange {
        let previous = value(of: key)
        let version = Version(
            revision: revision, createRevision: previous?.createRevision ?? revision, bytes: bytes, deadline: deadline)
        append(version, to: key)
        if let deadline { expiries.insert(Expiry(deadline: deadline, key: key, revision: revision)) }
        return StoreChange(revision: revision, key: key, bytes: bytes, previous: previous)
    }

    private mutating func delete(_ key: StoreKey) -> StoreChange? {
        guard let previous = value(of: key) else { return nil }
        append(Version(revision: revision, createRevision: previous.createRevision), to: key)
        return StoreChange(revision: revision, key: key, bytes: nil, previous: previous)
    }

    private mutating func append(_ version: Version, to key: StoreKey) {
        versions.update(key, initial: []) { versions in
            versions.append(version)
            return true
        }
    }

    /// Takes from the list of deadlines those that have passed.
    ///
    /// - Returns: one transaction for each key that is still as it was when its deadline was set.
    mutating func takeExpired(at now: Duration) -> [StoreTransaction] {
        var expired: [StoreTransaction] = []
        while let first = expiries.min, first.deadline <= now {
            expiries.removeMin()
            guard let newest = versions[first.key]?.last, newest.revision == first.revision,
                newest.deadline == first.deadline
            else { continue }
            expired.append(
                StoreTransaction(
                    conditions: [.unchanged(first.key, since: first.revision)], mutations: [.delete(first.key)]))
        }
        return expired
    }

    // MARK: forgetting

    /// Forgets history before `target`.
    mutating func compact(through target: Revision) throws(StoreError) {
        if target > revision { throw .future(target, newest: revision) }
        if target <= compacted { return }
        compacted = target
        while let first = changes.first, first.revision <= target {
            changes.removeFirst()
            versions.update(first.key, initial: []) { Self.forget(&$0, before: target) }
        }
    }

    /// Removes the versions that nobody can see at or after `target`.
    ///
    /// - Returns: whether any is left.
    private static func forget(_ versions: inout [Version], before target: Revision) -> Bool {
        guard let newest = versions.lastIndex(where: { $0.revision <= target }) else { return !versions.isEmpty }
        versions.removeSubrange(..<(versions[newest].bytes == nil ? newest + 1 : newest))
        return !versions.isEmpty
    }
}
