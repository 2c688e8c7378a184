// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
public import KubernetesAPI
import Synchronization
import Wire

extension FakeCluster {
    /// Stores an object as it is, status included; UID, creation timestamp and phase are filled in where they are missing.
    ///
    /// - Returns: the object as stored.
    @discardableResult
    public func add<T: RESTObject>(_ object: T) throws -> T {
        let resource = ResourcePath(T.resource)
        guard let path = FakePath(resource.collection(namespace: object.metadata.namespace)) else { return object }
        let json = try JSONValue.parse(JSONCoding.encode(object))
        let now = timekeeper.time.text
        let stored = try state.withLock { state in
            var one = path
            one.name = object.metadata.name
            if state.objects[one.collection]?[one.key] != nil { return state.store(json, one, one.key) }
            let made = try state.create(path, json, now: now)
            var kept = made
            for name in ["uid", "creationTimestamp", "deletionTimestamp", "generation"] {
                if let given = json.at("metadata", name), !given.isNull { kept["metadata"]?[name] = given }
            }
            return kept == made ? made : state.store(kept, one, one.key)
        }
        waiters.check()
        return try JSONCoding.decode(T.self, from: stored.bytes())
    }

    /// Removes an object at once, whatever its finalizers.
    public func remove<T: RESTObject>(_ type: T.Type, namespace: String = "", name: String) {
        guard let path = FakePath(ResourcePath(T.resource).object(namespace: namespace, name: name)) else { return }
        _ = state.withLock { $0.store(nil, path, path.key) }
        waiters.check()
    }

    /// The present state of an object; nil where there is none.
    public func get<T: RESTObject>(_ type: T.Type, namespace: String = "", name: String) -> T? {
        guard let path = FakePath(ResourcePath(T.resource).object(namespace: namespace, name: name)) else { return nil }
        let json = state.withLock { $0.objects[path.collection]?[path.key] }
        return json.flatMap { try? JSONCoding.decode(T.self, from: $0.bytes()) }
    }

    /// All objects of a type, by namespace and name.
    public func list<T: RESTObject>(_ type: T.Type, namespace: String = "") -> [T] {
        guard let path = FakePath(ResourcePath(T.resource).collection(namespace: namespace)) else { return [] }
        let all = state.withLock { $0.list(path, FakeSelector(labels: "", fields: "")) }
        return all.compactMap { try? JSONCoding.decode(T.self, from: $0.bytes()) }
    }

    /// Waits until a condition holds; it is looked at after every request and every change.
    public func wait(until condition: @escaping @Sendable (FakeCluster) -> Bool) async {
        await waiters.wait { condition(self) }
    }

    /// Sends every watcher a bookmark of the present revision.
    public func sendBookmarks() {
        state.withLock { state in
            for watcher in state.watchers.values {
                watcher.send(
                    "BOOKMARK",
                    [
                        "kind": "Bookmark", "apiVersion": "v1",
                        "metadata": ["resourceVersion": .string(String(state.revision))],
                    ])
            }
        }
    }

    /// Ends all watches, as a server does now and then.
    public func endWatches() {
        let all = state.withLock { Array($0.watchers.values) }
        for watcher in all { watcher.continuation.finish() }
    }

    /// Forgets history: later watches from before now are answered with 410.
    public func compact() {
        state.withLock { state in
            state.history = []
            state.compacted = state.revision
        }
    }
}
