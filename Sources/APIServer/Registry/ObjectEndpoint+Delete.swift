// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
package import KubernetesAPI
import Store
import Wire

extension ObjectEndpoint {
    /// Deletes an object, or marks it for deletion where finalizers or a grace period hold it.
    ///
    /// - Throws: `APIStatusError`: `NotFound`, `Conflict`, `Invalid`, ...; `StoreError`.
    /// - SeeAlso: `Store.Delete` of `k8s.io/apiserver/pkg/registry/generic/registry`.
    package func delete(_ options: DeleteOptions, _ context: WriteContext) async throws -> DeleteResult {
        var current = try await cache.get(namespace: context.namespace, name: context.name)
        for _ in 0..<16 {
            guard let stored = current else { throw APIStatusError.notFound(info, context.name) }
            try checkPreconditions(options, stored)
            let old = try decode(stored)
            for check in admission.deleting { try await check(old, options, context) }
            if let origin = context.origin { try await validate(deletionOf: old, options, context, origin) }
            switch try await deleteOnce(stored, old, options, context) {
            case .done(let result): return result
            case .lost(let newer): current = newer
            }
        }
        throw APIStatusError.modified(info, context.name)
    }

    private enum Outcome {
        case done(DeleteResult)
        case lost(StoredObject?)
    }

    private func checkPreconditions(_ options: DeleteOptions, _ stored: StoredObject) throws {
        guard let asked = options.preconditions else { return }
        func conflict(_ what: String, _ asked: String, _ actual: String, _ advice: String) -> APIStatusError {
            .conflict(
                APIMachinery.GroupResource(group: info.group, resource: info.kind), name: stored.name,
                "the \(what) in the precondition (\(asked)) does not match the \(what) in record (\(actual)). \(advice)"
            )
        }
        if let uid = asked.uid, uid != stored.uid {
            throw conflict("UID", uid, stored.uid, "The object might have been deleted and then recreated")
        }
        if let version = asked.resourceVersion, version != stored.resourceVersion {
            throw conflict("ResourceVersion", version, stored.resourceVersion, "The object might have been modified")
        }
    }

    private func deleteOnce(
        _ stored: StoredObject, _ old: Object, _ options: DeleteOptions, _ context: WriteContext
    ) async throws -> Outcome {
        var marked = old
        var isGraceful = false
        var seconds: Int64 = 0
        if let period = definition.gracePeriod {
            seconds = max(period(old, options), 0)
            switch ObjectMetaLifecycle.grace(old.metadata, period: seconds, now: context.now) {
            case .pending:
                // only the finalizers can still be waited for
                return .done(.object(stored, isGone: false))
            case .marked(let timestamp, let seconds, let isFirst):
                isGraceful = true
                mark(&marked, timestamp, seconds, isFirst: isFirst)
            }
        }
        let finalizers = ObjectMetaLifecycle.finalizers(old.metadata, for: options)
        if let finalizers { marked.metadata.finalizers = finalizers }
        let isHeld = !marked.metadata.finalizers.isEmpty || definition.holdsDeletion(marked)
        if isHeld, !isGraceful {
            let isFirst = old.metadata.deletionTimestamp == nil
            mark(&marked, old.metadata.deletionTimestamp ?? context.now, 0, isFirst: isFirst)
        }
        guard isHeld || isGraceful else { return try await remove(stored, old, last: old, context) }
        definition.prepareForDelete(&marked)
        guard isHeld || seconds > 0 else { return try await markAndRemove(stored, old, marked, context) }
        return try await write(marked, over: stored, old, context)
    }

    private func mark(_ object: inout Object, _ timestamp: Time, _ seconds: Int64, isFirst: Bool) {
        object.metadata.deletionTimestamp = timestamp
        object.metadata.deletionGracePeriodSeconds = seconds
        if isFirst, object.metadata.generation > 0 { object.metadata.generation += 1 }
    }

    /// Writes the marked object; it stays until its finalizers or its grace period have ended.
    private func write(
        _ marked: Object, over stored: StoredObject, _ old: Object, _ context: WriteContext
    ) async throws -> Outcome {
        let bytes = try storedForm(marked)
        if context.isDryRun {
            return .done(.object(unstored(bytes, marked.metadata, revision: stored.revision), isGone: false))
        }
        if StoredForm.splice(bytes, revision: stored.revision) == stored.bytes {
            return .done(.object(stored, isGone: false))
        }
        let key = key(old.metadata)
        do throws(StoreError) {
            let revision = try await services.store.commit(
                StoreTransaction(
                    conditions: [.unchanged(key, since: Revision(stored.revision))],
                    mutations: [.put(key, bytes, timeToLive: definition.timeToLive)]))
            return .done(.object(committed(bytes, marked.metadata, at: revision), isGone: false))
        } catch {
            guard error.code == .conflict else { throw error }
            return .lost(current(of: error, key: key))
        }
    }

    /// A graceful deletion without any grace left: watchers see the mark, then the end.
    ///
    /// Its node sees the mark too, and may be quicker: what others write meanwhile does not keep the object, and whoever takes it away has
    /// done what was asked for.
    private func markAndRemove(
        _ stored: StoredObject, _ old: Object, _ marked: Object, _ context: WriteContext
    ) async throws -> Outcome {
        guard !context.isDryRun else { return try await remove(stored, old, last: marked, context) }
        switch try await write(marked, over: stored, old, context) {
        case .done(.object(let written, _)): return try await removeInAnyState(written, old, last: marked, context)
        case let other: return other
        }
    }

    private func removeInAnyState(
        _ stored: StoredObject, _ old: Object, last: Object, _ context: WriteContext
    ) async throws -> Outcome {
        var (stored, last) = (stored, last)
        for _ in 0..<16 {
            let outcome = try await remove(stored, old, last: last, context)
            guard case .lost(let newer) = outcome else { return outcome }
            guard let newer, newer.uid == stored.uid else {
                return .done(definition.returnsDeletedObject ? .object(stored, isGone: true) : .gone(stored))
            }
            stored = newer
            last = try decode(newer)
        }
        throw APIStatusError.modified(info, context.name)
    }

    /// Takes the object away.
    private func remove(
        _ stored: StoredObject, _ old: Object, last: Object, _ context: WriteContext
    ) async throws -> Outcome {
        var none: Object?
        let companions = try await definition.companions?(&none, old, context)
        var shown = stored
        let final = definition.returnsDeletedObject ? try storedForm(last) : []
        if !context.isDryRun {
            let key = key(old.metadata)
            do throws(StoreError) {
                let revision = try await services.store.commit(
                    StoreTransaction(
                        conditions: [.unchanged(key, since: Revision(stored.revision))]
                            + (companions?.conditions ?? []),
                        mutations: [.delete(key)] + (companions?.mutations ?? [])))
                if definition.returnsDeletedObject {
                    shown = finalForm(final, last.metadata, revision: revision.rawValue)
                }
            } catch {
                guard error.code == .conflict else { throw error }
                return .lost(error.key == key ? current(of: error, key: key) : stored)
            }
        } else if definition.returnsDeletedObject {
            shown = finalForm(final, last.metadata, revision: stored.revision)
        }
        return .done(definition.returnsDeletedObject ? .object(shown, isGone: true) : .gone(stored))
    }
}
