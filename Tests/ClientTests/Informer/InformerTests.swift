// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import ClientTestKit
import KubernetesAPI
import Logging
import MartletTestKit
import Synchronization
import Testing
import Wire

struct InformerTests {
    private let cluster = FakeCluster()
    private let clock = ManualClock()

    private func pod(_ name: String, node: String = "", namespace: String = "default") -> Pod {
        Pod {
            $0.metadata.namespace = namespace
            $0.metadata.name = name
            $0.spec.nodeName = node
        }
    }

    private func informer(_ indexes: [InformerIndex<Pod>] = []) -> Informer<Pod> {
        Informer(
            client: cluster.client, of: Pod.self, indexes: indexes, logger: Logger(label: "test"),
            timekeeper: Timekeeper(clock: clock))
    }

    /// Runs an informer while `body` runs.
    private func with(_ informer: Informer<Pod>, _ body: () async throws -> Void) async throws {
        let run = Task { await informer.run() }  // awaited below
        try await body()
        run.cancel()
        await run.value
    }

    @Test("it knows what is there, then what comes, changes and goes")
    func follows() async throws {
        try cluster.add(pod("a"))
        let informer = informer()
        try await with(informer) {
            try await informer.waitForSync()
            #expect(informer.store.get(namespace: "default", name: "a") != nil)
            var events = await informer.events().makeAsyncIterator()
            #expect(await events.next().map(Self.text) == "+a")
            try cluster.add(pod("b"))
            #expect(await events.next().map(Self.text) == "+b")
            try cluster.add(pod("b", node: "n"))
            #expect(await events.next().map(Self.text) == "~b")
            cluster.remove(Pod.self, namespace: "default", name: "a")
            #expect(await events.next().map(Self.text) == "-a")
            #expect(informer.store.count == 1)
            #expect(informer.store.get(namespace: "default", name: "b")?.spec.nodeName == "n")
        }
    }

    @Test("objects are found by namespace and by the indexes, also those added later")
    func indexes() async throws {
        try cluster.add(pod("a", node: "n1"))
        try cluster.add(pod("b", node: "n2", namespace: "other"))
        let informer = informer([.nodeName])
        try await with(informer) {
            try await informer.waitForSync()
            #expect(informer.store.list(index: "nodeName", value: "n1").map(\.metadata.name) == ["a"])
            #expect(informer.store.list(namespace: "other").map(\.metadata.name) == ["b"])
            informer.store.addIndex(InformerIndex("first letter") { [String($0.metadata.name.prefix(1))] })
            #expect(informer.store.list(index: "first letter", value: "b").count == 1)
            var events = await informer.events().makeAsyncIterator()
            _ = await events.next()
            _ = await events.next()
            try cluster.add(pod("a", node: "n2"))
            _ = await events.next()
            #expect(informer.store.list(index: "nodeName", value: "n1").isEmpty)
            #expect(informer.store.list(index: "nodeName", value: "n2").count == 2)
        }
    }

    @Test("after 410 it lists again and tells of what it missed")
    func expired() async throws {
        try cluster.add(pod("a"))
        try cluster.add(pod("b"))
        let informer = informer()
        try await with(informer) {
            try await informer.waitForSync()
            var events = await informer.events().makeAsyncIterator()
            _ = await events.next()
            _ = await events.next()
            await cluster.wait { $0.requests.contains { $0.parameter("watch") == "true" } }
            cluster.react { request in
                request.parameter("watch") == "true" && request.parameter("resourceVersion") == "3"
                    ? .failure(410, reason: "Expired") : nil
            }
            cluster.endWatches()
            cluster.remove(Pod.self, namespace: "default", name: "a")
            try cluster.add(pod("c"))
            // The first wait is for the watch that ended so soon, the second one for the refusal.
            for _ in 0..<2 {
                await clock.waitForSleepers(1)
                clock.advanceToNextDeadline()
            }
            var seen: Set<String> = []
            while seen.count < 2, let event = await events.next() { seen.insert(Self.text(event)) }
            #expect(seen == ["-a", "+c"])
        }
    }

    @Test("when the server fails it waits, and then goes on")
    func backoff() async throws {
        let failures = Mutex(2)
        cluster.react { _ in
            let fails = failures.withLock { left in
                left -= 1
                return left >= 0
            }
            return fails ? .failure(503, reason: "ServiceUnavailable") : nil
        }
        try cluster.add(pod("a"))
        let informer = informer()
        try await with(informer) {
            for _ in 0..<2 {
                await clock.waitForSleepers(1)
                #expect(!informer.hasSynced)
                clock.advanceToNextDeadline()
            }
            try await informer.waitForSync()
            #expect(informer.store.count == 1)
        }
    }

    @Test("consumers of one factory share an informer, and each is told of everything")
    func factory() async throws {
        try cluster.add(pod("a"))
        let factory = InformerFactory(client: cluster.client, logger: Logger(label: "test"))
        let first = factory.informer(of: Pod.self)
        let run = Task { await factory.run() }  // awaited below
        try await factory.waitForSync()
        let second = factory.informer(of: Pod.self, indexes: [.nodeName])
        #expect(first === second)
        #expect(factory.informer(of: Pod.self, namespace: "other") !== first)
        let queue = WorkQueue<ObjectKey>(name: "test")
        await second.enqueueKeys(on: queue)
        #expect(await queue.next() == ObjectKey(namespace: "default", name: "a"))
        #expect(cluster.requests.count { $0.path == "/api/v1/pods" && $0.parameter("watch") == nil } == 1)
        run.cancel()
        await run.value
    }

    @Test("bookmarks move the point from which a watch is taken up again")
    func bookmarks() async throws {
        try cluster.add(pod("a"))
        let informer = informer()
        try await with(informer) {
            try await informer.waitForSync()
            await cluster.wait { $0.requests.contains { $0.parameter("watch") == "true" } }
            try cluster.add(ConfigMap { $0.metadata.name = "c" })
            cluster.sendBookmarks()
            let bookmark = String(cluster.revision)
            cluster.endWatches()
            await clock.waitForSleepers(1)
            clock.advanceToNextDeadline()
            await cluster.wait { cluster in
                cluster.requests.contains {
                    $0.parameter("watch") == "true" && $0.parameter("resourceVersion") == bookmark
                }
            }
        }
    }

    private static func text(_ event: InformerEvent<Pod>) -> String {
        switch event {
        case .added(let pod): "+\(pod.metadata.name)"
        case .updated(old: _, new: let pod): "~\(pod.metadata.name)"
        case .deleted(let pod): "-\(pod.metadata.name)"
        }
    }
}
