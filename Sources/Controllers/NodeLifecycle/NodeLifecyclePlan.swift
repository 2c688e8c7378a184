// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// What becomes of a node by its conditions and the age of its heartbeat.
///
/// - SeeAlso: Kubernetes' documentation "Nodes", "Taints and Tolerations" (taint based evictions, taints by condition).
enum NodeLifecyclePlan {
    /// How long a node may be silent before it counts as unreachable.
    static let gracePeriod = Duration.seconds(50)
    static let unreachable = "node.kubernetes.io/unreachable"
    static let notReady = "node.kubernetes.io/not-ready"
    static let unschedulable = "node.kubernetes.io/unschedulable"
    /// Taints that follow a condition which is True.
    static let pressureTaints = [
        "MemoryPressure": "node.kubernetes.io/memory-pressure", "DiskPressure": "node.kubernetes.io/disk-pressure",
        "PIDPressure": "node.kubernetes.io/pid-pressure",
        "NetworkUnavailable": "node.kubernetes.io/network-unavailable",
    ]
    static let heartbeatConditions = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"]

    /// The node's conditions after a silence: all that the kubelet reports become Unknown.
    static func silenced(_ node: Node, now: Time) -> NodeStatus {
        var status = node.status
        for type in heartbeatConditions {
            let isReady = type == "Ready"
            if let index = status.conditions.firstIndex(where: { $0.type == type }) {
                guard status.conditions[index].status != "Unknown" else { continue }
                status.conditions[index].status = "Unknown"
                status.conditions[index].reason = "NodeStatusUnknown"
                status.conditions[index].message = "Kubelet stopped posting node status."
                status.conditions[index].lastTransitionTime = now
            } else if isReady {
                status.conditions.append(
                    NodeCondition {
                        $0.type = type
                        $0.status = "Unknown"
                        $0.reason = "NodeStatusNeverUpdated"
                        $0.message = "Kubelet never posted node status."
                        $0.lastHeartbeatTime = node.metadata.creationTimestamp
                        $0.lastTransitionTime = now
                    })
            }
        }
        return status
    }

    /// The taints that the node should have: those of others stay, ours follow the conditions.
    static func taints(_ node: Node, now: Time) -> [Taint] {
        var wanted: [(key: String, effect: String)] = []
        let ready = node.status.conditions.first { $0.type == "Ready" }?.status
        switch ready {
        case "True": break
        case "False":
            wanted.append((notReady, TaintEffect.noSchedule))
            wanted.append((notReady, TaintEffect.noExecute))
        case "Unknown":
            wanted.append((unreachable, TaintEffect.noSchedule))
            wanted.append((unreachable, TaintEffect.noExecute))
        default: wanted.append((notReady, TaintEffect.noSchedule))
        }
        for (type, key) in pressureTaints.sorted(by: { $0.key < $1.key })
        where node.status.conditions.contains(where: { $0.type == type && $0.status == "True" }) {
            wanted.append((key, TaintEffect.noSchedule))
        }
        if node.spec.unschedulable { wanted.append((unschedulable, TaintEffect.noSchedule)) }
        let ours = Set(pressureTaints.values).union([unreachable, notReady, unschedulable])
        var taints = node.spec.taints.filter { taint in
            !ours.contains(taint.key) || wanted.contains { $0.key == taint.key && $0.effect == taint.effect }
        }
        for (key, effect) in wanted where !taints.contains(where: { $0.key == key && $0.effect == effect }) {
            taints.append(
                Taint {
                    $0.key = key
                    $0.effect = effect
                    if effect == TaintEffect.noExecute { $0.timeAdded = now }
                })
        }
        return taints
    }

    /// When a pod has to leave a node with these taints.
    enum Eviction: Equatable {
        case never
        case now
        /// So many seconds after the taint was added.
        case after(seconds: Int64)
    }

    static func eviction(_ pod: Pod, taints: [Taint]) -> Eviction {
        let harmful = taints.filter { $0.effect == TaintEffect.noExecute }
        guard !harmful.isEmpty else { return .never }
        var shortest: Int64?
        for taint in harmful {
            let tolerations = pod.spec.tolerations.filter { tolerates($0, taint) }
            guard !tolerations.isEmpty else { return .now }
            for seconds in tolerations.compactMap(\.tolerationSeconds) { shortest = min(shortest ?? seconds, seconds) }
        }
        return shortest.map { .after(seconds: max(0, $0)) } ?? .never
    }

    static func tolerates(_ toleration: Toleration, _ taint: Taint) -> Bool {
        guard toleration.effect.isEmpty || toleration.effect == taint.effect else { return false }
        guard toleration.key.isEmpty || toleration.key == taint.key else { return false }
        switch toleration.operator {
        case "Exists": return true
        case "", "Equal": return !toleration.key.isEmpty && toleration.value == taint.value
        default: return false
        }
    }
}
