// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Synchronization
import Wire

/// From where a watch begins.
package enum WatchStart: Sendable, Equatable {
    /// The changes after a revision.
    case after(UInt64)
    /// All objects as they are, then the changes.
    case state
    /// All objects as they are, a bookmark that ends them, then the changes (`sendInitialEvents`).
    case initialList
    /// From now on.
    case now
}

extension ResourceCache {
    /// Begins a watch. The caller must read the watcher and `finish` it.
    ///
    /// A start before what the cache remembers is served from the store's history.
    ///
    /// - Parameter isLocal: whether the reader is a component of this process, which may fall further behind.
    /// - Throws: `StoreError` with `compacted` where the history is gone, or where the store fails.
    package func watch(
        _ selection: ObjectSelection, from start: WatchStart, isLocal: Bool = false
    ) async throws -> Watcher {
        _ = try await snapshot()
        let watcher = Watcher(selection: selection, limit: isLocal ? .local : .remote)
        if join(watcher, from: start) { return watcher }
        guard case .after(let revision) = start else {
            throw StoreError(.unavailable, "watch cache lost its source; try again", key: prefix)
        }
        try await replay(to: watcher, after: revision)
        return watcher
    }

    /// Stops telling a watcher.
    package func stop(_ watcher: Watcher) {
        watcher.finish()
        state.withLock { $0.watchers.removeAll { $0 === watcher } }
    }

    /// Adds the watcher and gives it what it must see first, at one moment; false where the ring does not reach back.
    private func join(_ watcher: Watcher, from start: WatchStart) -> Bool {
        state.withLock { state in
            guard case .ready = state.phase else { return false }
            switch start {
            case .now: break
            case .after(let revision):
                guard let events = state.ring.events(after: revision) else { return false }
                watcher.offer(events)
            case .state, .initialList:
                let snapshot = Snapshot(
                    tree: state.tree, revision: state.revision, changedAt: state.changedAt, floor: 0)
                watcher.begin(
                    with: snapshot.objects(watcher.selection), at: state.revision, bookmark: start == .initialList)
            }
            watcher.joined(at: state.revision)
            state.watchers.append(watcher)
            return true
        }
    }

    /// Feeds the watcher from the store's history until the ring reaches back to it, then from the cache.
    private func replay(to watcher: Watcher, after revision: UInt64) async throws(StoreError) {
        let history = History()
        let watch = try await store.watch(prefix: prefix, after: Revision(revision)) { [weak self] notification in
            guard let self else { return }
            switch notification {
            case .changes(let changes):
                history.offer(changes.compactMap { self.event($0) }, to: watcher)
                if let last = changes.last?.revision.rawValue { handOver(watcher, history, reached: last) }
            case .progress(let reached): handOver(watcher, history, reached: reached.rawValue)
            case .ended(let error): history.end(watcher, error)
            }
        }
        history.attach(watch)
    }

    /// Joins the watcher to the cache once the ring goes on where the history is.
    private func handOver(_ watcher: Watcher, _ history: History, reached: UInt64) {
        guard history.isActive else { return }
        if watcher.end != nil || join(watcher, from: .after(reached)) { history.stop() }
    }

    private func event(_ change: StoreChange) -> CacheEvent? {
        let current = change.bytes.flatMap {
            Self.object(change.key, $0, change.revision, prefix: prefix, isNamespaced)
        }
        let previous = change.previous.flatMap {
            Self.object($0.key, $0.bytes, $0.modifyRevision, prefix: prefix, isNamespaced)
        }
        guard current != nil || previous != nil else { return nil }
        return CacheEvent(revision: change.revision.rawValue, current: current, previous: previous)
    }
}

/// A watch on the store that feeds one watcher with the past.
private final class History: Sendable {
    private struct State {
        var isActive = true
        var watch: (any StoreWatch)?
    }
    private let state = Mutex(State())

    var isActive: Bool { state.withLock { $0.isActive } }

    func offer(_ events: [CacheEvent], to watcher: Watcher) {
        guard isActive else { return }
        watcher.offer(events)
    }

    func end(_ watcher: Watcher, _ error: StoreError) {
        guard isActive else { return }
        watcher.finish(error.code == .compacted ? .expired(error.message) : .lost(error.message))
        stop()
    }

    /// The watch arrives after its first deliveries may have come.
    func attach(_ watch: any StoreWatch) {
        let isOver = state.withLock {
            $0.watch = watch
            return !$0.isActive
        }
        if isOver { watch.cancel() }
    }

    func stop() {
        let watch = state.withLock { state in
            state.isActive = false
            defer { state.watch = nil }
            return state.watch
        }
        watch?.cancel()
    }
}
