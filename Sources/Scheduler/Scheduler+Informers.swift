// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI

extension Scheduler {
    /// Has the informers tell the loop of everything, and waits until it knows the cluster as it is.
    func connect() async throws {
        try await connectNodes()
        try await connectVolumes()
        try await connectWorkloads()
        // Pods come last, so that none is tried before all else is known.
        let pods = informers.informer(of: Pod.self)
        await pods.addHandler { [mailbox] events in
            mailbox.post { engine, now in
                for event in events {
                    switch event {
                    case .added(let pod): engine.set(pod: pod, now: now)
                    case .updated(let old, let pod):
                        if old.metadata.uid != pod.metadata.uid { engine.remove(pod: old, now: now) }
                        engine.set(pod: pod, now: now)
                    case .deleted(let pod): engine.remove(pod: pod, now: now)
                    }
                }
            }
        }
        try await pods.waitForSync()
    }

    private func connectNodes() async throws {
        let nodes = informers.informer(of: Node.self)
        await nodes.addHandler { [mailbox] events in
            mailbox.post { engine, now in
                for event in events {
                    switch event {
                    case .added(let node): engine.set(node: node, replacing: nil, now: now)
                    case .updated(let old, let node): engine.set(node: node, replacing: old, now: now)
                    case .deleted(let node): engine.set(node: nil, replacing: node, now: now)
                    }
                }
            }
        }
        try await nodes.waitForSync()
        try await connect(Namespace.self) { engine, namespace, isGone, now in
            engine.set(namespace: namespace.metadata.name, labels: isGone ? nil : namespace.metadata.labels, now: now)
        }
    }

    private func connectVolumes() async throws {
        try await connect(PersistentVolumeClaim.self) { engine, claim, isGone, now in
            engine.set(
                claim: isGone ? nil : claim, key: "\(claim.metadata.namespace)/\(claim.metadata.name)", now: now)
        }
        try await connect(PersistentVolume.self) { engine, volume, isGone, now in
            engine.set(volume: isGone ? nil : volume, name: volume.metadata.name, now: now)
        }
        try await connect(StorageClass.self) { engine, storageClass, isGone, now in
            engine.set(storageClass: isGone ? nil : storageClass, name: storageClass.metadata.name, now: now)
        }
    }

    private func connectWorkloads() async throws {
        try await connect(Service.self) { engine, service, isGone, _ in
            engine.set(
                serviceSelector: isGone ? nil : service.spec.selector, namespace: service.metadata.namespace,
                name: service.metadata.name)
        }
        try await connect(ReplicaSet.self) { engine, set, isGone, _ in
            engine.set(workloadSelector: isGone ? nil : LabelMatcher(set.spec.selector), uid: set.metadata.uid)
        }
        try await connect(StatefulSet.self) { engine, set, isGone, _ in
            engine.set(workloadSelector: isGone ? nil : LabelMatcher(set.spec.selector), uid: set.metadata.uid)
        }
        try await connect(ReplicationController.self) { engine, controller, isGone, _ in
            engine.set(
                workloadSelector: isGone ? nil : LabelMatcher(labels: controller.spec.selector),
                uid: controller.metadata.uid)
        }
        try await connect(PodDisruptionBudget.self) { engine, budget, isGone, _ in
            let key = "\(budget.metadata.namespace)/\(budget.metadata.name)"
            let value = DisruptionBudget(
                namespace: budget.metadata.namespace, selector: LabelMatcher(budget.spec.selector),
                allowed: Int(budget.status.disruptionsAllowed))
            engine.set(budget: isGone ? nil : value, key: key)
        }
    }

    /// Has an informer tell of every object, and whether it is gone.
    private func connect<Object: RESTObject>(
        _ type: Object.Type, _ apply: @escaping @Sendable (inout SchedulingEngine, Object, Bool, Duration) -> Void
    ) async throws {
        let informer = informers.informer(of: Object.self)
        await informer.addHandler { [mailbox] events in
            mailbox.post { engine, now in
                for event in events {
                    if case .deleted(let object) = event {
                        apply(&engine, object, true, now)
                    } else {
                        apply(&engine, event.object, false, now)
                    }
                }
            }
        }
        try await informer.waitForSync()
    }
}
