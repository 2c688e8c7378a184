// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
public import Logging
import Synchronization

/// Hands out one informer for each query, so that all consumers in a process share it.
///
/// - SeeAlso: `SharedInformerFactory` of `k8s.io/client-go/informers`.
public final class InformerFactory: Sendable {
    private struct Identity: Hashable, Sendable {
        var type: ObjectIdentifier
        var query: ObjectQuery
    }

    private struct State: Sendable {
        var informers: [Identity: any RunnableInformer] = [:]
    }

    public let client: KubernetesClient
    private let logger: Logger
    private let timekeeper: Timekeeper
    private let state = Mutex(State())
    private let starting: AsyncStream<any RunnableInformer>
    private let startingContinuation: AsyncStream<any RunnableInformer>.Continuation

    public init(client: KubernetesClient, logger: Logger, timekeeper: Timekeeper = Timekeeper()) {
        self.client = client
        self.logger = logger
        self.timekeeper = timekeeper
        (starting, startingContinuation) = AsyncStream.makeStream()
    }

    /// The informer of a type, made on the first call; it lists and watches as soon as ``run()`` runs.
    ///
    /// - Parameter indexes: added to those that the informer has.
    public func informer<Object: RESTObject>(
        of type: Object.Type, namespace: String? = nil, labelSelector: String = "", fieldSelector: String = "",
        indexes: [InformerIndex<Object>] = []
    ) -> Informer<Object> {
        let query = ObjectQuery(
            ResourcePath(Object.resource), namespace: namespace, labelSelector: labelSelector,
            fieldSelector: fieldSelector)
        return informer(of: type, query, indexes: indexes)
    }

    /// The informer of an explicit resource, for example as `PartialObjectMetadata`.
    public func informer<Object: KubernetesObject>(
        of type: Object.Type, _ query: ObjectQuery, indexes: [InformerIndex<Object>] = []
    ) -> Informer<Object> {
        let identity = Identity(type: ObjectIdentifier(Object.self), query: query)
        let fresh = Informer<Object>(client: client, query, indexes: indexes, logger: logger, timekeeper: timekeeper)
        let known = state.withLock { state -> Informer<Object>? in
            if let known = state.informers[identity] as? Informer<Object> { return known }
            state.informers[identity] = fresh
            return nil
        }
        guard let known else {
            startingContinuation.yield(fresh)
            return fresh
        }
        for index in indexes { known.store.addIndex(index) }
        return known
    }

    /// Runs all informers, also those that are asked for later, until the task is cancelled. To be called once.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for await informer in starting {
                group.addTask { await informer.run() }
            }
            group.cancelAll()
        }
    }

    /// Waits until all informers asked for so far have synced.
    ///
    /// - Throws: `CancellationError`.
    public func waitForSync() async throws {
        let all = state.withLock { Array($0.informers.values) }
        for informer in all { try await informer.waitForSync() }
    }
}

/// An informer of any type.
protocol RunnableInformer: Sendable {
    func run() async
    func waitForSync() async throws
}

extension Informer: RunnableInformer {}
