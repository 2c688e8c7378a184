// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Wire

/// Empties namespaces that are being deleted, then lets them go.
struct NamespaceController: Sendable {
    private static let finalizer = "kubernetes"
    /// How long after its deletion a namespace keeps its contents: whoever deletes a manifest's namespace goes on to delete what is
    /// in it, and must find that still there. Upstream's controller waits for a few seconds too.
    private static let settling = Duration.seconds(2)

    private let context: ControllerContext
    private let namespaces: Informer<Namespace>
    private let queue: WorkQueue<ObjectKey>

    init(_ context: ControllerContext) {
        let context = context.named("namespace-controller")
        self.context = context
        namespaces = context.informers.informer(of: Namespace.self)
        queue = WorkQueue(name: "namespace", timekeeper: context.timekeeper)
    }

    func run() async throws {
        await namespaces.addHandler { changes in
            for change in changes {
                guard let deleted = change.object.metadata.deletionTimestamp else { continue }
                let age = Duration.seconds(max(0, context.timekeeper.time.seconds - deleted.seconds))
                queue.add(change.key, after: max(.zero, Self.settling - age))
            }
        }
        try await namespaces.waitForSync()
        await Controller(name: "namespace", queue: queue, workers: 4, logger: context.logger) {
            try await reconcile($0)
        }.run()
    }

    private func reconcile(_ key: ObjectKey) async throws {
        guard let cached = namespaces.store.get(key), cached.isTerminating,
            cached.spec.finalizers.contains(Self.finalizer)
        else { return }
        let contents = await empty(namespace: key.name)
        var namespace: Namespace
        do throws(ClientError) {
            namespace = try await context.client.get(Namespace.self, name: key.name)
        } catch {
            if error.isNotFound { return }
            throw error
        }
        guard namespace.metadata.uid == cached.metadata.uid else { return }
        if contents.isEmpty {
            namespace.spec.finalizers.removeAll { $0 == Self.finalizer }
            try await finalize(namespace)
            return
        }
        try await report(contents, on: namespace)
        // Pods take their grace period; other finalizers may take long: look again soon, then less often.
        queue.addRateLimited(key)
    }

    private func finalize(_ namespace: Namespace) async throws {
        let path = ResourcePath(Namespace.resource).object(
            namespace: nil, name: namespace.metadata.name, subresource: "finalize")
        let request = TransportRequest(
            .put, path, headers: [("content-type", "application/json")], body: JSONCoding.encode(namespace))
        do throws(ClientError) {
            _ = try await context.client.performRaw(request)
        } catch {
            if !error.isNotFound { throw error }
        }
    }

    private func report(_ contents: NamespaceContents, on namespace: Namespace) async throws {
        var changed = namespace
        changed.status.phase = NamespacePhase.terminating
        changed.status.conditions = contents.conditions(namespace.status.conditions, now: context.timekeeper.time)
        guard changed != namespace else { return }
        _ = try await context.client.updateStatus(changed)
    }

    /// Asks for the deletion of everything in the namespace; answers what is still there.
    private func empty(namespace: String) async -> NamespaceContents {
        var contents = NamespaceContents()
        for resource in ResourceInfo.all where resource.isNamespaced && resource.verbs.contains("deletecollection") {
            // Events in two groups are the same objects.
            guard !(resource.group == "events.k8s.io") else { continue }
            do throws(ClientError) {
                try await empty(resource, namespace: namespace, into: &contents)
            } catch {
                contents.failures.append("\(resource.qualifiedName): \(error.message)")
            }
        }
        return contents
    }

    private func empty(_ resource: ResourceInfo, namespace: String, into contents: inout NamespaceContents)
        async throws(ClientError)
    {
        let path = ResourcePath(resource)
        guard try await !list(path, namespace).isEmpty else { return }
        try await context.client.deleteCollection(at: path, namespace: namespace)
        let left = try await list(path, namespace)
        guard !left.isEmpty else { return }
        contents.remaining[resource.qualifiedName] = left.count
        for finalizer in left.flatMap(\.metadata.finalizers) { contents.finalizers[finalizer, default: 0] += 1 }
    }

    private func list(_ path: ResourcePath, _ namespace: String) async throws(ClientError) -> [PartialObjectMetadata] {
        try await context.client.list(
            PartialObjectMetadata.self, at: path, namespace: namespace, options: ListQuery(resourceVersion: "0")
        ).items
    }
}
