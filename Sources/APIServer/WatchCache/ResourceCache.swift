// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import APIMachinery
import KubernetesAPI
package import Store
import Synchronization
import Wire

/// All objects of one resource, as bytes, kept up to date by one watch on the store.
///
/// It is filled when first asked for. Readers take an immutable snapshot under a short lock; a write that was answered is in
/// every snapshot taken afterwards, since the store calls this cache before it answers.
package final class ResourceCache: Sendable {
    /// The keys of the resource begin with it, for example `/registry/pods/`.
    package let prefix: StoreKey
    /// Whether keys have a namespace segment.
    package let isNamespaced: Bool
    let store: any Store

    enum Phase {
        case idle
        /// Changes that arrive while the list is read wait here.
        case loading(pending: [StoreChange], waiters: [CheckedContinuation<Void, any Error>])
        case ready
    }

    struct State {
        var phase = Phase.idle
        var tree = ObjectTree()
        /// Of the tree, where the cache has one.
        var index: FieldIndex?
        /// Every change up to it is in the tree.
        var revision: UInt64 = 0
        /// The revision of the last change of the tree.
        var changedAt: UInt64 = 0
        /// Past states that pages of lists may still ask for, oldest first.
        var kept: [Snapshot] = []
        /// Bytes of the versions that were replaced since the first state was kept.
        var replacedBytes = 0
        var ring = EventRing(floor: 0)
        var watchers: [Watcher] = []
        /// Changes of the tree that the watchers have not been told of.
        var undelivered: [CacheEvent] = []
        /// Whether somebody is about to tell them.
        var isDeliveryDue = false
        var source: (any StoreWatch)?
        /// Counts loads, so that a late delivery of an ended source is told apart.
        var generation = 0
    }
    let state: Mutex<State>
    /// How many objects there are; -1 where the cache is not filled. To be looked at without a lock.
    let population = Atomic<Int>(-1)
    /// Held while watchers are told of changes, so that each hears of them in order. Taken before ``state``, never after it.
    let delivering = Mutex(())

    /// - Parameters:
    ///   - prefix: ends with a slash.
    ///   - isNamespaced: whether keys have a namespace segment.
    ///   - indexed: the field by which ``objects(where:)`` finds objects.
    package init(store: any Store, prefix: StoreKey, isNamespaced: Bool, indexed: SelectableField? = nil) {
        state = Mutex(State(index: indexed.map { FieldIndex($0) }))
        self.store = store
        self.prefix = prefix
        self.isNamespaced = isNamespaced
    }

    /// The objects as they are now.
    ///
    /// - Throws: `StoreError` where the cache has to be filled and the store fails.
    package func snapshot() async throws -> Snapshot {
        if let known = snapshotIfReady() { return known }
        try await load()
        guard let known = snapshotIfReady() else {
            throw StoreError(.unavailable, "watch cache lost its source while it was read; try again", key: prefix)
        }
        return known
    }

    /// The objects as they are now; nil where the cache was not filled yet. Never waits.
    package func snapshotIfReady() -> Snapshot? {
        state.withLock {
            guard case .ready = $0.phase else { return nil }
            return Snapshot(tree: $0.tree, revision: $0.revision, changedAt: $0.changedAt, floor: $0.ring.floor)
        }
    }

    /// One object as it is now; nil where it does not exist.
    ///
    /// - Throws: `StoreError` where the cache has to be filled and the store fails.
    package func get(namespace: String, name: String) async throws -> StoredObject? {
        try await snapshot().get(namespace: namespace, name: name)
    }

    /// What a write of a revision made of an object; nil where the cache has not seen it, or no longer remembers. Never waits.
    ///
    /// Nobody holds a snapshot for it, which would make the next change copy a part of the tree.
    func written(namespace: String, name: String, at revision: UInt64) -> StoredObject? {
        state.withLock { state in
            guard case .ready = state.phase else { return nil }
            return state.ring.events(at: revision).lazy.compactMap(\.current)
                .first { $0.name == name && $0.namespace == namespace }
        }
    }

    /// The objects whose indexed field has a value, as they are now, in no order; none where the cache was not filled yet, or has no
    /// index. Never waits.
    package func objects(where value: String) -> [StoredObject] {
        state.withLock { state in
            guard case .ready = state.phase, let places = state.index?.places(of: value) else { return [] }
            return places.compactMap { state.tree.get(namespace: $0.namespace, name: $0.name) }
        }
    }

    /// The key of an object.
    package func key(namespace: String, name: String) -> StoreKey {
        StoreKey(isNamespaced ? "\(prefix.text)\(namespace)/\(name)" : prefix.text + name)
    }

    /// Fills the cache, or waits until whoever does it is done.
    private func load() async throws {
        enum Role { case ready, waiter, loader(Int) }
        let role: Role = state.withLock { state in
            switch state.phase {
            case .ready: return .ready
            case .loading: return .waiter
            case .idle:
                state.phase = .loading(pending: [], waiters: [])
                state.generation += 1
                return .loader(state.generation)
            }
        }
        switch role {
        case .ready: return
        case .waiter: try await waitUntilLoaded()
        case .loader(let generation):
            do {
                try await fill(generation)
                finishLoading(with: nil)
            } catch {
                finishLoading(with: error)
                throw error
            }
        }
    }

    private func waitUntilLoaded() async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let isOver = state.withLock { state in
                guard case .loading(let pending, var waiters) = state.phase else { return true }
                waiters.append(continuation)
                state.phase = .loading(pending: pending, waiters: waiters)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    /// Watches first and lists second, so that a write that was answered before is in the list and a later one is delivered.
    private func fill(_ generation: Int) async throws(StoreError) {
        let start = store.currentRevision
        let watch = try await store.watch(prefix: prefix, after: start) { [weak self] notification in
            self?.receive(notification, generation: generation)
        }
        state.withLock { $0.source = watch }
        var objects: [StoredObject] = []
        var query = StoreQuery(prefix: prefix, limit: 512)
        while true {
            let page = try await store.list(query)
            query.revision = page.revision
            for value in page.values {
                if let object = Self.object(value.key, value.bytes, value.modifyRevision, prefix: prefix, isNamespaced)
                {
                    objects.append(object)
                }
            }
            guard page.remaining > 0, let last = page.values.last else { break }
            query.after = last.key
        }
        let revision = query.revision ?? start
        let tree = ObjectTree(sorted: objects)
        state.withLock {
            $0.tree = tree
            $0.index?.fill(objects)
            $0.revision = revision.rawValue
            $0.changedAt = revision.rawValue
            $0.ring = EventRing(floor: revision.rawValue)
        }
    }

    private func finishLoading(with error: (any Error)?) {
        let (waiters, source) = state.withLock { state -> ([CheckedContinuation<Void, any Error>], (any StoreWatch)?) in
            guard case .loading(let pending, let waiters) = state.phase else { return ([], nil) }
            if error == nil {
                state.phase = .ready
                let loaded = state.revision
                for change in pending where change.revision.rawValue > loaded { apply(change, to: &state) }
                population.store(state.tree.count, ordering: .releasing)
                return (waiters, nil)
            }
            state.phase = .idle
            let source = state.source
            state.source = nil
            return (waiters, source)
        }
        source?.cancel()
        for waiter in waiters {
            if let error { waiter.resume(throwing: error) } else { waiter.resume() }
        }
    }

    /// Makes the final form of a stored value; nil for a key or bytes that are not an object's.
    static func object(
        _ key: StoreKey, _ bytes: [UInt8], _ revision: Revision, prefix: StoreKey, _ isNamespaced: Bool
    ) -> StoredObject? {
        place(of: key, prefix: prefix, isNamespaced).flatMap { object($0, bytes, revision) }
    }

    static func object(_ place: (namespace: String, name: String), _ bytes: [UInt8], _ revision: Revision)
        -> StoredObject?
    {
        guard let final = StoredForm.splice(bytes, revision: revision.rawValue) else { return nil }
        return StoredObject(
            bytes: final, namespace: place.namespace, name: place.name, uid: JSONScan.scalar(uidPath, in: final) ?? "",
            revision: revision.rawValue)
    }

    private static let uidPath = [Array("metadata".utf8), Array("uid".utf8)]

    static func place(of key: StoreKey, prefix: StoreKey, _ isNamespaced: Bool) -> (namespace: String, name: String)? {
        let rest = key.text.utf8.dropFirst(prefix.text.utf8.count)
        guard isNamespaced else { return ("", String(Substring(rest))) }
        guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        return (String(Substring(rest[..<slash])), String(Substring(rest[rest.index(after: slash)...])))
    }
}

/// The objects of one resource at one moment.
package struct Snapshot: Sendable {
    let tree: ObjectTree
    /// Every change up to it is in it.
    package internal(set) var revision: UInt64
    /// The revision of the last change in it, or the first at which it is known to be true.
    let changedAt: UInt64
    /// Since when the cache has seen every change.
    let floor: UInt64

    /// One object; nil where it does not exist.
    package func get(namespace: String, name: String) -> StoredObject? { tree.get(namespace: namespace, name: name) }

    /// How many objects of all namespaces.
    package var count: Int { tree.count }

    /// The objects for which `isWanted` holds, in key order.
    func objects(where isWanted: (StoredObject) -> Bool) -> [StoredObject] {
        var wanted: [StoredObject] = []
        tree.forEach(from: tree.start, to: tree.end) {
            if isWanted($0) { wanted.append($0) }
            return true
        }
        return wanted
    }

    /// The selected objects, in key order.
    package func objects(_ selection: ObjectSelection = ObjectSelection()) -> [StoredObject] {
        if let name = selection.exactName, !selection.namespace.isEmpty {
            return get(namespace: selection.namespace, name: name).map { selection.matches($0) ? [$0] : [] } ?? []
        }
        let (from, to) = tree.range(namespace: selection.namespace)
        var out: [StoredObject] = []
        let isWhole = selection.isWholeNamespace
        if isWhole { out.reserveCapacity(tree.distance(from: from, to: to)) }
        tree.forEach(from: from, to: to) {
            if isWhole || selection.matches($0) { out.append($0) }
            return true
        }
        return out
    }
}
