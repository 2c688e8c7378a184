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

    @Test("objects are found by an indexed field, whatever was there before and came since")
    func index() async throws {
        let cache = ResourceCache(
            store: store, prefix: "/registry/configmaps/", isNamespaced: true,
            indexed: SelectableField("data.v", paths: ["data.v"]))
        let names = { (value: String) in cache.objects(where: value).map(\.name).sorted() }
        try await put("a", "1")
        try await put("b", "2")
        #expect(names("1").isEmpty)
        _ = try await cache.snapshot()
        #expect(names("1") == ["a"])
        try await put("c", "1")
        try await put("b", "1")
        #expect(names("1") == ["a", "b", "c"] && names("2").isEmpty)
        try await put("a", "")
        _ = try await store.commit(
            StoreTransaction(conditions: [], mutations: [.delete(StoreKey("/registry/configmaps/default/c"))]))
        #expect(names("1") == ["b"] && names("").isEmpty)
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
        for index in 0...Watcher.Limit.remote.events { try await put("a", String(index)) }
        #expect(watcher.end == .tooSlow)
        let rest = await watcher.next()
        #expect(rest == nil || rest?.isEmpty == true)
    }

    @Test("a crowd of watchers is told in batches: each hears of every change once, in order, also who comes late")
    func crowd() async throws {
        let cache = cache()
        let start = try await put("a", "0")
        #expect(ResourceCache.deliveryDelay(watchers: 1) == .zero)
        #expect(ResourceCache.deliveryDelay(watchers: 100_000) == .milliseconds(25))
        var watchers: [Watcher] = []
        for _ in 0..<80 { watchers.append(try await cache.watch(ObjectSelection(), from: .after(start.rawValue))) }
        for index in 1...10 {
            try await put("a", String(index))
            if index == 5 { watchers.append(try await cache.watch(ObjectSelection(), from: .after(start.rawValue))) }
        }
        for watcher in watchers {
            var revisions: [UInt64] = []
            while revisions.count < 10, let batch = await watcher.next() {
                for case .event(_, let event) in batch { revisions.append(event.revision) }
            }
            #expect(revisions == (1...10).map { start.rawValue + $0 })
            cache.stop(watcher)
        }
    }

    @Test("a bookmark comes after all changes up to its revision")
    func bookmarkOrder() async throws {
        let cache = cache()
        try await put("a", "0")
        var watchers: [Watcher] = []
        for _ in 0..<80 { watchers.append(try await cache.watch(ObjectSelection(), from: .now)) }
        let last = try await put("a", "1")
        cache.bookmark(watchers[0])
        var seen: [String] = []
        while seen.count < 2, let batch = await watchers[0].next() {
            for delivery in batch {
                switch delivery {
                case .event(_, let event): seen.append("event \(event.revision)")
                case .bookmark(let revision, _): seen.append("bookmark \(revision)")
                case .initial: break
                }
            }
        }
        #expect(seen == ["event \(last.rawValue)", "bookmark \(last.rawValue)"])
        for watcher in watchers { cache.stop(watcher) }
    }

    @Test("a watcher that keeps too many bytes waiting is cut off; one that takes them is not")
    func slowBytes() throws {
        let bytes = [UInt8](repeating: 0, count: 1000)
        func event(_ revision: UInt64) -> CacheEvent {
            CacheEvent(
                revision: revision,
                current: StoredObject(bytes: bytes, namespace: "default", name: "a", uid: "", revision: revision),
                previous: nil)
        }
        let watcher = Watcher(selection: ObjectSelection(), limit: .init(events: 100, bytes: 2500))
        #expect(watcher.offer([event(1)]))
        #expect(watcher.offer([event(2)]))
        #expect(!watcher.offer([event(3)]))
        #expect(watcher.end == .tooSlow)
        let single = Watcher(selection: ObjectSelection(), limit: .init(events: 100, bytes: 10))
        #expect(single.offer([event(1)]), "one event is taken, however large")
        #expect(!single.offer([event(2)]))
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
