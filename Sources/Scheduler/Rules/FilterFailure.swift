// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The plugins that can keep a pod off a node. The raw values are Kubernetes' names.
enum Plugin: String, Sendable, Hashable, CaseIterable {
    case schedulingGates = "SchedulingGates"
    case nodeUnschedulable = "NodeUnschedulable"
    case nodeName = "NodeName"
    case taintToleration = "TaintToleration"
    case nodeAffinity = "NodeAffinity"
    case nodePorts = "NodePorts"
    case nodeResourcesFit = "NodeResourcesFit"
    case volumeRestrictions = "VolumeRestrictions"
    case volumeBinding = "VolumeBinding"
    case volumeZone = "VolumeZone"
    case podTopologySpread = "PodTopologySpread"
    case interPodAffinity = "InterPodAffinity"
}

/// Why a pod cannot be on a node.
enum FilterFailure: Sendable, Equatable {
    case nodeUnschedulable
    case nodeName
    case taint
    case nodeAffinity
    case nodePorts
    case resources(ResourceShortage)
    case volumeNodeAffinity
    case volumeBindConflict
    case volumeZone
    case exclusiveClaim
    case topologySpread
    case topologySpreadLabelMissing
    case podAffinity
    case podAntiAffinity
    case existingAntiAffinity

    var plugin: Plugin {
        switch self {
        case .nodeUnschedulable: .nodeUnschedulable
        case .nodeName: .nodeName
        case .taint: .taintToleration
        case .nodeAffinity: .nodeAffinity
        case .nodePorts: .nodePorts
        case .resources: .nodeResourcesFit
        case .volumeNodeAffinity, .volumeBindConflict: .volumeBinding
        case .volumeZone: .volumeZone
        case .exclusiveClaim: .volumeRestrictions
        case .topologySpread, .topologySpreadLabelMissing: .podTopologySpread
        case .podAffinity, .podAntiAffinity, .existingAntiAffinity: .interPodAffinity
        }
    }

    /// Whether the pod could be there if other pods went.
    var isResolvable: Bool {
        switch self {
        case .nodePorts, .topologySpread, .podAntiAffinity, .existingAntiAffinity, .exclusiveClaim: true
        case .resources(let shortage): !shortage.exceedsNode
        case .nodeUnschedulable, .nodeName, .taint, .nodeAffinity, .volumeNodeAffinity, .volumeBindConflict,
            .volumeZone,
            .topologySpreadLabelMissing, .podAffinity:
            false
        }
    }

    /// In Kubernetes' words.
    var reasons: [String] {
        switch self {
        case .nodeUnschedulable: ["node(s) were unschedulable"]
        case .nodeName: ["node(s) didn't match the requested node name"]
        case .taint: ["node(s) had untolerated taint(s)"]
        case .nodeAffinity: ["node(s) didn't match Pod's node affinity/selector"]
        case .nodePorts: ["node(s) didn't have free ports for the requested pod ports"]
        case .resources(let shortage): shortage.reasons
        case .volumeNodeAffinity: ["node(s) didn't match PersistentVolume's node affinity"]
        case .volumeBindConflict: ["node(s) didn't find available persistent volumes to bind"]
        case .volumeZone: ["node(s) had no available volume zone"]
        case .exclusiveClaim:
            ["node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"]
        case .topologySpread: ["node(s) didn't match pod topology spread constraints"]
        case .topologySpreadLabelMissing:
            ["node(s) didn't match pod topology spread constraints (missing required label)"]
        case .podAffinity: ["node(s) didn't match pod affinity rules"]
        case .podAntiAffinity: ["node(s) didn't match pod anti-affinity rules"]
        case .existingAntiAffinity: ["node(s) didn't satisfy existing pods anti-affinity rules"]
        }
    }
}

/// The resources that a node has too little of.
struct ResourceShortage: Sendable, Equatable {
    var pods = false
    var cpu = false
    var memory = false
    var ephemeralStorage = false
    var scalars: [String] = []
    /// Whether the pod asks for more than the whole node has.
    var exceedsNode = false

    var isEmpty: Bool { !pods && !cpu && !memory && !ephemeralStorage && scalars.isEmpty }

    var reasons: [String] {
        var result: [String] = []
        if pods { result.append("Too many pods") }
        if cpu { result.append("Insufficient cpu") }
        if memory { result.append("Insufficient memory") }
        if ephemeralStorage { result.append("Insufficient ephemeral-storage") }
        return result + scalars.map { "Insufficient \($0)" }
    }
}

/// Why a pod cannot be on any node, found before nodes are looked at.
struct PreFilterFailure: Error, Sendable, Equatable {
    var plugin: Plugin
    var message: String
}
