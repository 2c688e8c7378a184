// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI

/// Gives ClusterRoles that are made of others the rules of those.
///
/// - SeeAlso: `pkg/controller/clusterroleaggregation` of Kubernetes.
struct ClusterRoleAggregationController: Sendable {
    private let context: ControllerContext
    private let roles: Informer<ClusterRole>
    private let queue: WorkQueue<ObjectKey>

    init(_ context: ControllerContext) {
        let context = context.named("clusterrole-aggregation-controller")
        self.context = context
        roles = context.informers.informer(of: ClusterRole.self)
        queue = WorkQueue(name: "clusterrole_aggregation", timekeeper: context.timekeeper)
    }

    func run() async throws {
        // any change may concern any role that gathers
        await roles.addHandler { [roles, queue] _ in
            for role in roles.store.list() where role.aggregationRule != nil { queue.add(role.key) }
        }
        try await roles.waitForSync()
        await Controller(name: "clusterrole_aggregation", queue: queue, workers: 1, logger: context.logger) {
            try await reconcile($0)
        }.run()
    }

    private func reconcile(_ key: ObjectKey) async throws {
        guard var role = roles.store.get(key),
            let rules = ClusterRoleAggregationPlan.rules(of: role, from: roles.store.list())
        else { return }
        role.rules = rules
        do throws(ClientError) {
            _ = try await context.client.update(role)
        } catch {
            if !error.isNotFound { throw error }
        }
    }
}
