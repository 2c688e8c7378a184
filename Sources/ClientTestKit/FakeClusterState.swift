// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Wire

/// What a ``FakeCluster`` holds; every method is one step under its lock.
struct FakeClusterState: Sendable {
    struct Change: Sendable {
        var revision: UInt64
        var collection: String
        var old: JSONValue?
        /// nil for a deletion.
        var new: JSONValue?
    }

    struct Watcher: Sendable {
        var collection: String
        var namespace: String
        var selector: FakeSelector
        var continuation: AsyncStream<[UInt8]>.Continuation
    }

    var revision: UInt64 = 1
    var compacted: UInt64 = 0
    var objects: [String: [ObjectKey: JSONValue]] = [:]
    var history: [Change] = []
    var watchers: [Int: Watcher] = [:]
    var lastID = 0
    var options = FakeCluster.Options()

    /// Objects of a collection that a selector names, by namespace and name.
    func list(_ path: FakePath, _ selector: FakeSelector) -> [JSONValue] {
        (objects[path.collection] ?? [:])
            .filter { path.namespace.isEmpty || $0.key.namespace == path.namespace }
            .sorted { $0.key < $1.key }.map(\.value).filter(selector.matches)
    }

    func get(_ path: FakePath) throws(FakeFailure) -> JSONValue {
        guard let object = objects[path.collection]?[path.key] else { throw .notFound(path) }
        return object
    }

    /// Stores a new version (or the absence) of an object at the next revision and tells the watchers.
    @discardableResult
    mutating func store(_ new: JSONValue?, _ path: FakePath, _ key: ObjectKey) -> JSONValue {
        revision += 1
        let old = objects[path.collection]?[key]
        var written = new ?? old ?? [:]
        written["metadata"]?["resourceVersion"] = .string(String(revision))
        // `nil` of a `JSONValue` would be JSON's null, not absence.
        let kept: JSONValue? = new.map { _ in written }
        objects[path.collection, default: [:]][key] = kept
        let change = Change(
            revision: revision, collection: path.collection, old: old, new: kept)
        history.append(change)
        for watcher in watchers.values where watcher.collection == path.collection { deliver(change, to: watcher) }
        return written
    }

    /// Starts a watch: what happened since, or all that is there, is delivered at once.
    mutating func watch(_ path: FakePath, _ watcher: Watcher, after version: String) throws(FakeFailure) -> Int {
        if version.isEmpty || version == "0" {
            for object in list(path, watcher.selector) { watcher.send("ADDED", object) }
        } else {
            guard let from = UInt64(version) else { throw .badRequest("resourceVersion: invalid value \(version)") }
            guard from >= compacted else { throw .expired }
            for change in history where change.revision > from && change.collection == path.collection {
                deliver(change, to: watcher)
            }
        }
        lastID += 1
        watchers[lastID] = watcher
        return lastID
    }

    /// Tells a watcher of a change, as it sees it: an object that starts or ceases to match comes and goes.
    private func deliver(_ change: Change, to watcher: Watcher) {
        let before = change.old.map { watcher.sees($0) } ?? false
        let after = change.new.map { watcher.sees($0) } ?? false
        switch (before, after) {
        case (false, false): return
        case (false, true): if let new = change.new { watcher.send("ADDED", new) }
        case (true, true): if let new = change.new { watcher.send("MODIFIED", new) }
        case (true, false):
            var last = change.new ?? change.old ?? [:]
            last["metadata"]?["resourceVersion"] = .string(String(change.revision))
            watcher.send("DELETED", last)
        }
    }
}

extension FakeClusterState.Watcher {
    func sees(_ object: JSONValue) -> Bool {
        (namespace.isEmpty || object.at("metadata", "namespace")?.stringValue == namespace) && selector.matches(object)
    }

    func send(_ type: String, _ object: JSONValue) {
        let event: JSONValue = ["type": .string(type), "object": object]
        continuation.yield(event.bytes() + [UInt8(ascii: "\n")])
    }
}
