// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ObjectEndpoint {
    /// Makes the new object of an update from the old one and its stored form. Called again when somebody else was quicker.
    package typealias Change = @Sendable (Object, StoredObject) throws -> Object

    /// How often a change is made anew when others are quicker.
    private static var attempts: Int { 16 }

    /// Updates one face of an object.
    ///
    /// - Parameters:
    ///   - checksUID: whether a `uid` of the new object is that of the object the writer means.
    ///   - change: its result's `resourceVersion`, where it has one, must be that of the object.
    /// - Throws: `APIStatusError`: `NotFound`, `Conflict`, `Invalid`, ...; `StoreError`.
    package func update(
        _ context: WriteContext, checksUID: Bool = true, change: @escaping Change
    ) async throws -> WriteResult {
        guard let face = definition.faces[context.subresource] else { throw APIStatusError.noSuchResource }
        var context = context
        var current = try await cache.get(namespace: context.namespace, name: context.name)
        var attempt = 0
        while true {
            attempt += 1
            context.isRetry = attempt > 1
            guard let stored = current else { return try await createByUpdate(context, change) }
            let old = try decode(stored)
            let proposed = try change(old, stored)
            try checkVersion(proposed.metadata, of: stored, checksUID: checksUID)
            let new = try await prepare(proposed, (old, stored), face, context)
            switch try await replace(stored, old, with: new, proposed, context) {
            case .done(var result):
                result.warnings += context.warnings.texts
                return result
            case .lost(let newer):
                if attempt >= Self.attempts { throw APIStatusError.modified(info, context.name) }
                current = newer
            }
        }
    }

    /// The version that the writer saw, and the identity it means, must be the object's.
    private func checkVersion(_ meta: ObjectMeta, of stored: StoredObject, checksUID: Bool) throws {
        if checksUID, !meta.uid.isEmpty, meta.uid != stored.uid {
            throw APIStatusError.conflict(
                info, stored.name, uidPrecondition(meta.uid, stored.uid, stored.namespace, stored.name))
        }
        let asked = meta.resourceVersion
        if asked.isEmpty || asked == "0" {
            guard definition.allowsUnconditionalUpdate else {
                throw APIStatusError.invalid(
                    APIMachinery.GroupKind(group: info.group, kind: info.plural), name: stored.name,
                    [.invalid(FieldPath("metadata", "resourceVersion"), 0, "must be specified for an update")])
            }
            return
        }
        guard let revision = UInt64(asked) else {
            throw APIStatusError.plain("strconv.ParseUint: parsing \"\(asked)\": invalid syntax")
        }
        if revision != stored.revision { throw APIStatusError.modified(info, stored.name) }
    }

    private func uidPrecondition(_ asked: String, _ actual: String, _ namespace: String, _ name: String) -> String {
        "StorageError: invalid object, Code: 4, Key: \(cache.key(namespace: namespace, name: name)), ResourceVersion: 0, "
            + "AdditionalErrorMsg: Precondition failed: UID in precondition: \(asked), UID in object meta: \(actual)"
    }

    /// PUT to a name that is not there.
    private func createByUpdate(_ context: WriteContext, _ change: Change) async throws -> WriteResult {
        guard definition.createsOnUpdate || context.createsMissing, context.subresource.isEmpty,
            context.operation == .update
        else { throw APIStatusError.notFound(info, context.name) }
        let blank = StoredObject(bytes: [], namespace: context.namespace, name: context.name, uid: "", revision: 0)
        var object = try change(Object(), blank)
        object.metadata.resourceVersion = ""
        if !object.metadata.uid.isEmpty {
            guard !context.createsMissing else {
                throw APIStatusError.conflict(
                    info, context.name,
                    "uid mismatch: the provided object specified uid \(object.metadata.uid), and no existing object was found"
                )
            }
            throw APIStatusError.conflict(
                info, context.name, uidPrecondition(object.metadata.uid, "", context.namespace, context.name))
        }
        var create = context
        create.operation = .create
        return try await self.create(object, create)
    }

    /// Runs the rules of a change. Who owns what is noted after them, but where policies want to see it.
    private func prepare(
        _ proposed: Object, _ before: (object: Object, stored: StoredObject),
        _ face: ResourceDefinition<Object>.Face, _ context: WriteContext
    ) async throws -> Object {
        let old = before.object
        var new = proposed
        if context.fieldManager != nil {
            new.metadata.managedFields = old.metadata.managedFields
            if let origin = context.origin, try await origin.policies.concern(info) {
                _ = try own(&new, as: proposed, over: before, context)
            }
        }
        ObjectMetaLifecycle.prepareForUpdate(&new.metadata, old: old.metadata)
        new.metadata.resourceVersion = old.metadata.resourceVersion
        for admit in admission.mutating { try await admit(&new, old, context) }
        if let origin = context.origin, try await mutate(&new, old, name: context.name, context, origin) {
            try BodyDecoder.checkIdentity(&new.metadata, context, isNamespaced: info.isNamespaced)
            new.metadata.resourceVersion = old.metadata.resourceVersion
            ObjectMetaLifecycle.prepareForUpdate(&new.metadata, old: old.metadata)
        }
        ObjectMetaLifecycle.dedupOwners(&new.metadata, isAdmitted: true, context.warnings)
        try face.prepare(&new, old, context)
        let faults =
            ObjectMetaRules.validate(
                new.metadata, isNamespaced: info.isNamespaced, name: ObjectMetaRules.pathSegmentName,
                finalizers: .anyQualifiedName)
            + ObjectMetaRules.validateUpdate(new.metadata, from: old.metadata) + face.validate(new, old)
        if !faults.isEmpty { throw APIStatusError.invalid(info, context.name, faults) }
        if context.subresource.isEmpty || context.subresource == "scale" {
            for text in definition.warnings(new, old) { context.warnings.add(text) }
        }
        for check in admission.validating { try await check(new, old, context) }
        if let origin = context.origin { try await validate(new, old, name: context.name, context, origin) }
        return new
    }

    private enum Outcome {
        case done(WriteResult)
        /// Somebody else was quicker; the object as it is now, or nil where it is gone.
        case lost(StoredObject?)
    }

    /// Commits a change, or the deletion that it completes.
    ///
    /// - Parameter proposed: what the request means, which is what ownership goes by.
    private func replace(
        _ stored: StoredObject, _ old: Object, with given: Object, _ proposed: Object, _ context: WriteContext
    ) async throws -> Outcome {
        let isDeletion =
            ObjectMetaLifecycle.isDeletedByUpdate(given.metadata, old: old.metadata) && !definition.holdsDeletion(given)
        var object: Object? = given
        if isDeletion { object = nil }
        let turn = isDeletion ? nil : try await admission.takeTurn(context)
        defer { turn?.end() }
        var companions = ResourceDefinition<Object>.Companions()
        if context.subresource.isEmpty || isDeletion {
            companions = try await definition.companions?(&object, old, context) ?? companions
        }
        if !isDeletion { try await admission.addCompanions(to: &companions, given, old, context) }
        var complete = object ?? given
        let encoded = try own(&complete, as: proposed, over: (old, stored), context)
        let unchanged = Outcome.done(WriteResult(object: stored, isCreated: false))
        if !isDeletion, differsOnlyInTimes(complete, old) { return unchanged }
        let bytes = try storedForm(complete, reusing: encoded)
        if !isDeletion, isSame(bytes, stored) { return unchanged }
        let meta = complete.metadata
        if context.isDryRun {
            return .done(WriteResult(object: unstored(bytes, meta, revision: stored.revision), isCreated: false))
        }
        let key = cache.key(namespace: stored.namespace, name: stored.name)
        let mutation: StoreTransaction.Mutation =
            isDeletion ? .delete(key) : .put(key, bytes, timeToLive: definition.timeToLive)
        do throws(StoreError) {
            let revision = try await services.store.commit(
                StoreTransaction(
                    conditions: [.unchanged(key, since: Revision(stored.revision))] + companions.conditions,
                    mutations: [mutation] + companions.mutations))
            let result =
                isDeletion ? finalForm(bytes, meta, revision: revision.rawValue) : committed(bytes, meta, at: revision)
            return .done(WriteResult(object: result, isCreated: false))
        } catch {
            guard error.code == .conflict else { throw error }
            return .lost(error.key == key ? current(of: error, key: key) : stored)
        }
    }

    /// Whether nothing changed: no write then, and no event.
    private func isSame(_ bytes: [UInt8], _ stored: StoredObject) -> Bool {
        guard bytes.count < stored.bytes.count + StoredForm.headerLength,
            let final = StoredForm.splice(bytes, revision: stored.revision)
        else { return false }
        return final == stored.bytes
    }
}
