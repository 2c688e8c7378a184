// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ObjectEndpoint {
    /// Creates an object whose defaults are set.
    ///
    /// - Throws: `APIStatusError`: `AlreadyExists`, `Invalid`, `Forbidden`, ...; `StoreError`.
    package func create(_ object: Object, _ context: WriteContext) async throws -> WriteResult {
        var object = object
        try BodyDecoder.checkNewIdentity(&object.metadata, context, isNamespaced: info.isNamespaced)
        ObjectMetaLifecycle.dedupOwners(&object.metadata, isAdmitted: false, context.warnings)
        let encoded = try context.fieldManager.flatMap { try own(&object, by: $0, context) }
        let isGenerated = object.metadata.name.isEmpty && !object.metadata.generateName.isEmpty
        var attempt = 0
        while true {
            attempt += 1
            do {
                var result = try await createOnce(object, encoded, context, isGenerated: isGenerated)
                result.warnings += context.warnings.texts
                return result
            } catch let error as APIStatusError where error.isAlreadyExists && isGenerated && attempt < 8 {
                continue
            }
        }
    }

    private func createOnce(
        _ given: Object, _ encoded: EncodedObject<Object>?, _ context: WriteContext, isGenerated: Bool
    ) async throws -> WriteResult {
        var object = given
        var context = context
        ObjectMetaLifecycle.wipe(&object.metadata)
        let name = object.metadata.name
        context.name = name
        for admit in admission.mutating { try await admit(&object, nil, context) }
        if let origin = context.origin, try await mutate(&object, nil, name: name, context, origin) {
            try BodyDecoder.checkNewIdentity(&object.metadata, context, isNamespaced: info.isNamespaced)
        }
        ObjectMetaLifecycle.dedupOwners(&object.metadata, isAdmitted: true, context.warnings)
        ObjectMetaLifecycle.prepareForCreate(&object.metadata, uid: services.names.uid(), now: context.now)
        if isGenerated, object.metadata.name.isEmpty {
            object.metadata.name = services.names.name(from: object.metadata.generateName)
        }
        context.name = object.metadata.name
        try definition.prepareForCreate(&object, context)
        let faults =
            ObjectMetaRules.validate(
                object.metadata, isNamespaced: info.isNamespaced, name: definition.validateName,
                finalizers: definition.finalizerNames)
            + definition.validate(object)
        if !faults.isEmpty { throw APIStatusError.invalid(info, object.metadata.name, faults) }
        for text in definition.warnings(object, nil) { context.warnings.add(text) }
        for check in admission.validating { try await check(object, nil, context) }
        if let origin = context.origin { try await validate(object, nil, name: name, context, origin) }
        // what cannot be read as a version does not count as one
        if let version = UInt64(given.metadata.resourceVersion), version != 0, !context.isDryRun {
            throw APIStatusError.plain("resourceVersion should not be set on objects to be created")
        }
        return try await insert(object, encoded, context)
    }

    /// Commits a new object, with what must be allocated for it.
    private func insert(
        _ given: Object, _ encoded: EncodedObject<Object>?, _ context: WriteContext
    ) async throws -> WriteResult {
        let turn = try await admission.takeTurn(context)
        defer { turn?.end() }
        var context = context
        var attempt = 0
        while true {
            attempt += 1
            context.isRetry = attempt > 1
            var object: Object? = given
            var companions = try await definition.companions?(&object, nil, context) ?? .init()
            try await admission.addCompanions(to: &companions, given, nil, context)
            guard let complete = object else { throw APIStatusError.plain("the object was lost while it was prepared") }
            let stored = try storedForm(complete, reusing: encoded)
            let meta = complete.metadata
            let key = key(meta)
            if context.isDryRun {
                if let existing = try await cache.get(namespace: meta.namespace, name: meta.name) {
                    throw alreadyExists(existing)
                }
                return WriteResult(object: unstored(stored, meta, revision: nil), isCreated: true)
            }
            do throws(StoreError) {
                let revision = try await services.store.commit(
                    StoreTransaction(
                        conditions: [.absent(key)] + companions.conditions,
                        mutations: [.put(key, stored, timeToLive: definition.timeToLive)] + companions.mutations))
                return WriteResult(object: committed(stored, meta, at: revision), isCreated: true)
            } catch {
                guard error.code == .conflict else { throw error }
                if error.key == key {
                    if let existing = current(of: error, key: key) { throw alreadyExists(existing) }
                    throw APIStatusError.alreadyExists(info, meta.name)
                }
                // something that was free is taken now: allocate again
                if attempt >= 16 { throw error }
            }
        }
    }

    private func alreadyExists(_ existing: StoredObject) -> APIStatusError {
        let deletion = JSONScan.scalar([JSONScan.metadataKey, Array("deletionTimestamp".utf8)], in: existing.bytes)
        return .alreadyExists(info, existing.name, isTerminating: deletion != nil)
    }
}
