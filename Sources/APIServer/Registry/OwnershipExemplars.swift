// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Synchronization

/// The last objects of a kind that were created, and which of their fields belong to who made them.
///
/// The pods of a ReplicaSet differ in nothing but their names: what is owned of one is owned of all, and nothing needs to be
/// encoded to know it.
final class OwnershipExemplars<Object: RESTObject>: Sendable {
    private struct Exemplar: Sendable {
        let object: Object
        let fields: FieldsV1
    }

    private let known = Mutex<[Exemplar]>([])
    private let limit = 4
    /// Of larger objects none is kept, in bytes of JSON.
    private let largest = 16 << 10

    /// What its maker owns of a new object that has no entries yet.
    ///
    /// - Returns: nil where none of the last objects was like it.
    func fields(of object: Object) -> FieldsV1? {
        for exemplar in known.withLock({ $0 }) where Self.isLike(object.metadata, exemplar.object.metadata) {
            var probe = object
            probe.metadata = exemplar.object.metadata
            if probe == exemplar.object { return exemplar.fields }
        }
        return nil
    }

    /// Notes an object and its entries.
    func add(_ encoded: EncodedObject<Object>, _ entries: [ManagedFieldsEntry]) {
        guard encoded.json.count <= largest, entries.count == 1, let fields = entries[0].fieldsV1 else { return }
        known.withLock { known in
            if known.count >= limit { known.removeFirst() }
            known.append(Exemplar(object: encoded.object, fields: fields))
        }
    }

    /// Whether the same paths of `metadata` are set: what the server gives, and the values of labels and annotations, make none.
    static func isLike(_ a: ObjectMeta, _ b: ObjectMeta) -> Bool {
        a.generateName.isEmpty == b.generateName.isEmpty && a.labels.keys == b.labels.keys
            && a.annotations.keys == b.annotations.keys && a.ownerReferences == b.ownerReferences
            && a.finalizers == b.finalizers && a.deletionTimestamp == b.deletionTimestamp
            && a.deletionGracePeriodSeconds == b.deletionGracePeriodSeconds
    }
}
