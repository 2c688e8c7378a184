// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Something that may make an unschedulable pod schedulable.
enum ClusterEvent: Sendable {
    /// What of a node changed.
    struct NodeChange: OptionSet, Sendable {
        let rawValue: Int
        static let added = NodeChange(rawValue: 1)
        static let allocatable = NodeChange(rawValue: 2)
        static let labels = NodeChange(rawValue: 4)
        static let taints = NodeChange(rawValue: 8)
        static let removed = NodeChange(rawValue: 16)
    }

    case node(NodeChange)
    /// A pod is on a node now, or has other labels there.
    case podPlaced(PodInfo)
    /// A pod has gone from its node, or takes less of it.
    case podRemoved(PodInfo)
    /// A claim, a volume or a storage class changed.
    case volumes
    /// The labels of a namespace changed.
    case namespace

    /// Whether it is worth trying a pod again that a plugin rejected.
    ///
    /// - SeeAlso: KEP-4247, queueing hints.
    func helps(_ pod: PodInfo, rejectedBy plugin: Plugin) -> Bool {
        switch (self, plugin) {
        case (_, .schedulingGates): false
        case (.node(let change), _): Self.helps(change, plugin)
        case (.podRemoved, .nodeResourcesFit): true
        case (.podRemoved(let other), .nodePorts):
            other.hostPorts.contains { port in pod.hostPorts.contains { $0.conflicts(with: port) } }
        case (.podRemoved(let other), .podTopologySpread), (.podPlaced(let other), .podTopologySpread):
            other.namespace == pod.namespace && pod.hardSpread.contains { $0.selector.matches(other.labels) }
        case (.podRemoved, .interPodAffinity): true
        case (.podPlaced, .interPodAffinity): !pod.affinity.requiredAffinity.isEmpty
        case (.volumes, .volumeBinding), (.volumes, .volumeZone), (.volumes, .volumeRestrictions): true
        case (.podRemoved(let other), .volumeRestrictions):
            other.namespace == pod.namespace
                && other.claims.contains { claim in pod.claims.contains { $0.name == claim.name } }
        case (.namespace, .interPodAffinity): true
        default: false
        }
    }

    private static func helps(_ change: NodeChange, _ plugin: Plugin) -> Bool {
        if change.contains(.added) { return true }
        let useful: NodeChange =
            switch plugin {
            case .nodeResourcesFit: .allocatable
            case .nodeUnschedulable, .taintToleration: .taints
            case .nodeAffinity, .volumeBinding, .volumeZone: .labels
            case .podTopologySpread: [.labels, .taints, .removed]
            case .interPodAffinity: .labels
            case .nodeName, .nodePorts, .schedulingGates, .volumeRestrictions: []
            }
        return !change.isDisjoint(with: useful)
    }
}
