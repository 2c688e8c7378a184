// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import APIMachinery
package import KubernetesAPI
import Store
import Synchronization
import Wire

/// One resource with its Swift type: the only implementation of reading and writing objects, for all kinds.
package final class ObjectEndpoint<Object: RESTObject>: ResourceEndpoint {
    package let definition: ResourceDefinition<Object>
    package let info: ResourceInfo
    package let cache: ResourceCache
    package let services: RegistryServices
    let admission: AdmissionHooks<Object>
    /// What ownership of fields goes by, made when first needed.
    let fieldFacts = FieldFactsBox<Object>()
    /// The bytes of the last object that was stored.
    private let usualSize = Atomic<Int>(2_048)

    /// - Parameter cache: shared by the resources that show the same stored objects.
    init(
        _ definition: ResourceDefinition<Object>, cache: ResourceCache, services: RegistryServices,
        admission: AdmissionHooks<Object>
    ) {
        self.definition = definition
        info = Object.resource
        self.cache = cache
        self.services = services
        self.admission = admission
    }

    package var isView: Bool { definition.isView }
    package var faces: Set<String> { Set(definition.faces.keys) }

    package func checkFields(_ selector: FieldSelector) throws(SelectorError) -> FieldSelector {
        try SelectableFields.check(selector, on: Object.self, isNamespaced: info.isNamespaced)
    }

    /// The typed value of a stored object.
    package func decode(_ object: StoredObject) throws -> Object { try definition.decode(object.bytes) }

    package func present(_ object: StoredObject) throws -> StoredObject {
        guard definition.isView else { return object }
        let value = try decode(object)
        return StoredObject(
            bytes: JSONCoding.encode(value), namespace: object.namespace, name: object.name, uid: object.uid,
            revision: object.revision)
    }

    package func protobuf(_ object: StoredObject) throws -> [UInt8] { ProtobufCoding.encode(try decode(object)) }

    package func protobufList(_ objects: [StoredObject], _ metadata: ListMeta) throws -> [UInt8] {
        var list = ObjectList<Object>()
        list.metadata = metadata
        list.items = try objects.map { try decode($0) }
        return ProtobufCoding.encode(list, apiVersion: info.apiVersion, kind: info.kind + "List")
    }

    package func bookmark(_ revision: UInt64, endsInitial: Bool) -> StoredObject {
        var object = Object()
        object.metadata.resourceVersion = String(revision)
        if endsInitial { object.metadata.annotations = ["k8s.io/initial-events-end": "true"] }
        return StoredObject(bytes: JSONCoding.encode(object), namespace: "", name: "", uid: "", revision: revision)
    }

    /// One object, typed; nil where it does not exist.
    package func get(namespace: String, name: String) async throws -> Object? {
        try await cache.get(namespace: namespace, name: name).map { try decode($0) }
    }

    package func create(_ body: ObjectBody, _ context: WriteContext) async throws -> WriteResult {
        var warnings: [String] = []
        let object = try BodyDecoder.decode(Object.self, body, context.options, &warnings)
        var defaulted = object
        definition.setDefaults(&defaulted)
        var result = try await create(defaulted, context)
        result.warnings = warnings + result.warnings
        return result
    }

    package func update(_ body: ObjectBody, _ context: WriteContext) async throws -> WriteResult {
        var warnings: [String] = []
        var object = try BodyDecoder.decode(Object.self, body, context.options, &warnings)
        definition.setDefaults(&object)
        try BodyDecoder.checkIdentity(&object.metadata, context, isNamespaced: info.isNamespaced)
        if ManagedFieldsReset.isAsked(by: body, object.metadata) {
            object.metadata.managedFields = ManagedFieldsReset.mark
        }
        ObjectMetaLifecycle.dedupOwners(&object.metadata, isAdmitted: false, context.warnings)
        let proposed = object
        var result = try await update(context) { _, _ in proposed }
        result.warnings = warnings + result.warnings
        return result
    }

    // MARK: committing

    /// The stored form of an object, whose `resourceVersion` is left out.
    ///
    /// - Parameter earlier: what it was before the server added its own.
    func storedForm(
        _ object: Object, reusing earlier: EncodedObject<Object>? = nil
    ) throws(APIStatusError) -> [UInt8] {
        if let stored = earlier?.storedForm(of: object) { return stored }
        // as much as the last one took: growing copies what was written
        let expected = usualSize.load(ordering: .relaxed)
        var writer = JSONWriter(
            reserving: expected + expected / 8, headerLength: StoredForm.headerLength, resourceVersion: .hole)
        definition.encode(object, &writer)
        guard let stored = StoredForm.seal(&writer) else {
            throw .plain("the encoded object does not show where its resourceVersion belongs")
        }
        usualSize.store(max(512, min(stored.count, 65_536)), ordering: .relaxed)
        return stored
    }

    /// The cached object of a commit: what the cache made of it, where nothing newer is there already.
    func committed(_ stored: [UInt8], _ meta: ObjectMeta, at revision: Revision) -> StoredObject {
        cache.written(namespace: meta.namespace, name: meta.name, at: revision.rawValue)
            ?? finalForm(stored, meta, revision: revision.rawValue)
    }

    func finalForm(_ stored: [UInt8], _ meta: ObjectMeta, revision: UInt64) -> StoredObject {
        StoredObject(
            bytes: StoredForm.splice(stored, revision: revision) ?? [], namespace: meta.namespace, name: meta.name,
            uid: meta.uid, revision: revision)
    }

    /// What a dry run answers: the object as it would be stored.
    func unstored(_ stored: [UInt8], _ meta: ObjectMeta, revision: UInt64?) -> StoredObject {
        if let revision { return finalForm(stored, meta, revision: revision) }
        return StoredObject(
            bytes: Array(StoredForm.json(stored) ?? []), namespace: meta.namespace, name: meta.name, uid: meta.uid,
            revision: 0)
    }

    func key(_ meta: ObjectMeta) -> StoreKey { cache.key(namespace: meta.namespace, name: meta.name) }

    /// The state that made a condition on an object's own key fail.
    func current(of error: StoreError, key: StoreKey) -> StoredObject? {
        guard let value = error.current, value.key == key else { return nil }
        return ResourceCache.object(
            key, value.bytes, value.modifyRevision, prefix: definition.prefix, info.isNamespaced)
    }
}
