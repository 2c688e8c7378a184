// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import Client
import KubernetesAPI

/// Keeps as many pods of each ReplicaSet as it asks for.
struct ReplicaSetController: Sendable {
    private let context: ControllerContext
    private let sets: Informer<ReplicaSet>
    private let pods: Informer<Pod>
    private let queue: WorkQueue<ObjectKey>
    private let expectations: Expectations
    private let events: EventRecorder

    init(_ context: ControllerContext) {
        let context = context.named("replicaset-controller")
        self.context = context
        sets = context.informers.informer(of: ReplicaSet.self)
        pods = context.informers.informer(of: Pod.self, indexes: [.controllerUID, .label])
        queue = WorkQueue(name: "replicaset", timekeeper: context.timekeeper)
        expectations = Expectations(timekeeper: context.timekeeper)
        events = context.recorder("replicaset-controller")
    }

    func run() async throws {
        await sets.addHandler { changes in
            for change in changes {
                if case .deleted(let set) = change { expectations.forget(set.key) }
                queue.add(change.key)
            }
        }
        await pods.addHandler { changes in for change in changes { podChanged(change) } }
        try await sets.waitForSync()
        try await pods.waitForSync()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await events.run() }
            group.addTask {
                await Controller(name: "replicaset", queue: queue, workers: 5, logger: context.logger) {
                    try await reconcile($0)
                }.run()
            }
        }
    }

    private func podChanged(_ change: InformerEvent<Pod>) {
        switch change {
        case .added(let pod):
            if let owner = owner(of: pod), !pod.isTerminating { expectations.creationObserved(owner) }
        case .updated(let old, let new):
            if let owner = owner(of: new), !old.isTerminating, new.isTerminating {
                expectations.deletionObserved(owner, uid: new.metadata.uid)
            }
            if let former = owner(of: old), former != owner(of: new) { queue.add(former) }
        case .deleted(let pod):
            if let owner = owner(of: pod) { expectations.deletionObserved(owner, uid: pod.metadata.uid) }
        }
        let pod = change.object
        if let owner = owner(of: pod) {
            queue.add(owner)
        } else if pod.controllerReference == nil {
            for set in sets.store.list(namespace: pod.metadata.namespace)
            where set.spec.selector?.matches(pod.metadata.labels) == true {
                queue.add(set.key)
            }
        }
    }

    /// The ReplicaSet that controls a pod.
    private func owner(of pod: Pod) -> ObjectKey? {
        guard let reference = pod.controllerReference, reference.kind == ReplicaSet.kind,
            reference.apiVersion == ReplicaSet.apiVersion
        else { return nil }
        return ObjectKey(namespace: pod.metadata.namespace, name: reference.name)
    }

    private func reconcile(_ key: ObjectKey) async throws {
        guard let set = sets.store.get(key) else { return expectations.forget(key) }
        let isSettled = expectations.isSatisfied(key)
        let selector = set.spec.selector
        let plan = OwnershipPlan(owner: set, candidates: pods.store.candidates(of: set, selector)) { pod in
            selector?.matches(pod.metadata.labels) == true
        }
        var owned = plan.owned
        for pod in plan.adopted where pod.isActive { owned.append(try await context.client.adopt(pod, by: set)) }
        for pod in plan.released { try await context.client.release(pod, from: set) }
        let active = owned.filter(\.isActive)
        var failure: (any Error)?
        if isSettled, !set.isTerminating {
            do { try await change(set, ReplicaSetPlan.change(set, active: active, now: context.timekeeper.time)) } catch
            { failure = error }
        }
        try await report(
            set, active, terminating: owned.filter { $0.isTerminating && $0.status.phase != PodPhase.succeeded }.count,
            failure)
        if let failure { throw failure }
        let now = context.timekeeper.time
        let next = active.compactMap { $0.secondsUntilAvailable(minReadySeconds: set.spec.minReadySeconds, now: now) }
            .min()
        if let next { queue.add(key, after: .seconds(next)) }
    }

    private func change(_ set: ReplicaSet, _ change: ReplicaSetPlan.Change) async throws {
        switch change {
        case .none: return
        case .create(let count):
            expectations.expect(set.key, creations: count)
            try await create(count, of: set)
        case .delete(let doomed):
            expectations.expect(set.key, deletions: doomed.map(\.metadata.uid))
            try await delete(doomed, of: set)
        }
    }

    /// Makes pods in batches of 1, 2, 4...: where the first cannot be made, the rest is not tried.
    private func create(_ count: Int, of set: ReplicaSet) async throws {
        var left = count
        var batch = 1
        while left > 0 {
            let size = min(batch, left)
            let failures: [ClientError] = await withTaskGroup(of: ClientError?.self) { group in
                for _ in 0..<size { group.addTask { await createPod(of: set) } }
                return await group.reduce(into: [ClientError]()) { if let error = $1 { $0.append(error) } }
            }
            left -= size
            batch *= 2
            if let failure = failures.first {
                for _ in 0..<left { expectations.creationObserved(set.key) }
                throw failure
            }
        }
    }

    private func createPod(of set: ReplicaSet) async -> ClientError? {
        do throws(ClientError) {
            let pod = try await context.client.create(
                set.spec.template.pod(of: set, namePrefix: set.metadata.name + "-"))
            events.record(.normal, reason: "SuccessfulCreate", message: "Created pod: \(pod.metadata.name)", about: set)
            return nil
        } catch {
            expectations.creationObserved(set.key)
            if !error.isNamespaceTerminating {
                events.record(.warning, reason: "FailedCreate", message: "Error creating: \(error.message)", about: set)
            }
            return error
        }
    }

    private func delete(_ doomed: [Pod], of set: ReplicaSet) async throws {
        let failures: [ClientError] = await withTaskGroup(of: ClientError?.self) { group in
            for pod in doomed { group.addTask { await delete(pod, of: set) } }
            return await group.reduce(into: [ClientError]()) { if let error = $1 { $0.append(error) } }
        }
        if let failure = failures.first { throw failure }
    }

    private func delete(_ pod: Pod, of set: ReplicaSet) async -> ClientError? {
        do throws(ClientError) {
            try await context.client.delete(Pod.self, namespace: pod.metadata.namespace, name: pod.metadata.name)
            events.record(.normal, reason: "SuccessfulDelete", message: "Deleted pod: \(pod.metadata.name)", about: set)
            return nil
        } catch {
            expectations.deletionObserved(set.key, uid: pod.metadata.uid)
            if error.isNotFound { return nil }
            events.record(.warning, reason: "FailedDelete", message: "Error deleting: \(error.message)", about: set)
            return error
        }
    }

    private func report(_ set: ReplicaSet, _ active: [Pod], terminating: Int, _ failure: (any Error)?) async throws {
        let message = failure.map { ($0 as? ClientError)?.message ?? "\($0)" }
        let status = ReplicaSetPlan.status(
            set, active: active, terminating: terminating, failure: message, now: context.timekeeper.time)
        guard status != set.status else { return }
        var changed = set
        changed.status = status
        _ = try await context.client.updateStatus(changed)
    }
}
