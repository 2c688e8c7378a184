// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Synchronization
import Wire

/// What ownership of the fields of a kind goes by.
struct FieldFacts: Sendable {
    let shape: ApplyShape
    /// The JSON of an object that says nothing: what a new object is compared with.
    let blank: [UInt8]
    let templates = OwnershipTemplates()
}

/// The facts of a kind, made when first asked for.
final class FieldFactsBox<Object: RESTObject>: Sendable {
    private let facts = Mutex<FieldFacts?>(nil)
    let exemplars = OwnershipExemplars<Object>()

    func get() -> FieldFacts {
        facts.withLock { known in
            if let known { return known }
            let made = FieldFacts(
                shape: ApplySchema.shared.kind(group: Object.group, version: Object.version, kind: Object.kind),
                blank: JSONCoding.encode(Object()))
            known = made
            return made
        }
    }
}

extension ObjectEndpoint {
    /// Notes in `metadata.managedFields` of a new object who makes it.
    ///
    /// - Returns: the object as it was, with its JSON, where that had to be made.
    func own(_ object: inout Object, by manager: String, _ context: WriteContext) throws -> EncodedObject<Object>? {
        guard object.metadata.managedFields.isEmpty, context.subresource.isEmpty else {
            object.metadata.managedFields = try ownership(
                of: object, JSONCoding.encode(Self.unowned(object)), over: nil, by: manager, context)
            return nil
        }
        let writer = writer(manager, context)
        if let fields = fieldFacts.exemplars.fields(of: object) {
            object.metadata.managedFields = FieldManager.create(fields, by: writer)
            return nil
        }
        let facts = fieldFacts.get()
        let encoded = EncodedObject(object)
        let entries = FieldManager.create(
            encoded.json, blank: facts.blank, shape: facts.shape, by: writer, facts.templates)
        fieldFacts.exemplars.add(encoded, entries)
        object.metadata.managedFields = entries
        return definition.isView ? nil : encoded
    }

    /// Notes in `metadata.managedFields` of a changed object who changed it, where the server does that.
    ///
    /// - Parameters:
    ///   - object: as it is to be stored.
    ///   - proposed: as the request means it: what admission and the rules of the kind did since belongs to nobody.
    /// - Returns: the object with its JSON, where that had to be made and is of use.
    func own(
        _ object: inout Object, as proposed: Object, over before: (object: Object, stored: StoredObject),
        _ context: WriteContext
    ) throws -> EncodedObject<Object>? {
        guard let manager = context.fieldManager else { return nil }
        let plain = Self.unowned(object)
        let encoded =
            definition.isView || !Self.ownsTheSame(plain, proposed) ? nil : EncodedObject(plain)
        object.metadata.managedFields = try ownership(
            of: proposed, encoded?.json ?? JSONCoding.encode(Self.unowned(proposed)), over: before, by: manager, context
        )
        return encoded
    }

    /// Whether two states of an object agree in all that somebody can own.
    private static func ownsTheSame(_ a: Object, _ b: Object) -> Bool {
        guard OwnershipExemplars<Object>.isLike(a.metadata, b.metadata), a.metadata.labels == b.metadata.labels,
            a.metadata.annotations == b.metadata.annotations, a.metadata.generateName == b.metadata.generateName
        else { return false }
        var probe = a
        probe.metadata = b.metadata
        return probe == b
    }

    private static func unowned(_ object: Object) -> Object {
        var object = object
        object.metadata.managedFields = []
        return object
    }

    /// The entries of `metadata.managedFields` after a write.
    ///
    /// - Parameters:
    ///   - json: of `proposed`, without entries.
    ///   - before: the stored object; nil where there is none.
    private func ownership(
        of proposed: Object, _ json: [UInt8], over before: (object: Object, stored: StoredObject)?,
        by manager: String, _ context: WriteContext
    ) throws -> [ManagedFieldsEntry] {
        let facts = fieldFacts.get()
        let live = try before.map { try present($0.stored).bytes } ?? facts.blank
        let (stored, asked) = (before?.object.metadata.managedFields ?? [], proposed.metadata.managedFields)
        let changes = FieldComparison(live, json, shape: facts.shape, ignoresSystemFields: true)
        let takesProposed = context.subresource.isEmpty
        if changes.isSame, asked.isEmpty || asked == stored || !takesProposed { return stored }
        let base = ManagedFields.base(stored: stored, proposed: asked, takesProposed: takesProposed)
        let managed = FieldManager.update(
            base, isCreate: before == nil, changes: changes, by: writer(manager, context))
        return managed.encoded
    }

    func writer(_ manager: String, _ context: WriteContext) -> FieldWriter {
        FieldWriter(
            manager: manager, apiVersion: Object.apiVersion, subresource: context.subresource, now: context.now,
            filter: definition.faces[context.subresource]?.fields ?? .everything)
    }

    /// Whether a write would change nothing but the times of ownership: then it is none.
    func differsOnlyInTimes(_ new: Object, _ old: Object) -> Bool {
        let (after, before) = (new.metadata.managedFields, old.metadata.managedFields)
        guard after != before, ManagedFields.isSame(after, before) else { return false }
        var probe = new
        probe.metadata.managedFields = before
        return probe == old
    }
}

/// A request that takes all ownership away: `managedFields: []` or `managedFields: [{}]`.
enum ManagedFieldsReset {
    /// The form that the typed object can show.
    static let mark = [ManagedFieldsEntry()]

    private static let name = Array("\"managedFields\"".utf8)

    /// Whether a body says `managedFields: []`, which its typed object cannot show.
    static func isAsked(by body: ObjectBody, _ meta: ObjectMeta) -> Bool {
        guard meta.managedFields.isEmpty, body.form == .json, JSONScan.find(name, in: body.bytes, from: 0) != nil
        else { return false }
        return isAsked(by: (try? JSONValue.parse(body.bytes)) ?? .null)
    }

    static func isAsked(by document: JSONValue) -> Bool {
        document.at("metadata", "managedFields")?.arrayValue?.isEmpty ?? false
    }
}
