// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Synchronization

/// Watches the resources that some quota counts by number: from when the first quota names them.
final class CountedObjects: Sendable {
    private typealias MetadataInformer = Informer<PartialObjectMetadata>

    private let context: ControllerContext
    private let informers = Mutex<[String: MetadataInformer]>([:])
    private let starting: AsyncStream<MetadataInformer>
    private let continuation: AsyncStream<MetadataInformer>.Continuation

    init(_ context: ControllerContext) {
        self.context = context
        (starting, continuation) = AsyncStream.makeStream(of: MetadataInformer.self)
    }

    /// Watches until the task is cancelled. To be called once.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await informer in starting { group.addTask { await informer.run() } }
        }
    }

    /// Begins to watch a resource, and waits until what is deleted from now on will be told.
    ///
    /// - Parameter onDeletion: is told the namespace of every object that is gone; that of the first call counts.
    /// - Throws: `CancellationError`.
    func follow(_ resource: ResourceInfo, onDeletion: @escaping @Sendable (String) -> Void) async throws {
        if let known = informers.withLock({ $0[resource.qualifiedName] }) { return try await known.waitForSync() }
        let made = MetadataInformer(
            client: context.client, ObjectQuery(ResourcePath(resource)), transform: Self.strip, logger: context.logger,
            timekeeper: context.timekeeper)
        await made.addHandler { changes in
            for case .deleted(let object) in changes { onDeletion(object.metadata.namespace) }
        }
        let (informer, isNew) = informers.withLock { informers in
            if let other = informers[resource.qualifiedName] { return (other, false) }
            informers[resource.qualifiedName] = made
            return (made, true)
        }
        if isNew { continuation.yield(informer) }
        try await informer.waitForSync()
    }

    /// Only the key is looked at.
    private static let strip: @Sendable (inout PartialObjectMetadata) -> Void = { object in
        object.metadata.labels = [:]
        object.metadata.annotations = [:]
        object.metadata.managedFields = []
        object.metadata.ownerReferences = []
    }
}
