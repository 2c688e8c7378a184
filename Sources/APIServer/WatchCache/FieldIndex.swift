// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery

/// Which objects of a watch cache have which value in one field: the pods of a node are found without reading all others.
struct FieldIndex: Sendable {
    struct Place: Hashable, Sendable {
        var namespace: String
        var name: String

        init(_ object: StoredObject) { (namespace, name) = (object.namespace, object.name) }
    }

    private let field: SelectableField
    private var places: [String: Set<Place>] = [:]

    init(_ field: SelectableField) { self.field = field }

    /// Takes the objects of a new list in place of all that is known.
    mutating func fill(_ objects: [StoredObject]) {
        places = [:]
        for object in objects { replace(nil, with: object) }
    }

    /// Notes a change. Objects whose field has no value are not found.
    mutating func replace(_ old: StoredObject?, with new: StoredObject?) {
        let before = old.map { field.value(in: $0.bytes) } ?? ""
        let after = new.map { field.value(in: $0.bytes) } ?? ""
        guard before != after else { return }
        if let old, !before.isEmpty {
            places[before]?.remove(Place(old))
            if places[before]?.isEmpty == true { places[before] = nil }
        }
        if let new, !after.isEmpty { places[after, default: []].insert(Place(new)) }
    }

    /// Where the objects with a value are, in no order.
    func places(of value: String) -> Set<Place> { places[value] ?? [] }
}
