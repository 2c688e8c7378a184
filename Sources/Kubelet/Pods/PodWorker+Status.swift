// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Logging

extension PodWorker {
    /// Works out the status and sends it when it changed; what changes while one is being sent goes together with the next.
    func publish(_ plan: PodPlan) {
        // a pod that had ended before: what is in the API is all that is known
        if case .terminal = situation.ending, situation.observed.containers.isEmpty { return }
        var previous = lastStatus
        previous.conditions = merged(lastStatus.conditions, pod.status.conditions)
        let rules = PodStatusRules(situation: situation, plan: plan, hostIPs: services.node.current.hostIPs)
        lastStatus = rules.status(previous: previous)
        sendStatus()
    }

    /// Fails a pod that the node does not take.
    func refuse(_ refusal: PodRefusal) {
        services.events.record(pod, nil, refusal.reason, refusal.message, isWarning: true)
        lastStatus.phase = PodPhase.failed
        lastStatus.reason = refusal.reason
        lastStatus.message = "Pod was rejected: \(refusal.message)"
        lastStatus.observedGeneration = pod.metadata.generation
        lastStatus.startTime = services.now.time
        if lastStatus.qosClass.isEmpty { lastStatus.qosClass = QualityOfService.of(pod.spec) }
        sendStatus()
    }

    /// Our own conditions as we last said them, those of others as the API has them.
    private func merged(_ own: [PodCondition], _ current: [PodCondition]) -> [PodCondition] {
        own.filter { PodConditionRules.own.contains($0.type) }
            + current.filter { !PodConditionRules.own.contains($0.type) }
    }

    private func sendStatus() {
        guard !isGone, lastStatus != written, statusTask == nil, !isStatic || mirrorUID != nil else { return }
        // awaited by `flushStatus` and `endAll`
        statusTask = Task { await self.sendPending() }
    }

    private func sendPending() async {
        while !Task.isCancelled, !isGone, lastStatus != written {
            let wanted = lastStatus
            guard !isStatic || mirrorUID != nil else { break }
            guard let patch = StatusPatch.make(from: written, to: wanted, uid: mirrorUID ?? uid) else {
                written = wanted
                continue
            }
            do {
                _ = try await services.client.patch(
                    Pod.self, namespace: pod.metadata.namespace, name: pod.metadata.name, .strategic(patch),
                    subresource: "status")
                written = wanted
                statusFailures = 0
            } catch {
                if error.isNotFound || error.isConflict { break }  // it is gone, or another one of its name
                statusFailures += 1
                logger.warning("status not written, will retry", metadata: ["error": "\(error)"])
                await pause(min(.seconds(10), .milliseconds(100) * (1 << min(statusFailures, 7))))
            }
        }
        statusTask = nil
    }

    /// Waits until the newest status is written, or it turns out that nobody wants it.
    func flushStatus() async {
        publish(PodPlan(situation))
        await statusTask?.value
    }
}
