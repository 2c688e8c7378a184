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
        let delay = state.withLock { state -> Duration? in
            guard state.generation == generation else { return nil }
            switch state.phase {
            case .idle: return nil
            case .loading(var pending, let waiters):
                pending.append(contentsOf: changes)
                state.phase = .loading(pending: pending, waiters: waiters)
                return nil
            case .ready:
                for change in changes { if let event = apply(change, to: &state) { state.undelivered.append(event) } }
                population.store(state.tree.count, ordering: .releasing)
                guard !state.isDeliveryDue, !state.undelivered.isEmpty else { return nil }
                state.isDeliveryDue = true
                return Self.deliveryDelay(watchers: state.watchers.count)
            }
        }
        guard let delay else { return }
        guard delay > .zero else { return deliver() }
        // Ends by itself after the delay, which a cancellation could only make shorter; what it delivers nobody waits for.
        Task { [weak self] in
            try? await Task.sleep(for: delay)
            self?.deliver()
        }
    }

    /// A crowd of watchers is told of changes in batches: the work for each of them is then by far the same for one change as for
    /// many. A few are told at once.
    static func deliveryDelay(watchers: Int) -> Duration {
        watchers <= 64 ? .zero : .microseconds(min(25_000, 20 * watchers))
    }

    /// Tells the watchers of all changes that they have not heard of.
    func deliver() {
        delivering.withLock { _ in _ = deliverUndelivered() }
    }

    /// - Returns: up to which revision every watcher now knows all changes. Only under the lock ``delivering``.
    private func deliverUndelivered() -> UInt64 {
        let (events, watchers, revision) = state.withLock { state in
            state.isDeliveryDue = false
            defer { state.undelivered = [] }
            return (state.undelivered, state.watchers, state.revision)
        }
        guard !events.isEmpty else { return revision }
        var gone = false
        for watcher in watchers where !watcher.offer(events) { gone = true }
        if gone { forgetEndedWatchers() }
        return revision
    }

    /// Tells a watcher how far the cache has come, after all changes up to there.
    func bookmark(_ watcher: Watcher) {
        delivering.withLock { _ in watcher.bookmark(deliverUndelivered()) }
    }

    /// Applies one change to the tree and the ring.
    @discardableResult
    func apply(_ change: StoreChange, to state: inout State) -> CacheEvent? {
        let revision = change.revision.rawValue
        state.revision = max(state.revision, revision)
        guard let place = Self.place(of: change.key, prefix: prefix, isNamespaced) else { return nil }
        let current = change.bytes.flatMap { Self.object(place, $0, change.revision) }
        let previous: StoredObject?
        if let current {
            previous = state.tree.set(current)
        } else {
            previous = state.tree.remove(namespace: place.namespace, name: place.name)
        }
        guard current != nil || previous != nil else { return nil }
        state.changedAt = revision
        state.index?.replace(previous, with: current)
        if let previous { noteReplaced(previous, in: &state) }
        let event = CacheEvent(revision: revision, current: current, previous: previous)
        state.ring.append(event)
        return event
    }

    /// The source ended: watchers are told, and the next reader fills the cache anew.
    private func lose(_ error: StoreError, generation: Int) {
        deliver()
        let watchers = state.withLock { state -> [Watcher] in
            guard state.generation == generation, case .ready = state.phase else { return [] }
            let watchers = state.watchers
            state.phase = .idle
            state.watchers = []
            state.source = nil
            state.tree = ObjectTree()
            population.store(-1, ordering: .releasing)
            state.kept = []
            return watchers
        }
        for watcher in watchers { watcher.finish(.lost(error.message)) }
    }

    func forgetEndedWatchers() {
        state.withLock { $0.watchers.removeAll { $0.end != nil } }
    }
}
