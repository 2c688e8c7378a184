// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Testing
import Wire

@testable import APIServer

struct ResourceCacheTests {
    private let store = MemoryStore(historyWindow: nil)

    private func cache() -> ResourceCache {
        ResourceCache(store: store, prefix: "/registry/configmaps/", isNamespaced: true)
    }

    private func bytes(_ name: String, _ value: String) throws -> [UInt8] {
        var writer = JSONWriter(resourceVersion: .hole)
        ConfigMap {
            $0.metadata.name = name
            $0.metadata.namespace = "default"
            $0.metadata.uid = "uid-\(name)"
            $0.data = ["v": value]
        }.encode(json: &writer)
        let hole = try #require(writer.resourceVersionOffset)
        return try #require(StoredForm.wrap(writer.bytes, hole: hole))
    }

    @discardableResult
    private func put(_ name: String, _ value: String) async throws -> Revision {
        try await store.commit(
            StoreTransaction(
                conditions: [],
                mutations: [
                    .put(StoreKey("/registry/configmaps/default/\(name)"), try bytes(name, value), timeToLive: nil)
                ]))
    }

    @Test("a write that was answered is in the next snapshot, before and after the cache was filled")
    func consistency() async throws {
        let cache = cache()
        try await put("a", "1")
        #expect(try await cache.snapshot().count == 1)
        for index in 0..<50 {
            let revision = try await put("b", String(index))
            let found = try await cache.get(namespace: "default", name: "b")
            #expect(found?.revision == revision.rawValue)
        }
    }

    @Test("readers that ask at once share one filling")
    func concurrentLoad() async throws {
        let cache = cache()
        for index in 0..<20 { try await put("m\(index)", "") }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<32 { group.addTask { try await cache.snapshot().count } }
            for try await count in group { #expect(count == 20) }
        }
    }

    @Test("a watch from the past is served from the store where the ring does not reach, then from the cache")
    func history() async throws {
        let first = try await put("a", "1")
        try await put("a", "2")
        try await put("b", "1")
        let cache = cache()
        let watcher = try await cache.watch(ObjectSelection(namespace: "default"), from: .after(first.rawValue))
        try await put("c", "1")
        var names: [String] = []
        while names.count < 3, let batch = await watcher.next() {
            for case .event(let type, let event) in batch {
                names.append("\(type.text) \(event.object(as: type)?.name ?? "")")
            }
        }
        cache.stop(watcher)
        #expect(names == ["MODIFIED a", "ADDED b", "ADDED c"])
    }

    @Test("a watch from before the history is refused")
    func compacted() async throws {
        let first = try await put("a", "1")
        let last = try await put("a", "2")
        try await store.compact(through: last)
        await #expect(throws: StoreError.self) {
            _ = try await cache().watch(ObjectSelection(), from: .after(first.rawValue - 1))
        }
    }

    @Test("a watcher that does not read is cut off")
    func slow() async throws {
        let cache = cache()
        let watcher = try await cache.watch(ObjectSelection(), from: .now)
        for index in 0...Watcher.limit { try await put("a", String(index)) }
        #expect(watcher.end == .tooSlow)
        let rest = await watcher.next()
        #expect(rest == nil || rest?.isEmpty == true)
    }

    @Test("the past can be read as long as the store knows it")
    func past() async throws {
        let cache = cache()
        let first = try await put("a", "1")
        #expect(try await cache.snapshot().count == 1)
        try await put("b", "1")
        #expect(try await cache.snapshot(at: first.rawValue).count == 1)
        #expect(try await cache.snapshot().count == 2)
        await #expect(throws: StoreError.self) { _ = try await cache.snapshot(at: 1_000_000) }
    }
}
