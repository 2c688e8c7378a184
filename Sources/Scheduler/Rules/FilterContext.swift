// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// What the filters know of one pod before they look at nodes.
struct FilterContext {
    let pod: PodInfo
    /// The only nodes that can do; nil for any.
    let onlyNames: Set<String>?
    let volumeDemands: VolumeBinding.Demands
    /// Whether another pod uses a claim that only one may use.
    private let hasClaimConflict: Bool
    private let spread: PodTopologySpreadFilter?
    private let affinity: InterPodAffinityFilter?
    private let verdicts: NodeVerdicts
    private let hasPorts: Bool

    /// - Throws: where no node can do.
    init(_ pod: PodInfo, _ cluster: inout ClusterState) throws(PreFilterFailure) {
        self.pod = pod
        onlyNames = pod.requiredNodeAffinity.onlyNames
        if let onlyNames, onlyNames.isEmpty {
            throw PreFilterFailure(plugin: .nodeAffinity, message: "pod affinity terms conflict")
        }
        volumeDemands = pod.claims.isEmpty ? .init() : try VolumeBinding.prefilter(pod, cluster.volumes)
        hasClaimConflict =
            !pod.claims.isEmpty
            && VolumeRestrictions.exclusiveClaims(pod, cluster.volumes).contains { cluster.usersOfClaim($0) > 0 }
        spread = PodTopologySpreadFilter(pod, &cluster)
        affinity = InterPodAffinityFilter(pod, &cluster)
        verdicts = cluster.verdicts(for: pod)
        hasPorts = !pod.hostPorts.isEmpty
    }

    /// Whether moving other pods changes what is known here.
    var dependsOnOtherNodes: Bool { spread != nil || affinity != nil }

    /// The first reason why the pod cannot be on the node; nil where it can.
    func filter(_ slot: Int, _ node: NodeInfo, _ numbers: NodeNumbers) -> FilterFailure? {
        if numbers.isUnschedulable, let failure = NodeUnschedulable.filter(pod, numbers) { return failure }
        if let failure = NodeNameFilter.filter(pod, node) { return failure }
        if let failure = verdicts.filter(slot) { return failure }
        if hasPorts, let failure = NodePorts.filter(pod, node) { return failure }
        if let failure = NodeResourcesFit.filter(pod, numbers, node) { return failure }
        if hasClaimConflict { return .exclusiveClaim }
        if !volumeDemands.isEmpty, let failure = VolumeBinding.filter(volumeDemands, node) { return failure }
        if let failure = spread?.filter(slot) { return failure }
        return affinity?.filter(slot)
    }
}
