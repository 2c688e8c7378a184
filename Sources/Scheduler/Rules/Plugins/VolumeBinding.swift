// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// Whether the volumes of a pod's claims can be reached from a node, and what has to be done for claims that wait for their first
/// consumer.
///
/// - SeeAlso: plugin `VolumeBinding` of kube-scheduler.
enum VolumeBinding {
    /// What the volumes of one pod ask of its node.
    struct Demands: Sendable {
        /// Of volumes that are bound.
        var affinities: [NodeSelectorMatcher] = []
        var zones: [VolumeZone.Demand] = []
        /// Claims that get a volume once there is a node.
        var waiting: [WaitingClaim] = []

        var isEmpty: Bool { affinities.isEmpty && zones.isEmpty && waiting.isEmpty }
    }

    /// What is to be written before a pod is bound.
    struct Work: Sendable, Equatable {
        /// A volume that exists already, for a claim.
        struct Match: Sendable, Equatable {
            var volume: String
            var claim: String
            var claimUID: String
        }

        var namespace = ""
        var matches: [Match] = []
        /// Claims whose volume is to be made where the pod goes.
        var provisions: [String] = []

        var isEmpty: Bool { matches.isEmpty && provisions.isEmpty }
        /// The names of all these claims.
        var claims: [String] { matches.map(\.claim) + provisions }
    }

    /// - Throws: where a claim is missing or cannot be bound.
    static func prefilter(_ pod: PodInfo, _ facts: VolumeFacts) throws(PreFilterFailure) -> Demands {
        var demands = Demands()
        for (name, isEphemeral) in pod.claims {
            guard let claim = facts.claims["\(pod.namespace)/\(name)"] else {
                throw failure(
                    isEphemeral
                        ? "waiting for ephemeral volume controller to create the persistentvolumeclaim \"\(name)\""
                        : "persistentvolumeclaim \"\(name)\" not found")
            }
            let bound = claim.spec.volumeName
            if claim.metadata.deletionTimestamp != nil {
                throw failure("persistentvolumeclaim \"\(name)\" is being deleted")
            }
            if claim.status.phase == PersistentVolumeClaimPhase.lost {
                throw failure("persistentvolumeclaim \"\(name)\" bound to non-existent persistentvolume \"\(bound)\"")
            }
            if bound.isEmpty {
                guard let waiting = WaitingClaim(claim, facts) else {
                    throw failure("pod has unbound immediate PersistentVolumeClaims")
                }
                demands.waiting.append(waiting)
                continue
            }
            guard let volume = facts.volumes[bound] else { throw failure("persistentvolume \"\(bound)\" not found") }
            if let required = volume.spec.nodeAffinity?.required {
                demands.affinities.append(NodeSelectorMatcher(required))
            }
            demands.zones += VolumeZone.demands(of: volume)
        }
        return demands
    }

    static func filter(_ demands: Demands, _ node: NodeInfo) -> FilterFailure? {
        guard demands.affinities.allSatisfy({ $0.matches(name: node.name, labels: node.labels) }) else {
            return .volumeNodeAffinity
        }
        if !VolumeZone.admits(demands.zones, node) { return .volumeZone }
        return demands.waiting.isEmpty || plan(demands.waiting, node) != nil ? nil : .volumeBindConflict
    }

    /// How the waiting claims get their volumes on a node; nil where they cannot.
    static func plan(_ waiting: [WaitingClaim], _ node: NodeInfo) -> Work? {
        var work = Work()
        var taken: Set<String> = []
        // The largest last, so that small claims do not take its volume.
        for claim in waiting.sorted(by: { ($0.bytes, $0.name) < ($1.bytes, $1.name) }) {
            work.namespace = claim.namespace
            let fitting = claim.candidates.first {
                !taken.contains($0.name) && $0.affinity?.matches(name: node.name, labels: node.labels) ?? true
            }
            if let fitting {
                taken.insert(fitting.name)
                work.matches.append(.init(volume: fitting.name, claim: claim.name, claimUID: claim.uid))
            } else if claim.canBeProvisioned, claim.allows(node) {
                work.provisions.append(claim.name)
            } else {
                return nil
            }
        }
        return work
    }

    private static func failure(_ message: String) -> PreFilterFailure {
        PreFilterFailure(plugin: .volumeBinding, message: message)
    }
}

/// A claim of a class whose volumes are bound when there is a node for the first pod that uses them.
struct WaitingClaim: Sendable {
    /// A volume that nobody has and that is large enough.
    struct Candidate: Sendable {
        var name: String
        var bytes: Int64
        /// nil for any node.
        var affinity: NodeSelectorMatcher?
    }

    var namespace: String
    var name: String
    var uid: String
    var bytes: Int64
    /// The smallest first.
    var candidates: [Candidate]
    var canBeProvisioned: Bool
    private var topologies: [[(key: String, values: Set<String>)]]

    static let noProvisioner = "kubernetes.io/no-provisioner"
    static let waits = "WaitForFirstConsumer"

    /// - Returns: nil where the claim does not wait for a consumer.
    init?(_ claim: PersistentVolumeClaim, _ facts: VolumeFacts) {
        guard let className = claim.spec.storageClassName, let storageClass = facts.classes[className],
            storageClass.volumeBindingMode == Self.waits
        else { return nil }
        namespace = claim.metadata.namespace
        name = claim.metadata.name
        uid = claim.metadata.uid
        let bytes = max(0, claim.spec.resources.requests["storage"]?.value ?? 0)
        self.bytes = bytes
        canBeProvisioned = storageClass.provisioner != Self.noProvisioner
        topologies = storageClass.allowedTopologies.map { term in
            term.matchLabelExpressions.map { ($0.key, Set($0.values)) }
        }
        let selector = claim.spec.selector.map { LabelMatcher($0) } ?? .everything
        candidates = facts.volumes.values.compactMap { volume in
            let spec = volume.spec
            guard spec.storageClassName == className, Self.isFree(volume, for: claim, facts.promised),
                selector.matches(volume.metadata.labels),
                Set(claim.spec.accessModes).isSubset(of: spec.accessModes),
                (spec.volumeMode ?? "Filesystem") == (claim.spec.volumeMode ?? "Filesystem"),
                let capacity = spec.capacity["storage"]?.value, capacity >= bytes
            else { return nil }
            return Candidate(
                name: volume.metadata.name, bytes: capacity,
                affinity: spec.nodeAffinity?.required.map(NodeSelectorMatcher.init))
        }
        .sorted { ($0.bytes, $0.name) < ($1.bytes, $1.name) }
    }

    /// - Parameter promised: volumes that pods were promised, by name, and the UID of the claim.
    private static func isFree(
        _ volume: PersistentVolume, for claim: PersistentVolumeClaim, _ promised: [String: String]
    ) -> Bool {
        if volume.metadata.deletionTimestamp != nil { return false }
        if let uid = promised[volume.metadata.name], uid != claim.metadata.uid { return false }
        if let owner = volume.spec.claimRef {
            return owner.namespace == claim.metadata.namespace && owner.name == claim.metadata.name
                && (owner.uid.isEmpty || owner.uid == claim.metadata.uid)
        }
        return volume.status.phase == "Available"
    }

    /// Whether the class makes volumes for the node.
    func allows(_ node: NodeInfo) -> Bool {
        topologies.isEmpty
            || topologies.contains { term in
                term.allSatisfy { key, values in node.labels[key].map(values.contains) ?? false }
            }
    }
}
