// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Synchronization

/// How objects are found by something else than their name.
public struct InformerIndex<Object: KubernetesObject>: Sendable {
    public let name: String
    /// The values under which an object is found.
    public let values: @Sendable (Object) -> [String]

    public init(_ name: String, values: @escaping @Sendable (Object) -> [String]) {
        self.name = name
        self.values = values
    }
}

extension InformerIndex {
    /// By the UID of the owner that is the controller of the object.
    public static var controllerUID: InformerIndex {
        InformerIndex("controllerUID") { object in
            object.metadata.ownerReferences.filter { $0.controller == true }.map(\.uid)
        }
    }
}

extension InformerIndex where Object == Pod {
    /// By the node that the pod is on.
    public static var nodeName: InformerIndex {
        InformerIndex("nodeName") { pod in pod.spec.nodeName.isEmpty ? [] : [pod.spec.nodeName] }
    }
}

/// The objects that an informer knows. Reads are from memory, and may be behind the API server.
public final class InformerStore<Object: KubernetesObject>: Sendable {
    private struct State: Sendable {
        var objects: [ObjectKey: Object] = [:]
        var indexes: [String: Index] = [:]
    }

    private struct Index: Sendable {
        var definition: InformerIndex<Object>
        var keys: [String: Set<ObjectKey>] = [:]

        mutating func insert(_ key: ObjectKey, _ object: Object) {
            for value in definition.values(object) { keys[value, default: []].insert(key) }
        }

        mutating func remove(_ key: ObjectKey, _ object: Object) {
            for value in definition.values(object) {
                keys[value]?.remove(key)
                if keys[value]?.isEmpty == true { keys[value] = nil }
            }
        }
    }

    static var namespaceIndex: String { "namespace" }

    private let state: Mutex<State>

    init(indexes: [InformerIndex<Object>]) {
        let byNamespace = InformerIndex<Object>(Self.namespaceIndex) { [$0.metadata.namespace] }
        var state = State()
        for index in indexes + [byNamespace] { state.indexes[index.name] = Index(definition: index) }
        self.state = Mutex(state)
    }

    public var count: Int { state.withLock { $0.objects.count } }

    /// One object; nil where it is not known (yet).
    public func get(_ key: ObjectKey) -> Object? { state.withLock { $0.objects[key] } }

    /// One object; nil where it is not known (yet).
    public func get(namespace: String = "", name: String) -> Object? {
        get(ObjectKey(namespace: namespace, name: name))
    }

    /// All objects, in no order.
    public func list() -> [Object] { state.withLock { Array($0.objects.values) } }

    /// The keys of all objects, in no order.
    public func keys() -> [ObjectKey] { state.withLock { Array($0.objects.keys) } }

    /// The objects of a namespace, in no order.
    public func list(namespace: String) -> [Object] { list(index: Self.namespaceIndex, value: namespace) }

    /// The objects that an index has under a value, in no order; none where there is no such index.
    public func list(index: String, value: String) -> [Object] {
        state.withLock { state in
            guard let keys = state.indexes[index]?.keys[value] else { return [] }
            return keys.compactMap { state.objects[$0] }
        }
    }

    /// Adds an index, unless there is one of that name.
    public func addIndex(_ definition: InformerIndex<Object>) {
        state.withLock { state in
            guard state.indexes[definition.name] == nil else { return }
            var index = Index(definition: definition)
            for (key, object) in state.objects { index.insert(key, object) }
            state.indexes[definition.name] = index
        }
    }

    /// - Returns: the object before, where there was one.
    func set(_ object: Object) -> Object? {
        let key = object.key
        return state.withLock { state in
            let old = state.objects.updateValue(object, forKey: key)
            for name in state.indexes.keys {
                if let old { state.indexes[name]?.remove(key, old) }
                state.indexes[name]?.insert(key, object)
            }
            return old
        }
    }

    /// - Returns: the object that was removed.
    func remove(_ key: ObjectKey) -> Object? {
        state.withLock { state in
            guard let old = state.objects.removeValue(forKey: key) else { return nil }
            for name in state.indexes.keys { state.indexes[name]?.remove(key, old) }
            return old
        }
    }
}
