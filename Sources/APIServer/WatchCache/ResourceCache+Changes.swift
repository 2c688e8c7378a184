// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Synchronization
import Wire

extension ResourceCache {
    /// What the store's watch calls, in revision order and never concurrently with itself.
    func receive(_ notification: StoreNotification, generation: Int) {
        switch notification {
        case .changes(let changes): receive(changes, generation: generation)
        case .progress(let revision):
            state.withLock {
                guard $0.generation == generation, case .ready = $0.phase else { return }
                $0.revision = max($0.revision, revision.rawValue)
            }
        case .ended(let error): lose(error, generation: generation)
        }
    }

    private func receive(_ changes: [StoreChange], generation: Int) {
        let (events, watchers) = state.withLock { state -> ([CacheEvent], [Watcher]) in
            guard state.generation == generation else { return ([], []) }
            switch state.phase {
            case .idle: return ([], [])
            case .loading(var pending, let waiters):
                pending.append(contentsOf: changes)
                state.phase = .loading(pending: pending, waiters: waiters)
                return ([], [])
            case .ready:
                return (changes.compactMap { apply($0, to: &state) }, state.watchers)
            }
        }
        // outside the lock: a watcher that joins now has these changes in its snapshot and is not in the copied list
        var gone = false
        for event in events {
            for watcher in watchers where !watcher.offer(event) { gone = true }
        }
        if gone { forgetEndedWatchers() }
    }

    /// Applies one change to the tree and the ring.
    @discardableResult
    func apply(_ change: StoreChange, to state: inout State) -> CacheEvent? {
        let revision = change.revision.rawValue
        state.revision = max(state.revision, revision)
        guard let place = Self.place(of: change.key, prefix: prefix, isNamespaced) else { return nil }
        let current = change.bytes.flatMap {
            Self.object(change.key, $0, change.revision, prefix: prefix, isNamespaced)
        }
        let previous: StoredObject?
        if let current {
            previous = state.tree.set(current)
        } else {
            previous = state.tree.remove(namespace: place.namespace, name: place.name)
        }
        guard current != nil || previous != nil else { return nil }
        state.changedAt = revision
        let event = CacheEvent(revision: revision, current: current, previous: previous)
        state.ring.append(event)
        return event
    }

    /// The source ended: watchers are told, and the next reader fills the cache anew.
    private func lose(_ error: StoreError, generation: Int) {
        let watchers = state.withLock { state -> [Watcher] in
            guard state.generation == generation, case .ready = state.phase else { return [] }
            let watchers = state.watchers
            state.phase = .idle
            state.watchers = []
            state.source = nil
            state.tree = ObjectTree()
            state.kept = []
            return watchers
        }
        for watcher in watchers { watcher.finish(.lost(error.message)) }
    }

    func forgetEndedWatchers() {
        state.withLock { $0.watchers.removeAll { $0.end != nil } }
    }
}
