// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import Client
import KubernetesAPI

/// Rolls out the pod template of each Deployment by scaling ReplicaSets.
struct DeploymentController: Sendable {
    let context: ControllerContext
    let events: EventRecorder
    private let deployments: Informer<Deployment>
    private let sets: Informer<ReplicaSet>
    private let pods: Informer<Pod>
    private let queue: WorkQueue<ObjectKey>

    init(_ context: ControllerContext) {
        let context = context.named("deployment-controller")
        self.context = context
        deployments = context.informers.informer(of: Deployment.self)
        sets = context.informers.informer(of: ReplicaSet.self, indexes: [.controllerUID])
        pods = context.informers.informer(of: Pod.self, indexes: [.controllerUID])
        queue = WorkQueue(name: "deployment", timekeeper: context.timekeeper)
        events = context.recorder("deployment-controller")
    }

    func run() async throws {
        await deployments.enqueueKeys(on: queue)
        await sets.addHandler { changes in for change in changes { setChanged(change) } }
        await pods.addHandler { changes in
            for case .deleted(let pod) in changes { podDeleted(pod) }
        }
        try await deployments.waitForSync()
        try await sets.waitForSync()
        try await pods.waitForSync()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await events.run() }
            group.addTask {
                await Controller(name: "deployment", queue: queue, workers: 5, logger: context.logger) {
                    try await reconcile($0)
                }.run()
            }
        }
    }

    private func setChanged(_ change: InformerEvent<ReplicaSet>) {
        let set = change.object
        if case .updated(let old, _) = change, let former = owner(of: old) { queue.add(former) }
        if let owner = owner(of: set) {
            queue.add(owner)
        } else if set.controllerReference == nil {
            for deployment in deployments.store.list(namespace: set.metadata.namespace)
            where deployment.spec.selector?.matches(set.metadata.labels) == true { queue.add(deployment.key) }
        }
    }

    /// A recreate waits for the last old pod to go.
    private func podDeleted(_ pod: Pod) {
        guard let reference = pod.controllerReference, reference.kind == ReplicaSet.kind,
            let set = sets.store.get(namespace: pod.metadata.namespace, name: reference.name),
            let owner = owner(of: set),
            let deployment = deployments.store.get(owner), !deployment.isRollingUpdate
        else { return }
        queue.add(owner)
    }

    private func owner(of set: ReplicaSet) -> ObjectKey? {
        guard let reference = set.controllerReference, reference.kind == Deployment.kind,
            reference.apiVersion == Deployment.apiVersion
        else { return nil }
        return ObjectKey(namespace: set.metadata.namespace, name: reference.name)
    }

    private func reconcile(_ key: ObjectKey) async throws {
        guard let deployment = deployments.store.get(key) else { return }
        var owned = try await ownedSets(of: deployment)
        if !deployment.isTerminating {
            owned = try await advance(deployment, owned)
        }
        try await report(deployment, DeploymentSets(of: deployment, owned))
    }

    private func ownedSets(of deployment: Deployment) async throws -> [ReplicaSet] {
        let plan = OwnershipPlan(
            owner: deployment, candidates: sets.store.list(namespace: deployment.metadata.namespace)
        ) { set in
            deployment.spec.selector?.matches(set.metadata.labels) == true
        }
        var owned = plan.owned
        for set in plan.adopted { owned.append(try await context.client.adopt(set, by: deployment)) }
        for set in plan.released { try await context.client.release(set, from: deployment) }
        return owned
    }

    /// Takes the steps that can be taken now; answers the sets as they are after them.
    private func advance(_ deployment: Deployment, _ owned: [ReplicaSet]) async throws -> [ReplicaSet] {
        var sets = DeploymentSets(of: deployment, owned)
        let scaling = DeploymentPlan(deployment: deployment, sets: sets)
        if deployment.spec.paused || scaling.isScaling {
            for step in scaling.proportional() { try await scale(step, of: deployment, &sets) }
            return sets.all
        }
        if deployment.isRollingUpdate || !hasPods(sets.old) {
            sets.current = try await currentSet(of: deployment, sets)
        }
        let plan = DeploymentPlan(deployment: deployment, sets: sets)
        let steps = deployment.isRollingUpdate ? plan.rollingUpdate() : plan.recreate(hasOldPods: hasPods(sets.old))
        for step in steps { try await scale(step, of: deployment, &sets) }
        let after = DeploymentPlan(deployment: deployment, sets: sets)
        if DeploymentStatusPlan.isComplete(deployment, deployment.status) {
            for set in after.superfluous() {
                try await context.client.delete(
                    ReplicaSet.self, namespace: set.metadata.namespace, name: set.metadata.name)
            }
        }
        return sets.all
    }

    /// Whether pods of these sets still run.
    private func hasPods(_ sets: [ReplicaSet]) -> Bool {
        sets.contains { set in
            pods.store.list(index: InformerIndex<Pod>.controllerUID.name, value: set.metadata.uid).contains {
                $0.status.phase != PodPhase.succeeded && $0.status.phase != PodPhase.failed
            }
        }
    }

    private func scale(_ step: DeploymentPlan.Scale, of deployment: Deployment, _ sets: inout DeploymentSets)
        async throws
    {
        let before = Int(step.set.spec.replicas ?? 0)
        let desired = String(deployment.wantedReplicas)
        let most = String(deployment.wantedReplicas + deployment.maxSurge)
        var set = step.set
        guard
            before != step.replicas || set.metadata.annotations[DeploymentSets.desiredReplicas] != desired
                || set.metadata.annotations[DeploymentSets.maxReplicas] != most
        else { return }
        set.spec.replicas = Int32(clamping: step.replicas)
        set.metadata.annotations[DeploymentSets.desiredReplicas] = desired
        set.metadata.annotations[DeploymentSets.maxReplicas] = most
        let changed = try await context.client.update(set)
        if before != step.replicas {
            let direction = before < step.replicas ? "up" : "down"
            events.record(
                .normal, reason: "ScalingReplicaSet",
                message: "Scaled \(direction) replica set \(set.metadata.name) from \(before) to \(step.replicas)",
                about: deployment)
        }
        if sets.current?.metadata.uid == changed.metadata.uid { sets.current = changed }
        if let index = sets.old.firstIndex(where: { $0.metadata.uid == changed.metadata.uid }) {
            sets.old[index] = changed
        }
    }

    private func report(_ deployment: Deployment, _ sets: DeploymentSets) async throws {
        let plan = DeploymentStatusPlan(deployment: deployment, sets: sets, now: context.timekeeper.time)
        let status = plan.status()
        if let seconds = plan.secondsUntilDeadline(status) { queue.add(deployment.key, after: .seconds(seconds)) }
        guard status != deployment.status else { return }
        var changed = deployment
        changed.status = status
        _ = try await context.client.updateStatus(changed)
    }
}
