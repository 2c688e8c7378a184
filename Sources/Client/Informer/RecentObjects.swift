// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import DequeModule
import KubernetesAPI

/// An object as an informer keeps it.
enum HeldObject<Object: KubernetesObject>: Sendable {
    /// Decoded, as it came from another process.
    indirect case value(Object)
    /// The watch cache's own object, in the same process: it costs a reference, and is decoded when it is read.
    case stored(StoredObject)

    var key: ObjectKey {
        switch self {
        case .value(let object): object.key
        case .stored(let object): ObjectKey(namespace: object.namespace, name: object.name)
        }
    }
}

/// The decoded form of objects of one informer, up to a bound: all of a kind that is few, those that changed last of a kind that
/// is many.
struct RecentObjects<Object: KubernetesObject>: Sendable {
    private struct Entry: Sendable {
        var source: StoredObject
        var object: Object
    }

    private var entries: [ObjectKey: Entry] = [:]
    /// In which they came; some may be gone.
    private var order: Deque<ObjectKey> = []
    /// The bytes of the entries' JSON; decoded they are two to three times as large.
    private var bytes = 0
    private let limit: Int

    /// - Parameter limit: in bytes of JSON.
    init(limit: Int = 4 << 20) { self.limit = limit }

    func object(of source: StoredObject, _ key: ObjectKey) -> Object? {
        guard let entry = entries[key], entry.source === source else { return nil }
        return entry.object
    }

    mutating func remember(_ object: Object, of source: StoredObject, _ key: ObjectKey) {
        bytes += source.bytes.count
        if let old = entries.updateValue(Entry(source: source, object: object), forKey: key) {
            bytes -= old.source.bytes.count
        } else {
            order.append(key)
        }
        while bytes > limit, let oldest = order.popFirst() { forget(oldest) }
        if order.count > 2 * entries.count + 64 { order.removeAll { entries[$0] == nil } }
    }

    mutating func forget(_ key: ObjectKey) {
        if let old = entries.removeValue(forKey: key) { bytes -= old.source.bytes.count }
    }
}
