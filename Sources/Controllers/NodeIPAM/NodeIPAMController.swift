// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Primitives
import Synchronization
import Wire

/// Gives every node a range of pod addresses (`spec.podCIDR`).
final class NodeIPAMController: Sendable {
    private struct State: Sendable {
        var ranges: NodeRanges
        /// Nodes for which none was left.
        var waiting: Set<ObjectKey> = []
    }

    private let context: ControllerContext
    private let state: Mutex<State>
    private let nodes: Informer<Node>
    private let queue: WorkQueue<ObjectKey>
    private let events: EventRecorder

    init(_ context: ControllerContext, ranges: NodeRanges) {
        let context = context.named("node-ipam-controller")
        self.context = context
        state = Mutex(State(ranges: ranges))
        nodes = context.informers.informer(of: Node.self)
        queue = WorkQueue(name: "node_ipam", timekeeper: context.timekeeper)
        events = context.recorder("cidrAllocator")
    }

    func run() async throws {
        await nodes.addHandler { [self] changes in
            for change in changes { note(change) }
        }
        try await nodes.waitForSync()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.events.run() }
            group.addTask { [self] in
                // One worker: ranges are given out in the order in which nodes came.
                await Controller(name: "node_ipam", queue: queue, workers: 1, logger: context.logger) {
                    try await self.reconcile($0)
                }.run()
            }
        }
    }

    private func note(_ change: InformerEvent<Node>) {
        let node = change.object
        if case .deleted = change {
            release(change.key)
        } else if node.spec.podCIDR.isEmpty {
            queue.add(change.key)
        } else {
            let texts = [node.spec.podCIDR] + node.spec.podCIDRs.filter { $0 != node.spec.podCIDR }
            state.withLock { $0.ranges.set(texts.compactMap { CIDR($0) }, of: change.key) }
        }
    }

    /// Has those try again that found no range free.
    private func release(_ key: ObjectKey) {
        let retried = state.withLock { state in
            state.ranges.set([], of: key)
            state.waiting.remove(key)
            defer { state.waiting = [] }
            return state.waiting
        }
        for key in retried { queue.add(key) }
    }

    private func reconcile(_ key: ObjectKey) async throws {
        guard let node = nodes.store.get(key), node.spec.podCIDR.isEmpty else { return }
        let range = state.withLock { state in
            let range = state.ranges.allocate(for: key)
            if range == nil { state.waiting.insert(key) }
            return range
        }
        guard let range else {
            events.record(
                .warning, reason: "CIDRNotAvailable", message: "Node \(key.name) status is now: CIDRNotAvailable",
                about: node)
            return
        }
        // A range stays the node's where this fails: the next attempt takes the same.
        let patch: JSONValue = [
            "metadata": ["uid": .string(node.metadata.uid)],
            "spec": ["podCIDR": .string(range.description), "podCIDRs": [.string(range.description)]],
        ]
        do throws(ClientError) {
            _ = try await context.client.patch(Node.self, name: key.name, .strategic(patch.bytes()))
        } catch {
            guard error.isNotFound else { throw error }
            release(key)  // its deletion may have been seen before the range was given out
        }
    }
}
