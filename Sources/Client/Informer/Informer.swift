// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
public import Logging
import Synchronization

/// Keeps a copy of the objects of one resource, and tells of every change: a list, then a watch, for as long as it runs.
///
/// Several consumers share one informer (see ``InformerFactory``). Handlers are called one after the other, in the order of the
/// changes; they must be quick, and usually put a key on a ``WorkQueue``.
///
/// - SeeAlso: `SharedIndexInformer` of `k8s.io/client-go/tools/cache`.
public final class Informer<Object: KubernetesObject>: Sendable {
    public typealias Handler = @Sendable ([InformerEvent<Object>]) -> Void

    public let query: ObjectQuery
    public let store: InformerStore<Object>

    private let client: KubernetesClient
    private let logger: Logger
    private let timekeeper: Timekeeper
    private let backoff: RetryBackoff
    private let chance: @Sendable () -> Double
    private let distributor: InformerDistributor<Object>
    private let sync = SyncGate()

    /// - Parameters:
    ///   - query: which objects.
    ///   - indexes: beside the index by namespace, which is always there.
    ///   - transform: changes an object before anybody sees it, for example to leave out what nobody reads.
    ///   - chance: a number from 0 up to 1, for jitter.
    public init(
        client: KubernetesClient, _ query: ObjectQuery, of type: Object.Type = Object.self,
        indexes: [InformerIndex<Object>] = [], transform: (@Sendable (inout Object) -> Void)? = nil, logger: Logger,
        timekeeper: Timekeeper = Timekeeper(), backoff: RetryBackoff = .listWatch,
        chance: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.client = client
        self.query = query
        self.logger = logger
        self.timekeeper = timekeeper
        self.backoff = backoff
        self.chance = chance
        store = InformerStore(indexes: indexes, transform: transform)
        distributor = InformerDistributor(store: store, logger: logger)
    }

    /// Whether the first list is in the store, and all handlers have been told of it.
    public var hasSynced: Bool { sync.isOpen }

    /// Waits until ``hasSynced``.
    ///
    /// - Throws: `CancellationError`.
    public func waitForSync() async throws { try await sync.wait() }

    /// Adds a handler. It is first told of all known objects as added.
    public func addHandler(_ handler: @escaping Handler) async { await distributor.add(handler) }

    /// Puts the key of every object that changes on a queue.
    public func enqueueKeys(on queue: WorkQueue<ObjectKey>) async {
        await addHandler { events in for event in events { queue.add(event.key) } }
    }

    /// The changes from now on, all known objects first. Nothing is lost, so a reader that stops reading has to let go of it.
    public func events() async -> AsyncStream<InformerEvent<Object>> {
        let (stream, continuation) = AsyncStream.makeStream(of: InformerEvent<Object>.self)
        await addHandler { events in for event in events { continuation.yield(event) } }
        return stream
    }

    /// Lists and watches until the task is cancelled.
    public func run() async {
        var failures = 0
        var version: String?
        while !Task.isCancelled {
            let started = timekeeper.elapsed
            do {
                let from: String
                if let version { from = version } else { from = try await relist(consistent: failures > 0) }
                version = from
                try await follow(from: from) { version = $0 }
                // A server that ends each watch at once must not be asked in a tight loop.
                failures = timekeeper.elapsed - started < .seconds(1) ? failures + 1 : 0
            } catch {
                if Task.isCancelled { return }
                let failure = error as? ClientError
                if failure?.code == .expired { version = nil }
                failures = timekeeper.elapsed - started > .seconds(60) ? 1 : failures + 1
                report(error, failures: failures)
            }
            if failures > 0 { await pause(failures) }
        }
    }

    private func relist(consistent: Bool) async throws -> String {
        let (objects, version) = try await client.listForInformer(
            Object.self, query, resourceVersion: consistent ? nil : "0")
        await distributor.replace(objects)
        sync.open()
        return version
    }

    private func follow(from version: String, progress: (String) -> Void) async throws {
        if let shared = client.transport as? any ObjectTransport {
            for try await batch in try await shared.watchObjects(query, after: version) {
                if let reached = await distributor.apply(batch) { progress(reached) }
            }
            return
        }
        let minutes = 5 + 5 * chance()
        let changes = try await client.watch(
            Object.self, query, after: version, timeout: .seconds(Int64(minutes * 60)))
        for try await batch in changes {
            for case .unreadable(let error) in batch {
                logger.error(
                    "skipping an object of a watch", metadata: ["query": "\(query.path)", "error": "\(error)"])
            }
            await distributor.apply(batch)
            if let last = batch.last(where: { $0.resourceVersion != nil })?.resourceVersion { progress(last) }
        }
    }

    private func pause(_ failures: Int) async {
        // Cancelled means that `run` is over, which its loop looks at next.
        try? await timekeeper.sleep(for: backoff.delay(afterFailures: failures, chance: chance()))
    }

    private func report(_ error: any Error, failures: Int) {
        logger.log(
            level: failures > 3 ? .warning : .debug, "list and watch failed, will retry",
            metadata: ["query": "\(query.path)", "failures": "\(failures)", "error": "\(error)"])
    }
}

extension Informer where Object: RESTObject {
    /// An informer of all objects of a type, or of those of a namespace and selectors.
    public convenience init(
        client: KubernetesClient, of type: Object.Type, namespace: String? = nil, labelSelector: String = "",
        fieldSelector: String = "", indexes: [InformerIndex<Object>] = [], logger: Logger,
        timekeeper: Timekeeper = Timekeeper()
    ) {
        self.init(
            client: client,
            ObjectQuery(
                ResourcePath(Object.resource), namespace: namespace, labelSelector: labelSelector,
                fieldSelector: fieldSelector),
            indexes: indexes, logger: logger, timekeeper: timekeeper)
    }
}
