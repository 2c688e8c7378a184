// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// All that the scheduler knows of the cluster: the cache and the snapshot in one, since one task owns it.
///
/// Nodes have fixed slots while they exist; per-node data is in arrays by slot.
struct ClusterState {
    struct Placement {
        var pod: PodInfo
        var slot: Int
        /// Bound by this scheduler, not yet seen on the API server.
        var isAssumed: Bool
    }

    struct Image {
        var size: Int64
        var slots: Set<Int> = []
    }

    private(set) var nodes: [NodeInfo?] = []
    private(set) var numbers: ContiguousArray<NodeNumbers> = []
    /// The slots of the nodes that exist, in the order in which they are tried.
    private(set) var order: ContiguousArray<Int> = []
    private var slots: [String: Int] = [:]
    private var free: [Int] = []
    private(set) var placements: [String: Placement] = [:]
    private var nominations: [String: (pod: PodInfo, slot: Int)] = [:]
    private(set) var images: [String: Image] = [:]
    /// How many pods on nodes have affinity terms, and required anti-affinity terms.
    private(set) var podsWithAffinity = 0
    private(set) var podsWithAntiAffinity = 0
    /// How many nodes have `PreferNoSchedule` taints.
    private(set) var nodesWithSoftTaints = 0
    /// How many pods on nodes use a claim, by `namespace/name`.
    private var claimUsers: [String: Int] = [:]
    private var topologies: [String: TopologyIndex] = [:]
    private var verdicts = NodeVerdictCache()
    private var podCounts: [String: [LabelMatcher: PodCounts]] = [:]
    private var uses: UInt64 = 0

    /// The labels of namespaces, by name.
    var namespaceLabels: [String: [String: String]] = [:]
    /// What volumes and workloads pods refer to.
    var volumes = VolumeFacts()
    var workloads = WorkloadFacts()

    private static let largestCounts = 64

    var nodeCount: Int { order.count }

    func slot(of node: String) -> Int? { slots[node].flatMap { nodes[$0]?.isPresent == true ? $0 : nil } }
    func usersOfClaim(_ key: String) -> Int { claimUsers[key] ?? 0 }
    func placement(of uid: String) -> Placement? { placements[uid] }

    // MARK: nodes

    /// Takes a new node, or a new state of one.
    mutating func set(_ node: Node) {
        let slot = slotForNode(named: node.metadata.name)
        guard let info = nodes[slot] else { return }
        if !info.isPresent {
            info.isPresent = true
            order.append(slot)
            topologies = [:]
            verdicts.clear()
        } else if info.labels != node.metadata.labels {
            topologies = [:]
            verdicts.clear()
        }
        let spec = node.spec
        if info.taints != spec.taints { verdicts.clear() }
        let status = node.status
        let allocatable = ResourceVector(status.allocatable)
        info.labels = node.metadata.labels
        info.taints = spec.taints
        info.allocatableScalars = allocatable.scalars
        if numbers[slot].hasSoftTaints { nodesWithSoftTaints -= 1 }
        numbers[slot].allocatableCPU = allocatable.milliCPU
        numbers[slot].allocatableMemory = allocatable.memory
        numbers[slot].allocatableStorage = allocatable.ephemeralStorage
        numbers[slot].allowedPods = max(0, status.allocatable[ResourceName.pods]?.value ?? 0)
        numbers[slot].isUnschedulable = spec.unschedulable
        numbers[slot].hasSoftTaints = spec.taints.contains { $0.effect == TaintEffect.preferNoSchedule }
        if numbers[slot].hasSoftTaints { nodesWithSoftTaints += 1 }
        setImages(status.images, info, slot)
    }

    /// Forgets a node; pods that are still said to be on it stay known.
    mutating func removeNode(named name: String) {
        guard let slot = slots[name], let info = nodes[slot], info.isPresent else { return }
        setImages([], info, slot)
        if numbers[slot].hasSoftTaints { nodesWithSoftTaints -= 1 }
        info.isPresent = false
        numbers[slot].hasSoftTaints = false
        order.removeAll { $0 == slot }
        topologies = [:]
        verdicts.clear()
        releaseIfUnused(slot)
    }

    /// What the nodes' taints, names and labels mean for a pod.
    mutating func verdicts(for pod: PodInfo) -> NodeVerdicts { verdicts.get(pod, nodes) }

    private mutating func slotForNode(named name: String) -> Int {
        if let slot = slots[name] { return slot }
        let slot: Int
        if let unused = free.popLast() {
            slot = unused
            nodes[slot] = NodeInfo(name: name)
            numbers[slot] = NodeNumbers()
        } else {
            slot = nodes.count
            nodes.append(NodeInfo(name: name))
            numbers.append(NodeNumbers())
        }
        slots[name] = slot
        return slot
    }

    private mutating func releaseIfUnused(_ slot: Int) {
        guard let info = nodes[slot], !info.isPresent, info.pods.isEmpty, info.nominated.isEmpty else { return }
        slots[info.name] = nil
        nodes[slot] = nil
        free.append(slot)
    }

    private mutating func setImages(_ list: [ContainerImage], _ info: NodeInfo, _ slot: Int) {
        let names = list.flatMap(\.names)
        if names == info.imageNames { return }
        for name in info.imageNames {
            images[name]?.slots.remove(slot)
            if images[name]?.slots.isEmpty == true { images[name] = nil }
        }
        for image in list {
            for name in image.names {
                images[name, default: Image(size: image.sizeBytes)].slots.insert(slot)
            }
        }
        info.imageNames = names
    }

    // MARK: pods

    /// Puts a pod on a node, or replaces what was known of it.
    mutating func place(_ pod: PodInfo, on node: String, assumed: Bool = false) {
        if placements[pod.uid] != nil { remove(uid: pod.uid) }
        let slot = slotForNode(named: node)
        placements[pod.uid] = Placement(pod: pod, slot: slot, isAssumed: assumed)
        account(pod, slot, sign: 1)
    }

    /// Takes a pod off its node.
    @discardableResult
    mutating func remove(uid: String) -> Placement? {
        guard let placement = placements.removeValue(forKey: uid) else { return nil }
        account(placement.pod, placement.slot, sign: -1)
        releaseIfUnused(placement.slot)
        return placement
    }

    private mutating func account(_ pod: PodInfo, _ slot: Int, sign: Int64) {
        if sign > 0 { nodes[slot]?.add(pod) } else { nodes[slot]?.remove(pod) }
        numbers[slot].add(pod, sign: sign)
        if !pod.affinity.isEmpty { podsWithAffinity += Int(sign) }
        if !pod.affinity.requiredAntiAffinity.isEmpty { podsWithAntiAffinity += Int(sign) }
        for (name, _) in pod.claims {
            let key = "\(pod.namespace)/\(name)"
            let users = claimUsers[key, default: 0] + Int(sign)
            claimUsers[key] = users > 0 ? users : nil
        }
        guard podCounts[pod.namespace] != nil else { return }
        for selector in podCounts[pod.namespace, default: [:]].keys {
            podCounts[pod.namespace]?[selector]?.add(pod, slot: slot, sign: sign)
        }
    }

    /// Promises a pod room on a node, or (nil) takes the promise back.
    mutating func nominate(_ pod: PodInfo, to node: String?) {
        if let before = nominations.removeValue(forKey: pod.uid) {
            nodes[before.slot]?.nominated.removeAll { $0.uid == pod.uid }
            numbers[before.slot].hasNominated = nodes[before.slot]?.nominated.isEmpty == false
            releaseIfUnused(before.slot)
        }
        guard let node, let slot = slots[node] else { return }
        nominations[pod.uid] = (pod, slot)
        nodes[slot]?.nominated.append(pod)
        numbers[slot].hasNominated = true
    }

    // MARK: derived

    /// The values that nodes have for a label.
    mutating func topology(_ key: String) -> TopologyIndex {
        if let known = topologies[key], known.values.count == nodes.count { return known }
        let fresh = TopologyIndex(key: key, nodes: nodes)
        topologies[key] = fresh
        return fresh
    }

    /// How many pods that match are on each node.
    mutating func counts(namespace: String, _ selector: LabelMatcher) -> PodCounts {
        uses += 1
        if podCounts[namespace]?[selector] == nil {
            if podCounts[namespace, default: [:]].count >= Self.largestCounts {
                let oldest = podCounts[namespace]?.min { $0.value.lastUse < $1.value.lastUse }?.key
                if let oldest { podCounts[namespace]?[oldest] = nil }
            }
            podCounts[namespace, default: [:]][selector] = PodCounts(
                namespace: namespace, selector: selector, nodes: nodes)
        }
        podCounts[namespace]?[selector]?.lastUse = uses
        return podCounts[namespace]?[selector] ?? PodCounts(namespace: namespace, selector: .nothing, nodes: [])
    }
}
