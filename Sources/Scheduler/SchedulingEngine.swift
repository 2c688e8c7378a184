// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// The scheduler without the API: takes what happens in the cluster, and says which pod goes where. One task owns it; it does no I/O and
/// has no clock.
struct SchedulingEngine {
    /// What is to be done for one pod.
    enum Decision {
        /// Nothing: the pod is going, or has a node already.
        case skip
        case bind(SchedulingQueue.Entry, node: String, volumes: VolumeBinding.Work)
        case unschedulable(SchedulingQueue.Entry, Rejection)
    }

    /// Why there is no node, and who has to go so that there will be one.
    struct Rejection {
        var message: String
        /// Where room is made; nil to leave the present nomination as it is.
        var nominatedNode: String?
        /// Whether an earlier nomination is taken back.
        var clearsNomination = false
        var victims: [PodInfo] = []
    }

    private(set) var cluster = ClusterState()
    private(set) var queue = SchedulingQueue()
    private var search = NodeSearch()
    private var budgets: [String: DisruptionBudget] = [:]
    private var random: any RandomNumberGenerator & Sendable
    private let schedulerName: String

    /// - Parameter random: breaks ties between nodes.
    init(schedulerName: String = "default-scheduler", random: any RandomNumberGenerator & Sendable) {
        self.schedulerName = schedulerName
        self.random = random
    }

    /// Takes the next pod and looks for a node; nil where no pod is to be tried now.
    mutating func scheduleNext(now: Duration) -> Decision? {
        guard let entry = queue.pop(now: now) else { return nil }
        if entry.pod.isTerminating || cluster.placement(of: entry.pod.uid) != nil { return .skip }
        return schedule(entry, now: now)
    }

    /// Gives up a binding that failed: the pod is tried again later.
    ///
    /// - Parameter volumes: those that the pod was promised.
    mutating func bindingFailed(_ entry: SchedulingQueue.Entry, volumes: VolumeBinding.Work = .init(), now: Duration) {
        for match in volumes.matches { cluster.volumes.promised[match.volume] = nil }
        guard let placement = cluster.placement(of: entry.pod.uid), placement.isAssumed else { return }
        cluster.remove(uid: entry.pod.uid)
        queue.addFailed(entry, now: now)
        queue.handle(.podRemoved(entry.pod), now: now)
    }

    private mutating func schedule(_ entry: SchedulingQueue.Entry, now: Duration) -> Decision {
        let pod = entry.pod
        if cluster.nodeCount == 0 {
            return reject(entry, FitError(nodeCount: 0), failures: [], now: now)
        }
        do {
            let context = try FilterContext(pod, &cluster)
            let found = search.find(context, cluster)
            guard let slot = best(pod, found.feasible), let node = cluster.nodes[slot] else {
                let error = FitError(nodeCount: cluster.nodeCount, failures: found.failures)
                return reject(entry, error, failures: found.failures, now: now)
            }
            let work = VolumeBinding.plan(context.volumeDemands.waiting, node) ?? .init()
            cluster.nominate(pod, to: nil)
            cluster.place(pod, on: node.name, assumed: true)
            for match in work.matches { cluster.volumes.promised[match.volume] = match.claimUID }
            return .bind(entry, node: node.name, volumes: work)
        } catch {
            return reject(entry, FitError(nodeCount: cluster.nodeCount, error), failures: nil, now: now)
        }
    }

    /// The best of several nodes; of equally good ones any.
    private mutating func best(_ pod: PodInfo, _ feasible: [Int]) -> Int? {
        if feasible.count < 2 { return feasible.first }
        let scores = NodeScores.total(pod, feasible, &cluster)
        var highest = scores[0]
        var ties: UInt64 = 0
        for score in scores {
            if score > highest { (highest, ties) = (score, 0) }
            if score == highest { ties += 1 }
        }
        // one number a pod: of a thousand nodes that are equally good, asking at each would take longer than all else here
        var left = ties > 1 ? random.next(upperBound: ties) : 0
        for at in feasible.indices where scores[at] == highest {
            if left == 0 { return feasible[at] }
            left -= 1
        }
        return feasible.first
    }

    /// - Parameter failures: nil where no node was looked at.
    private mutating func reject(
        _ entry: SchedulingQueue.Entry, _ error: FitError, failures: [(slot: Int, failure: FilterFailure)]?,
        now: Duration
    ) -> Decision {
        let pod = entry.pod
        var error = error
        var rejection = Rejection(message: "")
        if cluster.nodeCount > 0 {
            let offset = cluster.nodeCount > 1 ? Int(random.next(upperBound: UInt64(cluster.nodeCount))) : 0
            let known = failures ?? cluster.order.map { ($0, .nodeAffinity) }
            switch Preemption.find(pod, known, &cluster, budgets: Array(budgets.values), offset: offset) {
            case .makesRoom(let choice):
                rejection.nominatedNode = choice.node
                rejection.victims = choice.victims
                cluster.nominate(pod, to: choice.node)
            case .none(let message):
                error.preemptionMessage = message
                rejection.clearsNomination = !pod.nominatedNodeName.isEmpty && !message.contains("terminating pod")
                if rejection.clearsNomination { cluster.nominate(pod, to: nil) }
            }
        }
        rejection.message = error.message
        queue.addUnschedulable(entry, rejectedBy: error.plugins, now: now)
        return .unschedulable(entry, rejection)
    }
}

// MARK: what happens in the cluster

extension SchedulingEngine {
    /// Takes a node that is new or changed (or, with nil, gone).
    mutating func set(node: Node?, replacing old: Node?, now: Duration) {
        guard let node else {
            guard let old else { return }
            cluster.removeNode(named: old.metadata.name)
            queue.handle(.node(.removed), now: now)
            return
        }
        cluster.set(node)
        let change = Self.change(from: old, to: node)
        if !change.isEmpty { queue.handle(.node(change), now: now) }
    }

    private static func change(from old: Node?, to new: Node) -> ClusterEvent.NodeChange {
        guard let old else { return .added }
        var change: ClusterEvent.NodeChange = []
        if old.status.allocatable != new.status.allocatable { change.insert(.allocatable) }
        if old.metadata.labels != new.metadata.labels { change.insert(.labels) }
        if old.spec.taints != new.spec.taints || old.spec.unschedulable != new.spec.unschedulable {
            change.insert(.taints)
        }
        return change
    }

    /// Takes a pod that is new or changed.
    mutating func set(pod: Pod, now: Duration) {
        let uid = pod.metadata.uid
        if PodInfo.isFinished(pod) { return forget(uid: uid, now: now) }
        let info = PodInfo(pod)
        if info.nodeName.isEmpty {
            if cluster.placement(of: uid) != nil || !isOurs(pod) { return }
            queue.add(info, now: now)
            if !info.nominatedNodeName.isEmpty { cluster.nominate(info, to: info.nominatedNodeName) }
            return
        }
        let before = cluster.placement(of: uid)
        queue.remove(uid: uid)
        cluster.nominate(info, to: nil)
        cluster.place(info, on: info.nodeName)
        guard let before else { return queue.handle(.podPlaced(info), now: now) }
        if before.isAssumed || before.pod.labels != info.labels { queue.handle(.podPlaced(info), now: now) }
        if before.pod.requests != info.requests || before.pod.isTerminating != info.isTerminating {
            queue.handle(.podRemoved(before.pod), now: now)
        }
    }

    /// Forgets a pod that is gone, or will not run again.
    mutating func forget(uid: String, now: Duration) {
        queue.remove(uid: uid)
        if let placement = cluster.remove(uid: uid) { queue.handle(.podRemoved(placement.pod), now: now) }
    }

    /// Forgets a pod that was deleted.
    mutating func remove(pod: Pod, now: Duration) {
        if pod.spec.nodeName.isEmpty { cluster.nominate(PodInfo(pod), to: nil) }
        forget(uid: pod.metadata.uid, now: now)
    }

    private func isOurs(_ pod: Pod) -> Bool {
        let name = pod.spec.schedulerName
        return name == schedulerName || name.isEmpty
    }

    mutating func set(namespace: String, labels: [String: String]?, now: Duration) {
        if cluster.namespaceLabels[namespace] == labels { return }
        cluster.namespaceLabels[namespace] = labels
        queue.handle(.namespace, now: now)
    }

    mutating func set(claim: PersistentVolumeClaim?, key: String, now: Duration) {
        cluster.volumes.claims[key] = claim
        queue.handle(.volumes, now: now)
    }

    mutating func set(volume: PersistentVolume?, name: String, now: Duration) {
        cluster.volumes.volumes[name] = volume
        // Written, or gone: nothing is left to promise.
        if volume?.spec.claimRef != nil || volume == nil { cluster.volumes.promised[name] = nil }
        queue.handle(.volumes, now: now)
    }

    mutating func set(storageClass: StorageClass?, name: String, now: Duration) {
        cluster.volumes.classes[name] = storageClass
        queue.handle(.volumes, now: now)
    }

    mutating func set(serviceSelector: [String: String]?, namespace: String, name: String) {
        cluster.workloads.setService(namespace: namespace, name: name, selector: serviceSelector)
    }

    mutating func set(workloadSelector: LabelMatcher?, uid: String) {
        cluster.workloads.selectors[uid] = workloadSelector
    }

    mutating func set(budget: DisruptionBudget?, key: String) {
        budgets[key] = budget
    }
}
