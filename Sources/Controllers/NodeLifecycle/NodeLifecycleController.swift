// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Synchronization
import Wire

/// Watches the heartbeats of nodes: taints silent and unready ones, and moves pods off them.
struct NodeLifecycleController: Sendable {
    static let leaseNamespace = "kube-node-lease"

    /// When a node was last heard of, by this process's clock: clocks of nodes may differ.
    private final class Heartbeats: Sendable {
        private struct Beat {
            var mark: String
            var at: Duration
        }

        private let beats = Mutex<[String: Beat]>([:])

        /// Takes note of a lease or status; only a new mark is a sign of life.
        func heard(_ node: String, mark: String, at time: Duration) {
            beats.withLock { beats in
                if beats[node]?.mark != mark { beats[node] = Beat(mark: mark, at: time) }
            }
        }

        func last(_ node: String) -> Duration? { beats.withLock { $0[node]?.at } }
        func forget(_ node: String) { beats.withLock { $0[node] = nil } }
    }

    private let context: ControllerContext
    private let nodes: Informer<Node>
    private let leases: Informer<Lease>
    private let pods: Informer<Pod>
    private let queue: WorkQueue<ObjectKey>
    private let evictions: WorkQueue<ObjectKey>
    private let events: EventRecorder
    private let heartbeats = Heartbeats()

    init(_ context: ControllerContext) {
        let context = context.named("node-controller")
        self.context = context
        nodes = context.informers.informer(of: Node.self)
        leases = context.informers.informer(of: Lease.self, namespace: Self.leaseNamespace)
        pods = context.informers.informer(of: Pod.self, indexes: [.nodeName])
        queue = WorkQueue(name: "node_lifecycle", timekeeper: context.timekeeper)
        evictions = WorkQueue(name: "taint_eviction", timekeeper: context.timekeeper)
        events = context.recorder("node-controller")
    }

    func run() async throws {
        await nodes.addHandler { changes in for change in changes { nodeChanged(change) } }
        await leases.addHandler { changes in
            for change in changes {
                let lease = change.object
                heartbeats.heard(
                    lease.metadata.name, mark: lease.spec.renewTime?.text ?? "", at: context.timekeeper.elapsed)
                // A node that was given up may be back.
                if let node = nodes.store.get(name: lease.metadata.name), isSilent(node) { queue.add(node.key) }
            }
        }
        await pods.addHandler { changes in
            for change in changes where !change.object.spec.nodeName.isEmpty { evictions.add(change.key) }
        }
        try await nodes.waitForSync()
        try await leases.waitForSync()
        try await pods.waitForSync()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await events.run() }
            group.addTask {
                await Controller(name: "node_lifecycle", queue: queue, workers: 2, logger: context.logger) {
                    try await reconcile($0)
                }.run()
            }
            group.addTask {
                await Controller(name: "taint_eviction", queue: evictions, workers: 4, logger: context.logger) {
                    try await evict($0)
                }.run()
            }
        }
    }

    private func isSilent(_ node: Node) -> Bool {
        node.status.conditions.contains { $0.type == "Ready" && $0.status == "Unknown" }
    }

    private func nodeChanged(_ change: InformerEvent<Node>) {
        let node = change.object
        if case .deleted = change { return heartbeats.forget(node.metadata.name) }
        let beat = node.status.conditions.map(\.lastHeartbeatTime.seconds).max() ?? 0
        if heartbeats.last(node.metadata.name) == nil {
            heartbeats.heard(node.metadata.name, mark: "node \(beat)", at: context.timekeeper.elapsed)
        }
        queue.add(node.key)
        if case .updated(let old, let new) = change, old.spec.taints == new.spec.taints { return }
        let harmful = node.spec.taints.contains { $0.effect == TaintEffect.noExecute }
        guard harmful else { return }
        for pod in pods.store.list(index: InformerIndex<Pod>.nodeName.name, value: node.metadata.name) {
            evictions.add(pod.key)
        }
    }

    private func reconcile(_ key: ObjectKey) async throws {
        guard var node = nodes.store.get(key) else { return }
        let silence = context.timekeeper.elapsed - (heartbeats.last(key.name) ?? .zero)
        if silence >= NodeLifecyclePlan.gracePeriod {
            let status = NodeLifecyclePlan.silenced(node, now: context.timekeeper.time)
            if status != node.status {
                node.status = status
                node = try await context.client.updateStatus(node)
                events.record(
                    .normal, reason: "NodeNotReady", message: "Node \(key.name) status is now: NodeNotReady",
                    about: node)
                try await markPodsNotReady(on: key.name)
            }
        } else {
            queue.add(key, after: NodeLifecyclePlan.gracePeriod - silence)
        }
        let taints = NodeLifecyclePlan.taints(node, now: context.timekeeper.time)
        guard taints != node.spec.taints else { return }
        node.spec.taints = taints
        _ = try await context.client.update(node)
    }

    /// Services must not send traffic to pods nobody hears of.
    private func markPodsNotReady(on node: String) async throws {
        for pod in pods.store.list(index: InformerIndex<Pod>.nodeName.name, value: node) {
            var changed = pod
            guard let index = changed.status.conditions.firstIndex(where: { $0.type == "Ready" && $0.status == "True" })
            else { continue }
            changed.status.conditions[index].status = "False"
            changed.status.conditions[index].lastTransitionTime = context.timekeeper.time
            do throws(ClientError) {
                _ = try await context.client.updateStatus(changed)
            } catch {
                if !error.isNotFound && !error.isConflict { throw error }
            }
        }
    }

    private func evict(_ key: ObjectKey) async throws {
        guard let pod = pods.store.get(key), !pod.isTerminating, let node = nodes.store.get(name: pod.spec.nodeName)
        else { return }
        switch NodeLifecyclePlan.eviction(pod, taints: node.spec.taints) {
        case .never: return
        case .now: break
        case .after(let seconds):
            let added = node.spec.taints.compactMap(\.timeAdded).min() ?? context.timekeeper.time
            let elapsed = max(0, context.timekeeper.time.seconds - added.seconds)
            // A toleration may be as long as a number can say: it is looked at again once a day.
            if seconds > elapsed { return evictions.add(key, after: .seconds(min(seconds - elapsed, 86_400))) }
        }
        events.record(.normal, reason: "TaintManagerEviction", message: "Marking for deletion Pod \(key)", about: pod)
        do throws(ClientError) {
            try await context.client.delete(
                Pod.self, namespace: key.namespace, name: key.name,
                options: DeleteOptions { $0.preconditions = Preconditions { $0.uid = pod.metadata.uid } })
        } catch {
            if !error.isNotFound { throw error }
        }
    }
}
