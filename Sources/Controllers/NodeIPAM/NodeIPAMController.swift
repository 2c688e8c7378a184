// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Primitives

/// Picks pod ranges for nodes out of the cluster's range.
struct NodeIPAMPlan {
    let cluster: CIDR
    /// The prefix length of a node's range, for example 24.
    let nodePrefixLength: Int

    /// The first range that no node has; nil where all are taken.
    func nextFree(taken: [CIDR]) -> CIDR? {
        guard nodePrefixLength >= cluster.prefixLength, nodePrefixLength - cluster.prefixLength < 24 else { return nil }
        let width = cluster.family == .v4 ? 32 : 128
        let count = 1 << (nodePrefixLength - cluster.prefixLength)
        let size = UInt128(1) << UInt128(width - nodePrefixLength)
        for index in 0..<count {
            guard let address = cluster.address(at: UInt128(index) * size),
                let range = CIDR(address, prefixLength: nodePrefixLength)
            else { return nil }
            if !taken.contains(where: { $0.overlaps(range) }) { return range }
        }
        return nil
    }
}

/// Gives every node a range of pod addresses (`spec.podCIDR`).
struct NodeIPAMController: Sendable {
    private let context: ControllerContext
    private let plan: NodeIPAMPlan
    private let nodes: Informer<Node>
    private let queue: WorkQueue<ObjectKey>
    private let events: EventRecorder

    init(_ context: ControllerContext, plan: NodeIPAMPlan) {
        let context = context.named("node-ipam-controller")
        self.context = context
        self.plan = plan
        nodes = context.informers.informer(of: Node.self)
        queue = WorkQueue(name: "node_ipam", timekeeper: context.timekeeper)
        events = context.recorder("cidrAllocator")
    }

    func run() async throws {
        await nodes.addHandler { changes in
            for change in changes where change.object.spec.podCIDR.isEmpty { queue.add(change.key) }
        }
        try await nodes.waitForSync()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await events.run() }
            group.addTask {
                // One worker: two must not pick the same range.
                await Controller(name: "node_ipam", queue: queue, workers: 1, logger: context.logger) {
                    try await reconcile($0)
                }.run()
            }
        }
    }

    private func reconcile(_ key: ObjectKey) async throws {
        guard nodes.store.get(key) != nil else { return }
        // The informer may not show the range that was given a moment ago: ask.
        let present = try await context.client.list(Node.self).items
        guard var node = present.first(where: { $0.metadata.name == key.name }), node.spec.podCIDR.isEmpty else {
            return
        }
        let taken = present.flatMap { [$0.spec.podCIDR] + $0.spec.podCIDRs }.compactMap { CIDR($0) }
        guard let range = plan.nextFree(taken: taken) else {
            events.record(
                .warning, reason: "CIDRNotAvailable", message: "Node \(key.name) status is now: CIDRNotAvailable",
                about: node)
            return
        }
        node.spec.podCIDR = range.description
        node.spec.podCIDRs = [range.description]
        _ = try await context.client.update(node)
    }
}
