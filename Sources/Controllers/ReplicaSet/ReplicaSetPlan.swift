// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// What a ReplicaSet asks for, given the pods it has.
///
/// - SeeAlso: Kubernetes' documentation "ReplicaSet", "Pod deletion cost".
struct ReplicaSetPlan {
    enum Change: Equatable {
        case none
        case create(Int)
        case delete([Pod])
    }

    /// At most so many pods are made or deleted at once.
    static let burst = 500

    /// Pods to make, or to delete in this order.
    static func change(_ set: ReplicaSet, active: [Pod], now: Time) -> Change {
        let wanted = Int(set.spec.replicas ?? 1)
        let difference = active.count - wanted
        if difference < 0 { return .create(min(-difference, burst)) }
        if difference > 0 {
            var onNode: [String: Int] = [:]
            for pod in active where !pod.spec.nodeName.isEmpty { onNode[pod.spec.nodeName, default: 0] += 1 }
            let ranked = active.sorted { a, b in
                precedes(a, b, crowdA: onNode[a.spec.nodeName] ?? 0, crowdB: onNode[b.spec.nodeName] ?? 0)
            }
            return .delete(Array(ranked.prefix(min(difference, burst))))
        }
        return .none
    }

    private static let phaseRank = [PodPhase.pending: 0, PodPhase.unknown: 1, PodPhase.running: 2]

    /// Whether `a` is to be deleted before `b`: what serves least goes first.
    static func precedes(_ a: Pod, _ b: Pod, crowdA: Int, crowdB: Int) -> Bool {
        if a.spec.nodeName.isEmpty != b.spec.nodeName.isEmpty { return a.spec.nodeName.isEmpty }
        let (phaseA, phaseB) = (phaseRank[a.status.phase] ?? 0, phaseRank[b.status.phase] ?? 0)
        if phaseA != phaseB { return phaseA < phaseB }
        if a.isReady != b.isReady { return !a.isReady }
        if a.deletionCost != b.deletionCost { return a.deletionCost < b.deletionCost }
        if crowdA != crowdB { return crowdA > crowdB }
        if a.isReady, b.isReady, let readyA = a.readyCondition?.lastTransitionTime,
            let readyB = b.readyCondition?.lastTransitionTime,
            readyA != readyB
        {
            return readyA.isZero ? true : readyB.isZero ? false : readyA > readyB
        }
        if a.restartCount != b.restartCount { return a.restartCount > b.restartCount }
        if a.metadata.creationTimestamp != b.metadata.creationTimestamp {
            return a.metadata.creationTimestamp > b.metadata.creationTimestamp
        }
        return a.metadata.name < b.metadata.name
    }

    /// The status that the pods amount to.
    static func status(_ set: ReplicaSet, active: [Pod], terminating: Int, failure: String?, now: Time)
        -> ReplicaSetStatus
    {
        var status = set.status
        let labels = set.spec.template.metadata.labels
        status.replicas = Int32(active.count)
        status.fullyLabeledReplicas = Int32(
            active.filter { pod in labels.allSatisfy { pod.metadata.labels[$0.key] == $0.value } }.count)
        status.readyReplicas = Int32(active.filter(\.isReady).count)
        status.availableReplicas = Int32(
            active.filter { $0.isAvailable(minReadySeconds: set.spec.minReadySeconds, now: now) }.count)
        status.terminatingReplicas = Int32(terminating)
        status.observedGeneration = set.metadata.generation
        let known = status.conditions.first { $0.type == ReplicaSetConditionType.replicaFailure }
        status.conditions.removeAll { $0.type == ReplicaSetConditionType.replicaFailure }
        if let failure {
            status.conditions.append(
                ReplicaSetCondition {
                    $0.type = ReplicaSetConditionType.replicaFailure
                    $0.status = "True"
                    $0.reason = "FailedCreate"
                    $0.message = failure
                    $0.lastTransitionTime = known?.lastTransitionTime ?? now
                })
        }
        return status
    }
}
