// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
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

extension InformerIndex {
    /// By namespace and each label: how the objects that a selector picks are found without reading all others.
    public static var label: InformerIndex {
        InformerIndex("label") { object in
            object.metadata.labels.map {
                labelValue(namespace: object.metadata.namespace, name: $0.key, value: $0.value)
            }
        }
    }

    static func labelValue(namespace: String, name: String, value: String) -> String { "\(namespace)/\(name)=\(value)" }
}

/// The objects that an informer knows. Reads are from memory, and may be behind the API server.
///
/// In the API server's own process it holds the watch cache's objects, which cost nothing more, and decodes them when they are
/// read; so a reader should ask for what it needs (by key, or by an index) rather than for all.
public final class InformerStore<Object: KubernetesObject>: Sendable {
    private struct State: Sendable {
        var objects: [ObjectKey: HeldObject<Object>] = [:]
        /// Few, so that looking at them one by one is quicker than a hash; changed in place, each by its position: a copy of an
        /// index would copy all its sets of keys.
        var indexes: [Index] = []
        var recent = RecentObjects<Object>()

        func index(_ name: String) -> Int? { indexes.firstIndex { $0.definition.name == name } }
    }

    private struct Index: Sendable {
        var definition: InformerIndex<Object>
        var keys: [String: Set<ObjectKey>] = [:]

        mutating func insert(_ key: ObjectKey, _ object: Object) {
            for value in definition.values(object) { keys[value, default: []].insert(key) }
        }

        mutating func remove(_ key: ObjectKey, _ object: Object) {
            for value in definition.values(object) { remove(key, under: value) }
        }

        /// Most changes of an object leave it where it is found.
        mutating func replace(_ key: ObjectKey, _ before: Object, _ after: Object) {
            let (old, new) = (definition.values(before), definition.values(after))
            guard old != new else { return }
            for value in old where !new.contains(value) { remove(key, under: value) }
            for value in new { keys[value, default: []].insert(key) }
        }

        private mutating func remove(_ key: ObjectKey, under value: String) {
            keys[value]?.remove(key)
            if keys[value]?.isEmpty == true { keys[value] = nil }
        }
    }

    static var namespaceIndex: String { "namespace" }

    private let state: Mutex<State>
    private let transform: (@Sendable (inout Object) -> Void)?

    init(indexes: [InformerIndex<Object>], transform: (@Sendable (inout Object) -> Void)? = nil) {
        let byNamespace = InformerIndex<Object>(Self.namespaceIndex) { [$0.metadata.namespace] }
        self.transform = transform
        var state = State()
        for index in indexes + [byNamespace] where state.index(index.name) == nil {
            state.indexes.append(Index(definition: index))
        }
        self.state = Mutex(state)
    }

    public var count: Int { state.withLock { $0.objects.count } }

    /// One object; nil where it is not known (yet).
    public func get(_ key: ObjectKey) -> Object? {
        state.withLock { $0.objects[key] }.flatMap(read)
    }

    /// One object; nil where it is not known (yet).
    public func get(namespace: String = "", name: String) -> Object? {
        get(ObjectKey(namespace: namespace, name: name))
    }

    /// All objects, in no order.
    public func list() -> [Object] { read(state.withLock { Array($0.objects.values) }) }

    /// The keys of all objects, in no order.
    public func keys() -> [ObjectKey] { state.withLock { Array($0.objects.keys) } }

    /// The objects of a namespace, in no order.
    public func list(namespace: String) -> [Object] { list(index: Self.namespaceIndex, value: namespace) }

    /// The objects that an index has under a value, in no order; none where there is no such index.
    public func list(index: String, value: String) -> [Object] {
        read(
            state.withLock { state in
                guard let at = state.index(index), let keys = state.indexes[at].keys[value] else { return [] }
                return keys.compactMap { state.objects[$0] }
            })
    }

    /// The objects of a namespace that have all of the labels, in no order. Where the informer has the index
    /// ``InformerIndex/label``, no others are looked at.
    public func list(namespace: String, labels: [String: String]) -> [Object] {
        let candidates = state.withLock { state -> [HeldObject<Object>]? in
            guard let at = state.index(InformerIndex<Object>.label.name), !labels.isEmpty else { return nil }
            let sets = labels.map { label in
                state.indexes[at].keys[
                    InformerIndex<Object>.labelValue(namespace: namespace, name: label.key, value: label.value)] ?? []
            }
            let smallest = sets.min { $0.count < $1.count } ?? []
            return smallest.filter { key in sets.allSatisfy { $0.contains(key) } }.compactMap { state.objects[$0] }
        }
        if let candidates { return read(candidates) }
        return list(namespace: namespace).filter { object in
            labels.allSatisfy { object.metadata.labels[$0.key] == $0.value }
        }
    }

    /// Adds an index, unless there is one of that name.
    public func addIndex(_ definition: InformerIndex<Object>) {
        state.withLock { state in
            guard state.index(definition.name) == nil else { return }
            var index = Index(definition: definition)
            for (key, held) in state.objects {
                if let object = known(held, state) ?? decode(held) { index.insert(key, object) }
            }
            state.indexes.append(index)
        }
    }

    // MARK: reading

    private func read(_ held: HeldObject<Object>) -> Object? {
        if let object = state.withLock({ known(held, $0) }) { return object }
        guard let object = decode(held), case .stored(let source) = held else { return nil }
        state.withLock { state in
            // only what is still kept is worth remembering
            let key = held.key
            if case .stored(let kept)? = state.objects[key], kept === source {
                state.recent.remember(object, of: source, key)
            }
        }
        return object
    }

    private func read(_ held: [HeldObject<Object>]) -> [Object] {
        guard !held.isEmpty else { return [] }
        let objects = state.withLock { state in held.map { known($0, state) } }
        return zip(held, objects).compactMap { held, object in object ?? decode(held) }
    }

    /// The object where it needs no decoding.
    private func known(_ held: HeldObject<Object>, _ state: State) -> Object? {
        switch held {
        case .value(let object): object
        case .stored(let source): state.recent.object(of: source, held.key)
        }
    }

    private func decode(_ held: HeldObject<Object>) -> Object? {
        // it was decoded before it was kept, so it can be decoded
        try? receive(held)
    }

    // MARK: changes, all from the informer's distributor

    /// Whether that version of an object is kept already.
    func isKnown(_ held: HeldObject<Object>) -> Bool {
        guard case .stored(let source) = held, case .stored(let kept)? = state.withLock({ $0.objects[held.key] }) else {
            return false
        }
        return kept.revision == source.revision && kept.uid == source.uid
    }

    /// Reads an object that has come.
    ///
    /// - Throws: where it cannot be read; then it is not to be kept.
    func receive(_ held: HeldObject<Object>) throws -> Object {
        var object: Object
        switch held {
        case .value(let value): object = value
        case .stored(let source): object = try JSONCoding.decode(Object.self, from: source.bytes)
        }
        transform?(&object)
        return object
    }

    /// - Parameter object: what ``receive(_:)`` made of `held`.
    /// - Returns: the object before, where there was one.
    func set(_ held: HeldObject<Object>, _ object: Object) -> Object? {
        let key = held.key
        let old = state.withLock { $0.objects[key] }
        let before = old.flatMap(read)
        state.withLock { state in
            if case .stored(let source) = held {
                state.objects[key] = held
                state.recent.remember(object, of: source, key)
            } else {
                state.objects[key] = .value(object)
            }
            for at in state.indexes.indices {
                if let before {
                    state.indexes[at].replace(key, before, object)
                } else {
                    state.indexes[at].insert(key, object)
                }
            }
        }
        return before
    }

    /// - Returns: the object that was removed.
    func remove(_ key: ObjectKey) -> Object? {
        guard let old = state.withLock({ $0.objects[key] }), let before = read(old) else { return nil }
        state.withLock { state in
            state.objects[key] = nil
            state.recent.forget(key)
            for at in state.indexes.indices { state.indexes[at].remove(key, before) }
        }
        return before
    }
}
