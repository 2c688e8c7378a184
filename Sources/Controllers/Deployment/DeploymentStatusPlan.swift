// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// What a Deployment reports of itself.
struct DeploymentStatusPlan {
    let deployment: Deployment
    let sets: DeploymentSets
    let now: Time

    /// The numbers and conditions of now.
    func status() -> DeploymentStatus {
        var status = DeploymentStatus {
            $0.observedGeneration = deployment.metadata.generation
            $0.replicas = Int32(clamping: DeploymentSets.actual(sets.all))
            $0.updatedReplicas = sets.current?.status.replicas ?? 0
            $0.readyReplicas = Int32(clamping: DeploymentSets.ready(sets.all))
            $0.availableReplicas = Int32(clamping: DeploymentSets.available(sets.all))
            $0.collisionCount = deployment.status.collisionCount
            $0.conditions = deployment.status.conditions
        }
        status.terminatingReplicas = sets.all.reduce(0) { $0 + ($1.status.terminatingReplicas ?? 0) }
        status.unavailableReplicas = max(
            0, Int32(clamping: DeploymentSets.replicas(sets.all)) - status.availableReplicas)
        let isAvailable = Int(status.availableReplicas) >= deployment.wantedReplicas - deployment.maxUnavailable
        set(
            &status, DeploymentConditionType.available, isAvailable ? "True" : "False",
            isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            isAvailable ? "Deployment has minimum availability." : "Deployment does not have minimum availability.")
        reportProgress(&status)
        reportFailure(&status)
        return status
    }

    /// Whether the rollout is done: every pod is of the present template and available.
    static func isComplete(_ deployment: Deployment, _ status: DeploymentStatus) -> Bool {
        let wanted = Int32(clamping: deployment.wantedReplicas)
        return status.updatedReplicas == wanted && status.replicas == wanted && status.availableReplicas == wanted
            && status.observedGeneration >= deployment.metadata.generation
    }

    private func reportProgress(_ status: inout DeploymentStatus) {
        guard let deadline = deployment.spec.progressDeadlineSeconds, deadline != Int32.max else {
            status.conditions.removeAll { $0.type == DeploymentConditionType.progressing }
            return
        }
        let known = status.conditions.first { $0.type == DeploymentConditionType.progressing }
        let isSettled = status.replicas == status.updatedReplicas && known?.reason == "NewReplicaSetAvailable"
        guard !isSettled else { return }
        let name = sets.current?.metadata.name ?? deployment.metadata.name
        let subject = sets.current == nil ? "Deployment \"\(name)\"" : "ReplicaSet \"\(name)\""
        if Self.isComplete(deployment, status) {
            set(
                &status, DeploymentConditionType.progressing, "True", "NewReplicaSetAvailable",
                "\(subject) has successfully progressed.")
        } else if isProgressing(status) {
            set(
                &status, DeploymentConditionType.progressing, "True", "ReplicaSetUpdated", "\(subject) is progressing.",
                touch: true)
        } else if let known, hasTimedOut(known, deadline) {
            set(
                &status, DeploymentConditionType.progressing, "False", "ProgressDeadlineExceeded",
                "\(subject) has timed out progressing.")
        }
    }

    /// Whether something moved since the last report.
    private func isProgressing(_ status: DeploymentStatus) -> Bool {
        let before = deployment.status
        let oldBefore = before.replicas - before.updatedReplicas
        let oldNow = status.replicas - status.updatedReplicas
        return status.updatedReplicas > before.updatedReplicas || oldNow < oldBefore
            || status.readyReplicas > before.readyReplicas
            || status.availableReplicas > before.availableReplicas
    }

    private func hasTimedOut(_ condition: DeploymentCondition, _ deadline: Int32) -> Bool {
        if condition.reason == "ProgressDeadlineExceeded" { return true }
        guard condition.reason != "NewReplicaSetAvailable" else { return false }
        return now.seconds - condition.lastUpdateTime.seconds > Int64(deadline)
    }

    private func reportFailure(_ status: inout DeploymentStatus) {
        let failure = sets.all.reversed().lazy.compactMap { set in
            set.status.conditions.first { $0.type == ReplicaSetConditionType.replicaFailure && $0.status == "True" }
        }.first
        status.conditions.removeAll { $0.type == DeploymentConditionType.replicaFailure && failure == nil }
        if let failure { set(&status, DeploymentConditionType.replicaFailure, "True", failure.reason, failure.message) }
    }

    private func set(
        _ status: inout DeploymentStatus, _ type: String, _ value: String, _ reason: String, _ message: String,
        touch: Bool = false
    ) {
        DeploymentStatusPlan.set(&status.conditions, type, value, reason, message, now: now, touch: touch)
    }

    /// Puts a condition in; its transition time changes only with its status, its update time only with its reason.
    static func set(
        _ conditions: inout [DeploymentCondition], _ type: String, _ value: String, _ reason: String, _ message: String,
        now: Time,
        touch: Bool = false
    ) {
        let known = conditions.first { $0.type == type }
        if !touch, let known, known.status == value, known.reason == reason { return }
        conditions.removeAll { $0.type == type }
        conditions.append(
            DeploymentCondition {
                $0.type = type
                $0.status = value
                $0.reason = reason
                $0.message = message
                $0.lastUpdateTime = now
                $0.lastTransitionTime = known?.status == value ? known?.lastTransitionTime ?? now : now
            })
    }

    /// Seconds until the rollout counts as stuck, if it can still get stuck.
    func secondsUntilDeadline(_ status: DeploymentStatus) -> Int64? {
        guard let deadline = deployment.spec.progressDeadlineSeconds, deadline != Int32.max,
            !Self.isComplete(deployment, status),
            let condition = status.conditions.first(where: { $0.type == DeploymentConditionType.progressing }),
            condition.reason != "ProgressDeadlineExceeded", condition.reason != "NewReplicaSetAvailable"
        else { return nil }
        return max(1, Int64(deadline) - (now.seconds - condition.lastUpdateTime.seconds) + 1)
    }
}
