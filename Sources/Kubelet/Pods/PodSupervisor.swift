// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Logging

/// Has one ``PodWorker`` for every pod of the node.
actor PodSupervisor {
    private let services: PodServices
    private var workers: [String: PodWorker] = [:]
    /// What the runtime had when the kubelet started, by pod UID; each is handed to its worker once.
    private var found: [String: ObservedPod]
    /// Static pods that wait for the end of an earlier one of their name.
    private var successors: [ObjectKey: Pod] = [:]
    /// By UID of the static pod.
    private var mirrors: [String: Pod] = [:]
    private let starting: AsyncStream<PodWorker>
    private let starter: AsyncStream<PodWorker>.Continuation

    init(services: PodServices, found: [String: ObservedPod]) {
        self.services = services
        self.found = found
        (starting, starter) = AsyncStream.makeStream()
    }

    /// Runs the workers until the task is cancelled; what runs in the pods is left running.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await worker in starting {
                group.addTask {
                    await worker.run()
                    await self.ended(worker)
                }
            }
            group.cancelAll()
        }
    }

    /// Takes changes of the node's pods in.
    func apply(_ events: [InformerEvent<Pod>]) async {
        for event in events {
            switch event {
            case .added(let pod): await take(pod)
            case .updated(let old, let new):
                if old.metadata.uid != new.metadata.uid { await workers[old.metadata.uid]?.forget(old) }
                await take(new)
            case .deleted(let pod): await workers[pod.metadata.uid]?.forget(pod)
            }
        }
    }

    private func take(_ pod: Pod) async {
        if let worker = workers[pod.metadata.uid] {
            await worker.update(pod)
            return
        }
        let observed = found.removeValue(forKey: pod.metadata.uid)
        let refusal = observed == nil ? await refusal(of: pod) : nil
        start(PodWorker(pod, observed: observed ?? ObservedPod(), services: services, refusal: refusal))
    }

    private func start(_ worker: PodWorker) {
        workers[worker.uid] = worker
        starter.yield(worker)
    }

    /// Why the node does not take a new pod; nil where it does.
    private func refusal(of pod: Pod) async -> PodRefusal? {
        guard pod.status.phase == PodPhase.pending || pod.status.phase.isEmpty, pod.metadata.deletionTimestamp == nil
        else { return nil }
        let node = services.node.current
        var admission = PodAdmission(
            allocatable: node.allocatable, nodeName: node.facts.name, nodeLabels: node.labels, others: await pods())
        guard let refusal = admission.refusal(of: pod), refusal.reason == PodRefusal.nodeAffinity else {
            return admission.refusal(of: pod)
        }
        // The labels may have changed since they were read: whoever put the pod here may know newer ones.
        admission.nodeLabels = await newestLabels(node.facts.name)
        return admission.refusal(of: pod)
    }

    /// Nil where the API server does not say.
    private func newestLabels(_ name: String) async -> [String: String]? {
        do {
            return try await services.client.get(Node.self, name: name).metadata.labels
        } catch {
            services.logger.debug("node not read", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func ended(_ worker: PodWorker) async {
        if Task.isCancelled { return }
        workers[worker.uid] = nil
        // A static pod with a new manifest waits for the end of the one before.
        let key = await worker.snapshot.key
        if let next = successors.removeValue(forKey: key) { await add(next) }
    }

    // MARK: static pods

    /// Runs a pod that the API does not know; one that has its name has to end first.
    func add(_ pod: Pod) async {
        guard workers[pod.metadata.uid] == nil else { return }
        for worker in workers.values where worker.isStatic {
            if await worker.snapshot.key == pod.key {
                successors[pod.key] = pod
                return
            }
        }
        let observed = found.removeValue(forKey: pod.metadata.uid) ?? ObservedPod()
        let worker = PodWorker(pod, observed: observed, services: services, isStatic: true)
        start(worker)
        if let mirror = mirrors[pod.metadata.uid] { await worker.setMirror(mirror) }
    }

    /// Ends a pod that the API does not know.
    func remove(_ pod: Pod) async {
        if successors[pod.key]?.metadata.uid == pod.metadata.uid { successors[pod.key] = nil }
        mirrors[pod.metadata.uid] = nil
        await workers[pod.metadata.uid]?.forget(pod)
    }

    /// Tells which object of the API shows a static pod; nil where none does now.
    func setMirror(_ mirror: Pod?, of uid: String) async {
        mirrors[uid] = mirror
        await workers[uid]?.setMirror(mirror)
    }

    /// Tells the worker that owns a sandbox or container that something happened to it.
    func runtimeChanged(_ id: String, sandbox: String?) async {
        let owners = services.owners
        guard let uid = owners.owner(id) ?? sandbox.flatMap(owners.owner) else { return }
        await workers[uid]?.runtimeChanged(id)
    }

    /// Compares every pod with lists of the runtime.
    func compare(sandboxes: [CRI.PodSandbox], containers: [CRI.Container]) async {
        let bySandbox = Dictionary(grouping: sandboxes) { $0.metadata.uid }
        let byPod = Dictionary(grouping: containers) { $0.labels[RuntimeLabel.podUID] ?? "" }
        for (uid, worker) in workers {
            await worker.compare(sandboxes: bySandbox[uid] ?? [], containers: byPod[uid] ?? [])
        }
    }

    /// Whether anything runs, so that it is worth looking often.
    func isActive() async -> Bool {
        for worker in workers.values where await worker.isActive { return true }
        return false
    }

    /// Makes every worker look again: something that all depend on has changed.
    func wakeAll() async {
        for worker in workers.values { await worker.hurry() }
    }

    /// The pods with their newest status.
    func pods() async -> [Pod] {
        var result: [Pod] = []
        for worker in workers.values { result.append(await worker.snapshot) }
        return result.sorted { ($0.metadata.namespace, $0.metadata.name) < ($1.metadata.namespace, $1.metadata.name) }
    }

    /// What the runtime has of a pod, by its name or, where given, its UID.
    func observed(namespace: String, name: String, uid: String? = nil) async -> (pod: Pod, observed: ObservedPod)? {
        for worker in workers.values {
            let pod = await worker.snapshot
            guard pod.metadata.namespace == namespace, pod.metadata.name == name, uid == nil || uid == pod.metadata.uid
            else {
                continue
            }
            return (pod, await worker.situation.observed)
        }
        return nil
    }

    /// All containers that run, of all pods.
    func runningContainers() async -> [ObservedContainer] {
        var result: [ObservedContainer] = []
        for worker in workers.values { result += await worker.situation.observed.running }
        return result
    }

    /// UIDs of the pods there are workers for.
    var uids: Set<String> { Set(workers.keys) }
}
