// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Logging
import Synchronization
import Wire

/// How many bindings have ended since the loop last looked.
typealias BindingCounter = Mutex<Int>

extension Scheduler {
    /// Tells the API server, and the user, what was decided.
    func carryOut(_ decision: SchedulingEngine.Decision) async {
        switch decision {
        case .skip: return
        case .bind(let entry, let node, let volumes): await bind(entry, to: node, volumes)
        case .unschedulable(let entry, let rejection): await reject(entry, rejection)
        }
    }

    private func bind(_ entry: SchedulingQueue.Entry, to node: String, _ volumes: VolumeBinding.Work) async {
        let pod = entry.pod
        do {
            if !volumes.isEmpty { try await prepare(volumes, on: node) }
            try await client.bind(namespace: pod.namespace, pod: pod.name, uid: pod.uid, to: node)
            recorder.record(
                .normal, reason: "Scheduled", message: "Successfully assigned \(pod.namespace)/\(pod.name) to \(node)",
                about: pod.reference)
            logger.debug("bound", metadata: ["pod": "\(pod.key)", "node": "\(node)"])
            endedBindings.withLock { $0 += 1 }
            mailbox.post { _, _ in }
        } catch {
            endedBindings.withLock { $0 += 1 }
            let isGone = error.isNotFound || error.isConflict
            mailbox.post { engine, now in
                if isGone {
                    engine.abandon(uid: pod.uid, now: now)
                } else {
                    engine.bindingFailed(entry, volumes: volumes, now: now)
                }
            }
            if isGone || error.code == .cancelled { return }
            logger.warning(
                "binding failed, will retry", metadata: ["pod": "\(pod.key)", "node": "\(node)", "error": "\(error)"])
            recorder.record(
                .warning, reason: "FailedScheduling", message: "binding rejected: \(error.message)",
                about: pod.reference)
            await setCondition(pod, reason: "SchedulerError", message: error.message, nominated: nil)
        }
    }

    private func reject(_ entry: SchedulingQueue.Entry, _ rejection: SchedulingEngine.Rejection) async {
        let pod = entry.pod
        recorder.record(.warning, reason: "FailedScheduling", message: rejection.message, about: pod.reference)
        await makeRoom(for: pod, rejection)
        let nominated = rejection.nominatedNode ?? (rejection.clearsNomination ? "" : nil)
        await setCondition(pod, reason: "Unschedulable", message: rejection.message, nominated: nominated)
    }

    private func makeRoom(for pod: PodInfo, _ rejection: SchedulingEngine.Rejection) async {
        guard let node = rejection.nominatedNode else { return }
        for victim in rejection.victims where !victim.isTerminating {
            do {
                let condition: JSONValue = [
                    "type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler",
                    "message": "default-scheduler: preempting to accommodate a higher priority pod",
                    "lastTransitionTime": .string(timekeeper.time.text),
                ]
                try await patchStatus(of: victim, ["conditions": [condition]])
                try await client.delete(Pod.self, namespace: victim.namespace, name: victim.name)
                recorder.record(
                    .normal, reason: "Preempted", message: "Preempted by pod \(pod.uid) on node \(node)",
                    about: victim.reference)
            } catch {
                if error.isNotFound { continue }
                logger.warning(
                    "preempting a pod failed",
                    metadata: ["pod": "\(victim.key)", "for": "\(pod.key)", "error": "\(error)"])
            }
        }
    }

    /// - Parameter nominated: nil to leave it as it is.
    private func setCondition(_ pod: PodInfo, reason: String, message: String, nominated: String?) async {
        let old = pod.scheduledCondition
        let isSame = old?.status == ConditionStatus.false && old?.reason == reason && old?.message == message
        if isSame && (nominated ?? pod.nominatedNodeName) == pod.nominatedNodeName { return }
        let since = old?.status == ConditionStatus.false ? old?.lastTransitionTime : nil
        var condition: JSONValue = [
            "type": .string(PodConditionType.podScheduled), "status": .string(ConditionStatus.false),
            "reason": .string(reason),
            "message": .string(message), "lastProbeTime": nil,
            "lastTransitionTime": .string((since ?? timekeeper.time).text),
        ]
        if pod.generation > 0 { condition["observedGeneration"] = .int(pod.generation) }
        var change: JSONValue = ["conditions": [condition]]
        if let nominated { change["nominatedNodeName"] = nominated.isEmpty ? JSONValue.null : .string(nominated) }
        do {
            try await patchStatus(of: pod, change)
        } catch {
            if error.isNotFound || error.code == .cancelled { return }
            logger.warning("setting a pod's condition failed", metadata: ["pod": "\(pod.key)", "error": "\(error)"])
        }
    }

    private func patchStatus(of pod: PodInfo, _ status: JSONValue) async throws(ClientError) {
        let patch: JSONValue = ["metadata": ["uid": .string(pod.uid)], "status": status]
        _ = try await client.patch(
            Pod.self, namespace: pod.namespace, name: pod.name, .strategic(patch.bytes()), subresource: "status")
    }
}

extension SchedulingEngine {
    /// Gives up a pod that is gone, or has a node from somebody else.
    mutating func abandon(uid: String, now: Duration) {
        if cluster.placement(of: uid)?.isAssumed == true { forget(uid: uid, now: now) }
    }
}
