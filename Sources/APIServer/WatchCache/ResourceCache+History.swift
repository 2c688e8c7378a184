// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Synchronization
import Wire

extension ResourceCache {
    /// How many past states are kept for the pages of lists that are under way. Each costs only what has changed since.
    private static var keptSnapshots: Int { 8 }
    /// When so many bytes were replaced since the first of them, they are let go: the store still knows those states.
    private static var keptBytes: Int { 16 << 20 }

    /// Remembers a state, so that the next pages of a list can be made from it.
    func keep(_ snapshot: Snapshot) {
        state.withLock { state in
            guard !state.kept.contains(where: { $0.changedAt == snapshot.changedAt }) else { return }
            if state.kept.isEmpty { state.replacedBytes = 0 }
            state.kept.append(snapshot)
            if state.kept.count > Self.keptSnapshots { state.kept.removeFirst() }
        }
    }

    /// Notes that a version of an object is no longer current: past states that are kept may be all that holds it.
    func noteReplaced(_ object: StoredObject, in state: inout State) {
        guard !state.kept.isEmpty else { return }
        state.replacedBytes += object.bytes.count
        if state.replacedBytes > Self.keptBytes { state.kept = [] }
    }

    /// The objects as they were at a revision.
    ///
    /// - Throws: `StoreError` with `compacted` or `futureRevision`, or where the store fails.
    func snapshot(at revision: UInt64) async throws -> Snapshot {
        var current = try await snapshot()
        if revision >= current.changedAt, revision <= max(current.revision, store.currentRevision.rawValue) {
            current.revision = revision
            return current
        }
        let known = state.withLock { state in
            state.kept.first { $0.changedAt <= revision && revision <= $0.revision }
        }
        if var known {
            known.revision = revision
            return known
        }
        let past = Snapshot(
            tree: try await list(at: Revision(revision)), revision: revision, changedAt: revision, floor: revision)
        keep(past)
        return past
    }

    private func list(at revision: Revision) async throws(StoreError) -> ObjectTree {
        var objects: [StoredObject] = []
        var query = StoreQuery(prefix: prefix, limit: 512, revision: revision)
        while true {
            let page = try await store.list(query)
            for value in page.values {
                if let object = Self.object(value.key, value.bytes, value.modifyRevision, prefix: prefix, isNamespaced)
                {
                    objects.append(object)
                }
            }
            guard page.remaining > 0, let last = page.values.last else { return ObjectTree(sorted: objects) }
            query.after = last.key
        }
    }
}
