// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

@testable import Scheduler

/// Pods and nodes in few words.
enum Fixture {
    static func node(
        _ name: String, cpu: String = "4", memory: String = "8Gi", pods: Int64 = 110, labels: [String: String] = [:],
        _ change: (inout Node) -> Void = { _ in }
    ) -> Node {
        var node = Node {
            $0.metadata.name = name
            $0.metadata.uid = "node-\(name)"
            $0.metadata.labels = labels.merging(["kubernetes.io/hostname": name]) { first, _ in first }
            $0.status.allocatable = [
                "cpu": Quantity(cpu) ?? Quantity(), "memory": Quantity(memory) ?? Quantity(), "pods": Quantity(pods),
                "ephemeral-storage": "100Gi",
            ]
        }
        change(&node)
        return node
    }

    static func pod(
        _ name: String, cpu: String? = nil, memory: String? = nil, on node: String = "", labels: [String: String] = [:],
        priority: Int32 = 0, _ change: (inout Pod) -> Void = { _ in }
    ) -> Pod {
        var container = Container {
            $0.name = "main"
            $0.image = "app:1"
        }
        if let cpu { container.resources.requests["cpu"] = Quantity(cpu) }
        if let memory { container.resources.requests["memory"] = Quantity(memory) }
        var pod = Pod {
            $0.metadata.namespace = "default"
            $0.metadata.name = name
            $0.metadata.uid = "uid-\(name)"
            $0.metadata.labels = labels
            $0.spec.containers = [container]
            $0.spec.nodeName = node
            $0.spec.priority = priority
            $0.spec.schedulerName = "default-scheduler"
        }
        change(&pod)
        return pod
    }

    static func info(_ pod: Pod) -> PodInfo { PodInfo(pod) }

    /// A cluster of nodes, and of pods on them.
    static func cluster(_ nodes: [Node], _ pods: [Pod] = []) -> ClusterState {
        var cluster = ClusterState()
        for node in nodes { cluster.set(node) }
        for pod in pods { cluster.place(PodInfo(pod), on: pod.spec.nodeName) }
        return cluster
    }

    /// What keeps a pod off each node, by name.
    static func failures(_ pod: Pod, _ cluster: inout ClusterState) throws -> [String: FilterFailure] {
        let context = try FilterContext(PodInfo(pod), &cluster)
        var search = NodeSearch()
        var result: [String: FilterFailure] = [:]
        for (slot, failure) in search.find(context, cluster).failures {
            if let name = cluster.nodes[slot]?.name { result[name] = failure }
        }
        return result
    }

    static func requirement(_ key: String, _ operation: String, _ values: [String] = []) -> NodeSelectorRequirement {
        NodeSelectorRequirement {
            $0.key = key
            $0.operator = operation
            $0.values = values
        }
    }

    static func affinity(required terms: [NodeSelectorTerm]) -> Affinity {
        Affinity {
            $0.nodeAffinity = NodeAffinity {
                $0.requiredDuringSchedulingIgnoredDuringExecution = NodeSelector { $0.nodeSelectorTerms = terms }
            }
        }
    }

    static func term(_ key: String, matching labels: [String: String]) -> PodAffinityTerm {
        PodAffinityTerm {
            $0.topologyKey = key
            $0.labelSelector = LabelSelector { $0.matchLabels = labels }
        }
    }

    static func spread(_ key: String, skew: Int32, matching labels: [String: String], hard: Bool = true)
        -> TopologySpreadConstraint
    {
        TopologySpreadConstraint {
            $0.topologyKey = key
            $0.maxSkew = skew
            $0.whenUnsatisfiable = hard ? "DoNotSchedule" : "ScheduleAnyway"
            $0.labelSelector = LabelSelector { $0.matchLabels = labels }
        }
    }
}

/// Numbers that follow from a seed.
struct SeededGenerator: RandomNumberGenerator, Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
