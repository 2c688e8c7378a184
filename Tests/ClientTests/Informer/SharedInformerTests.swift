// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Logging
import Synchronization
import Testing
import Wire

@testable import Client

/// A transport that shares stored objects, as the API server's own process has it.
private final class SharedObjects: ObjectTransport {
    private struct State {
        var objects: [String: StoredObject] = [:]
        var revision: UInt64 = 1
        var watches: [AsyncStream<[ObjectEvent]>.Continuation] = []
    }
    private let state = Mutex(State())
    let watching: AsyncStream<Void>
    private let watchBegan: AsyncStream<Void>.Continuation

    init() { (watching, watchBegan) = AsyncStream.makeStream() }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
        throw TransportError(.invalid, "objects are shared")
    }

    func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
        throw TransportError(.invalid, "objects are shared")
    }

    func listObjects(_ query: ObjectQuery) async throws(ClientError) -> ObjectPage {
        state.withLock {
            ObjectPage(
                objects: $0.objects.values.sorted { $0.name < $1.name }, resourceVersion: String($0.revision))
        }
    }

    func watchObjects(_ query: ObjectQuery, after resourceVersion: String) async throws(ClientError) -> ObjectEvents {
        let (stream, continuation) = AsyncStream.makeStream(of: [ObjectEvent].self)
        state.withLock { $0.watches.append(continuation) }
        watchBegan.yield()
        return ObjectEvents(stream)
    }

    @discardableResult
    func put(_ pod: Pod) -> StoredObject {
        state.withLock { state in
            state.revision += 1
            var pod = pod
            pod.metadata.resourceVersion = String(state.revision)
            let object = StoredObject(
                bytes: JSONCoding.encode(pod), namespace: pod.metadata.namespace, name: pod.metadata.name,
                uid: pod.metadata.uid, revision: state.revision)
            let isNew = state.objects.updateValue(object, forKey: object.name) == nil
            for watch in state.watches { watch.yield([isNew ? .added(object) : .modified(object)]) }
            return object
        }
    }

    func remove(_ name: String) {
        state.withLock { state in
            guard let object = state.objects.removeValue(forKey: name) else { return }
            for watch in state.watches { watch.yield([.deleted(object)]) }
        }
    }
}

struct SharedInformerTests {
    private func pod(_ name: String, app: String = "a", node: String = "") -> Pod {
        Pod {
            ($0.metadata.namespace, $0.metadata.name, $0.metadata.uid) = ("default", name, "uid-" + name)
            $0.metadata.labels = ["app": app, "tier": "front"]
            $0.spec.nodeName = node
        }
    }

    private func with(
        _ transport: SharedObjects, indexes: [InformerIndex<Pod>] = [],
        transform: (@Sendable (inout Pod) -> Void)? = nil,
        _ body: (Informer<Pod>) async throws -> Void
    ) async throws {
        let informer = Informer<Pod>(
            client: KubernetesClient(transport: transport), ObjectQuery(ResourcePath(Pod.resource)), indexes: indexes,
            transform: transform, logger: Logger(label: "test"))
        let run = Task { await informer.run() }  // awaited below
        try await informer.waitForSync()
        for await _ in transport.watching { break }
        try await body(informer)
        run.cancel()
        await run.value
    }

    private func text(_ event: InformerEvent<Pod>) -> String {
        switch event {
        case .added(let pod): "+\(pod.metadata.name)"
        case .updated(let old, let new): "~\(new.metadata.name) \(old.spec.nodeName)>\(new.spec.nodeName)"
        case .deleted(let pod): "-\(pod.metadata.name)"
        }
    }

    @Test("it tells of what is there, of changes with the state before, and of what goes")
    func follows() async throws {
        let transport = SharedObjects()
        transport.put(pod("a"))
        try await with(transport, indexes: [.nodeName]) { informer in
            var events = await informer.events().makeAsyncIterator()
            #expect(await events.next().map(text) == "+a")
            transport.put(pod("a", node: "n1"))
            #expect(await events.next().map(text) == "~a >n1")
            #expect(informer.store.list(index: "nodeName", value: "n1").map(\.metadata.name) == ["a"])
            transport.put(pod("a", node: "n2"))
            #expect(await events.next().map(text) == "~a n1>n2")
            #expect(informer.store.list(index: "nodeName", value: "n1").isEmpty)
            #expect(informer.store.get(namespace: "default", name: "a")?.spec.nodeName == "n2")
            transport.remove("a")
            #expect(await events.next().map(text) == "-a")
            #expect(informer.store.count == 0)
            #expect(informer.store.list(index: "nodeName", value: "n2").isEmpty)
        }
    }

    @Test("many objects are told in batches, and can all be read")
    func many() async throws {
        let transport = SharedObjects()
        for index in 0..<1000 { transport.put(pod("p\(1000 + index)", app: index % 2 == 0 ? "a" : "b")) }
        try await with(transport, indexes: [.label]) { informer in
            let sizes = Mutex<[Int]>([])
            await informer.addHandler { events in sizes.withLock { $0.append(events.count) } }
            #expect(sizes.withLock { $0.reduce(0, +) } == 1000)
            #expect(sizes.withLock { $0.allSatisfy { $0 <= 256 } })
            #expect(informer.store.list().count == 1000)
            #expect(informer.store.list(namespace: "default", labels: ["app": "b", "tier": "front"]).count == 500)
            #expect(informer.store.list(namespace: "other", labels: ["app": "b"]).isEmpty)
            #expect(informer.store.list(namespace: "default", labels: ["app": "c"]).isEmpty)
        }
    }

    @Test("labels select without an index too")
    func labels() async throws {
        let transport = SharedObjects()
        transport.put(pod("a"))
        transport.put(pod("b", app: "b"))
        try await with(transport) { informer in
            #expect(informer.store.list(namespace: "default", labels: ["app": "b"]).map(\.metadata.name) == ["b"])
        }
    }

    @Test("a transform is seen by handlers and readers")
    func transformed() async throws {
        let transport = SharedObjects()
        transport.put(pod("a"))
        try await with(transport, transform: { $0.metadata.labels = [:] }) { informer in
            var events = await informer.events().makeAsyncIterator()
            #expect(await events.next()?.object.metadata.labels.isEmpty == true)
            transport.put(pod("a", node: "n"))
            #expect(await events.next()?.object.metadata.labels.isEmpty == true)
            #expect(informer.store.list().allSatisfy { $0.metadata.labels.isEmpty })
        }
    }
}

struct RecentObjectsTests {
    private func stored(_ name: String, _ revision: UInt64, bytes: Int = 100) -> (StoredObject, ObjectKey) {
        (
            StoredObject(
                bytes: [UInt8](repeating: 32, count: bytes), namespace: "d", name: name, uid: "", revision: revision),
            ObjectKey(namespace: "d", name: name)
        )
    }

    @Test("the newest are remembered up to the bound, each by its very version")
    func bound() {
        var recent = RecentObjects<Pod>(limit: 250)
        let (a1, a) = stored("a", 1)
        let (b1, b) = stored("b", 2)
        let (b2, _) = stored("b", 3)
        let (c1, c) = stored("c", 4)
        recent.remember(Pod(), of: a1, a)
        recent.remember(Pod(), of: b1, b)
        recent.remember(Pod(), of: b2, b)
        #expect(recent.object(of: a1, a) != nil)
        #expect(recent.object(of: b1, b) == nil)
        #expect(recent.object(of: b2, b) != nil)
        recent.remember(Pod(), of: c1, c)
        #expect(recent.object(of: a1, a) == nil)
        #expect(recent.object(of: b2, b) != nil)
        #expect(recent.object(of: c1, c) != nil)
        recent.forget(c)
        #expect(recent.object(of: c1, c) == nil)
    }
}
