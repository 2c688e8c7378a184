// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The status of a pod: its phase, conditions, addresses and containers.
///
/// - SeeAlso: `generateAPIPodStatus` of Kubernetes' kubelet.
struct PodStatusRules {
    var situation: PodSituation
    var plan: PodPlan
    /// Addresses of the node, the main one first.
    var hostIPs: [String]

    /// The pod's status as it should be in the API.
    ///
    /// - Parameter previous: what is in the API; conditions of others are kept, and times of conditions that did not change.
    func status(previous: PodStatus) -> PodStatus {
        let pod = situation.pod
        let rules = ContainerStatusRules(situation: situation, plan: plan, previous: previous)
        var status = PodStatus()
        status.nominatedNodeName = previous.nominatedNodeName
        status.resourceClaimStatuses = previous.resourceClaimStatuses
        status.observedGeneration = pod.metadata.generation
        status.startTime = previous.startTime ?? situation.now.time
        status.qosClass = previous.qosClass.isEmpty ? QualityOfService.of(pod.spec) : previous.qosClass
        status.initContainerStatuses = rules.all(pod.initializers, previous: previous.initContainerStatuses)
        status.containerStatuses = rules.all(pod.appContainers, previous: previous.containerStatuses)
        status.ephemeralContainerStatuses = rules.all(
            pod.debugContainers, previous: previous.ephemeralContainerStatuses)
        applyEnd(&status, previous: previous)
        applyAddresses(&status, previous: previous)
        let conditions = PodConditionRules(pod: pod, status: status, hasSandbox: hasNetwork, now: situation.now)
        status.conditions = conditions.conditions(previous: previous.conditions)
        return status
    }

    private var hasNetwork: Bool {
        guard let sandbox = situation.observed.liveSandbox else { return false }
        return situation.pod.spec.hostNetwork || !sandbox.ips.isEmpty
    }

    private func applyEnd(_ status: inout PodStatus, previous: PodStatus) {
        let isFinal = previous.phase == PodPhase.failed || previous.phase == PodPhase.succeeded
        if isFinal {
            status.phase = previous.phase
            status.reason = previous.reason
            status.message = previous.message
            return
        }
        status.phase = PodPhaseRules.phase(situation.pod, status, isOver: plan.isOver)
        if case .deadlineExceeded = situation.ending {
            status.phase = PodPhase.failed
            status.reason = "DeadlineExceeded"
            status.message = "Pod was active on the node longer than the specified deadline"
        }
    }

    private func applyAddresses(_ status: inout PodStatus, previous: PodStatus) {
        status.hostIP = hostIPs.first ?? previous.hostIP
        status.hostIPs = hostIPs.map { ip in HostIP { $0.ip = ip } }
        var addresses = situation.observed.sandboxes.first { !$0.ips.isEmpty }?.ips ?? []
        if situation.pod.spec.hostNetwork { addresses = situation.observed.sandboxes.isEmpty ? [] : hostIPs }
        if addresses.isEmpty, situation.observed.liveSandbox == nil { addresses = previous.podIPs.map(\.ip) }
        status.podIP = addresses.first ?? ""
        status.podIPs = addresses.map { ip in PodIP { $0.ip = ip } }
    }
}

extension ContainerStatusRules {
    fileprivate func all(_ containers: [PodContainer], previous: [ContainerStatus]) -> [ContainerStatus] {
        containers.map { container in status(container, previous: previous.first { $0.name == container.name }) }
    }
}

/// The phase of a pod.
enum PodPhaseRules {
    private struct Counts {
        var running = 0, waiting = 0, stopped = 0, succeeded = 0

        mutating func add(_ status: ContainerStatus) {
            if status.state.running != nil {
                running += 1
            } else if let ended = status.state.terminated ?? status.lastState.terminated {
                stopped += 1  // one that waits for its next start is stopped, too
                if ended.exitCode == 0 { succeeded += 1 }
            } else {
                waiting += 1
            }
        }
    }

    /// - Parameters:
    ///   - status: with the container statuses filled in.
    ///   - isOver: nothing of the pod runs and nothing will.
    static func phase(_ pod: Pod, _ status: PodStatus, isOver: Bool) -> String {
        var apps = Counts()
        status.containerStatuses.forEach { apps.add($0) }
        let pending = initialization(pod, status)
        if pending.failed { return isOver ? PodPhase.failed : PodPhase.pending }
        if apps.waiting == status.containerStatuses.count, isOver, pod.metadata.deletionTimestamp != nil {
            return PodPhase.failed  // never ran
        }
        if pending.isPending && apps.running == 0 && apps.stopped == 0 { return PodPhase.pending }
        if apps.waiting > 0 { return isOver ? PodPhase.failed : PodPhase.pending }
        if apps.running > 0 { return PodPhase.running }
        guard apps.stopped > 0 else { return PodPhase.pending }
        if isOver { return apps.stopped == apps.succeeded ? PodPhase.succeeded : PodPhase.failed }
        return PodPhase.running  // ending, or about to be restarted
    }

    /// Whether init containers have still to run, and whether one has failed for good.
    private static func initialization(_ pod: Pod, _ status: PodStatus) -> (isPending: Bool, failed: Bool) {
        var isPending = false
        for (container, state) in zip(pod.initializers, status.initContainerStatuses) {
            if container.kind == .sidecar {
                if state.started != true, state.state.terminated == nil { isPending = true }
                continue
            }
            guard let ended = state.state.terminated else {
                isPending = true
                continue
            }
            if ended.exitCode == 0 { continue }
            isPending = true
            if !RestartRules.shouldRestart(container, exitCode: ended.exitCode, podPolicy: pod.spec.restartPolicy) {
                return (true, true)
            }
        }
        return (isPending, false)
    }
}
