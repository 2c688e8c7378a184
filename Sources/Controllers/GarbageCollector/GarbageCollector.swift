// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Synchronization
import Wire

/// Deletes what nobody owns any more, and carries out foreground and orphaning deletions.
final class GarbageCollector: Sendable {
    private let context: ControllerContext
    private let graph = Mutex(OwnershipGraph())
    /// UIDs of objects to look at.
    private let queue: WorkQueue<String>
    /// Owners that the API server was asked about and does not have.
    private let absentOwners = Mutex<[String]>([])

    init(_ context: ControllerContext) {
        self.context = context.named("generic-garbage-collector")
        queue = WorkQueue(name: "garbage_collector", timekeeper: context.timekeeper)
    }

    func run() async throws {
        var informers: [(ResourcePath, Informer<PartialObjectMetadata>)] = []
        for resource in ResourceInfo.all where Self.isCollectable(resource) {
            let path = ResourcePath(resource)
            let informer = Informer<PartialObjectMetadata>(
                client: context.client, ObjectQuery(path), transform: Self.strip, logger: context.logger,
                timekeeper: context.timekeeper)
            await informer.addHandler { [self] changes in for change in changes { changed(change, of: path) } }
            informers.append((path, informer))
        }
        await withDiscardingTaskGroup { group in
            for (_, informer) in informers { group.addTask { await informer.run() } }
            group.addTask { [self, informers] in
                do {
                    for (_, informer) in informers { try await informer.waitForSync() }
                } catch { return }  // cancelled: the collector ends
                await Controller(name: "garbage_collector", queue: queue, workers: 5, logger: context.logger) {
                    try await self.look(at: $0)
                }.run()
            }
        }
    }

    private static func isCollectable(_ resource: ResourceInfo) -> Bool {
        // Events own nothing, are owned by nobody and come in masses.
        ["delete", "list", "watch"].allSatisfy(resource.verbs.contains) && resource.plural != "events"
            && !(resource.plural == "horizontalpodautoscalers" && resource.version == "v1")
    }

    /// Only what the graph needs is kept.
    private static let strip: @Sendable (inout PartialObjectMetadata) -> Void = { object in
        object.metadata.labels = [:]
        object.metadata.annotations = [:]
        object.metadata.managedFields = []
    }

    private func changed(_ change: InformerEvent<PartialObjectMetadata>, of path: ResourcePath) {
        let object = change.object
        let node = OwnershipGraph.Node(
            resource: path, key: object.key, uid: object.metadata.uid, owners: object.metadata.ownerReferences,
            isTerminating: object.isTerminating, finalizers: object.metadata.finalizers)
        var toLookAt: [String] = []
        graph.withLock { graph in
            if case .deleted = change {
                graph.remove(uid: node.uid)
                toLookAt = graph.dependents(of: node.uid).map(\.uid) + node.owners.map(\.uid)
            } else {
                graph.insert(node)
                if !node.owners.isEmpty || node.isDeletingDependents || node.isOrphaningDependents {
                    toLookAt = [node.uid]
                }
            }
        }
        queue.add(contentsOf: toLookAt)
    }

    private func look(at uid: String) async throws {
        guard let node = graph.withLock({ $0.nodes[uid] }) else { return }
        if node.isOrphaningDependents { return try await orphanDependents(of: node) }
        if node.isDeletingDependents { return try await deleteDependents(of: node) }
        guard !node.isTerminating, !node.owners.isEmpty else { return }
        var owners: [String: CollectionPlan.OwnerState] = [:]
        for reference in node.owners { owners[reference.uid] = try await state(of: reference, for: node) }
        let hasDependents = graph.withLock { !$0.dependents(of: uid).isEmpty }
        switch CollectionPlan.decide(node, owners: owners, hasDependents: hasDependents) {
        case .keep: return
        case .dropOwners(let gone): try await removeOwners(gone, from: node)
        case .delete(let policy): try await delete(node, policy: policy)
        }
    }

    /// Whether an owner exists: by the graph, else by asking.
    private func state(of reference: OwnerReference, for node: OwnershipGraph.Node) async throws
        -> CollectionPlan.OwnerState
    {
        if let owner = graph.withLock({ $0.nodes[reference.uid] }) {
            let isInReach = owner.key.namespace.isEmpty || owner.key.namespace == node.key.namespace
            guard isInReach else { return .absent }
            return owner.isDeletingDependents && reference.blockOwnerDeletion == true ? .waiting : .present
        }
        if absentOwners.withLock({ $0.contains(reference.uid) }) { return .absent }
        guard let resource = Self.resource(of: reference) else { return .present }
        do throws(ClientError) {
            let owner = try await context.client.get(
                PartialObjectMetadata.self, at: ResourcePath(resource),
                namespace: resource.isNamespaced ? node.key.namespace : "",
                name: reference.name)
            if owner.metadata.uid == reference.uid { return .present }
        } catch {
            guard error.isNotFound else { throw error }
        }
        absentOwners.withLock { absent in
            absent.append(reference.uid)
            if absent.count > 500 { absent.removeFirst(250) }
        }
        return .absent
    }

    private static func resource(of reference: OwnerReference) -> ResourceInfo? {
        ResourceInfo.all.first {
            $0.kind == reference.kind && $0.apiVersion == reference.apiVersion && $0.verbs.contains("get")
        }
    }

    private func delete(_ node: OwnershipGraph.Node, policy: String) async throws {
        let options = DeleteOptions {
            $0.propagationPolicy = policy
            $0.preconditions = Preconditions { $0.uid = node.uid }
        }
        try await ignoringAbsence { () throws(ClientError) in
            try await self.context.client.delete(
                at: node.resource, namespace: node.key.namespace, name: node.key.name, options: options)
        }
    }

    private func deleteDependents(of node: OwnershipGraph.Node) async throws {
        let blocking = graph.withLock { $0.blockingDependents(of: node.uid) }
        if blocking.isEmpty { return try await removeFinalizer("foregroundDeletion", from: node) }
        queue.add(contentsOf: blocking.filter { !$0.isTerminating }.map(\.uid))
    }

    private func orphanDependents(of node: OwnershipGraph.Node) async throws {
        for dependent in graph.withLock({ $0.dependents(of: node.uid) }) {
            try await removeOwners([node.uid], from: dependent)
        }
        try await removeFinalizer("orphan", from: node)
    }

    private func removeOwners(_ uids: [String], from node: OwnershipGraph.Node) async throws {
        try await change(node) { metadata in metadata.ownerReferences.removeAll { uids.contains($0.uid) } }
    }

    private func removeFinalizer(_ finalizer: String, from node: OwnershipGraph.Node) async throws {
        try await change(node) { metadata in metadata.finalizers.removeAll { $0 == finalizer } }
    }

    /// Rewrites owners and finalizers of an object that is still the one that was seen.
    private func change(_ node: OwnershipGraph.Node, _ change: (inout ObjectMeta) -> Void) async throws {
        try await ignoringAbsence { () throws(ClientError) in
            let present = try await self.context.client.get(
                PartialObjectMetadata.self, at: node.resource, namespace: node.key.namespace, name: node.key.name)
            guard present.metadata.uid == node.uid else { return }
            var metadata = present.metadata
            change(&metadata)
            guard metadata != present.metadata else { return }
            let patch = Self.patch(metadata)
            _ = try await self.context.client.patch(
                PartialObjectMetadata.self, at: node.resource, namespace: node.key.namespace, name: node.key.name,
                .merge(patch))
        }
    }

    /// A merge patch of owners and finalizers, bound to the version that was read.
    private static func patch(_ metadata: ObjectMeta) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("metadata")
        writer.beginObject()
        writer.key("resourceVersion")
        writer.string(metadata.resourceVersion)
        writer.key("ownerReferences")
        writer.list(metadata.ownerReferences)
        writer.key("finalizers")
        writer.strings(metadata.finalizers)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private func ignoringAbsence(_ work: () async throws(ClientError) -> Void) async throws {
        do throws(ClientError) {
            try await work()
        } catch {
            if !error.isNotFound { throw error }
        }
    }
}
