// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Wire

/// Removes pods whose node is gone for good: nobody else can finish them.
struct PodGCController: Sendable {
    /// How long a node must be missing before its pods go.
    static let quarantine = Duration.seconds(40)

    private let context: ControllerContext
    private let pods: Informer<Pod>
    private let nodes: Informer<Node>
    private let queue: WorkQueue<ObjectKey>

    init(_ context: ControllerContext) {
        let context = context.named("pod-garbage-collector")
        self.context = context
        pods = context.informers.informer(of: Pod.self, indexes: [.nodeName])
        nodes = context.informers.informer(of: Node.self)
        queue = WorkQueue(name: "pod_gc", timekeeper: context.timekeeper)
    }

    func run() async throws {
        try await nodes.waitForSync()
        await nodes.addHandler { changes in
            for case .deleted(let node) in changes {
                for pod in pods.store.list(index: InformerIndex<Pod>.nodeName.name, value: node.metadata.name) {
                    queue.add(pod.key, after: Self.quarantine)
                }
            }
        }
        await pods.addHandler { changes in
            for change in changes { podChanged(change.object) }
        }
        try await pods.waitForSync()
        await Controller(name: "pod_gc", queue: queue, workers: 2, logger: context.logger) { try await reconcile($0) }
            .run()
    }

    private func podChanged(_ pod: Pod) {
        if pod.spec.nodeName.isEmpty {
            if pod.isTerminating { queue.add(pod.key) }
        } else if nodes.store.get(name: pod.spec.nodeName) == nil {
            queue.add(pod.key, after: Self.quarantine)
        }
    }

    private func reconcile(_ key: ObjectKey) async throws {
        guard let pod = pods.store.get(key) else { return }
        if pod.spec.nodeName.isEmpty {
            guard pod.isTerminating else { return }
        } else {
            guard nodes.store.get(name: pod.spec.nodeName) == nil, try await !nodeExists(pod.spec.nodeName) else {
                return
            }
        }
        let options = DeleteOptions {
            $0.gracePeriodSeconds = 0
            $0.preconditions = Preconditions { $0.uid = pod.metadata.uid }
        }
        do throws(ClientError) {
            try await context.client.delete(Pod.self, namespace: key.namespace, name: key.name, options: options)
        } catch {
            if !error.isNotFound { throw error }
        }
    }

    private func nodeExists(_ name: String) async throws -> Bool {
        do throws(ClientError) {
            _ = try await context.client.get(Node.self, name: name)
            return true
        } catch {
            if error.isNotFound { return false }
            throw error
        }
    }
}
