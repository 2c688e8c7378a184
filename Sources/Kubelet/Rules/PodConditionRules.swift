// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The conditions of a pod that the kubelet owns.
struct PodConditionRules {
    var pod: Pod
    /// With phase and container statuses filled in.
    var status: PodStatus
    var hasSandbox: Bool
    var now: Moment

    /// The types that the kubelet says.
    static let own: Set<String> = [
        PodConditionType.podReadyToStartContainers, PodConditionType.initialized, PodConditionType.ready,
        PodConditionType.containersReady, PodConditionType.podScheduled,
    ]

    private struct Finding {
        var holds: Bool
        var reason = ""
        var message = ""
    }

    /// All conditions: the kubelet's own first, then those of others as they were.
    func conditions(previous: [PodCondition]) -> [PodCondition] {
        let containersReady = containersReady()
        let own: [(String, Finding)] = [
            (PodConditionType.podReadyToStartContainers, Finding(holds: hasSandbox)),
            (PodConditionType.initialized, initialized()),
            (PodConditionType.ready, ready(containersReady, previous)),
            (PodConditionType.containersReady, containersReady),
            (PodConditionType.podScheduled, Finding(holds: true)),
        ]
        return own.map { condition($0, $1, previous) } + previous.filter { !Self.own.contains($0.type) }
    }

    private func condition(_ type: String, _ finding: Finding, _ previous: [PodCondition]) -> PodCondition {
        let old = previous.first { $0.type == type }
        let value = finding.holds ? ConditionStatus.true : ConditionStatus.false
        return PodCondition {
            $0.type = type
            $0.status = value
            $0.reason = finding.reason
            $0.message = finding.message
            $0.observedGeneration = pod.metadata.generation
            if let old, old.status == value, !old.lastTransitionTime.isZero {
                $0.lastTransitionTime = old.lastTransitionTime
            } else {
                $0.lastTransitionTime = now.time
            }
        }
    }

    private var isCompleted: Bool { status.phase == PodPhase.succeeded }

    private func initialized() -> Finding {
        if isCompleted { return Finding(holds: true, reason: "PodCompleted") }
        let incomplete = zip(pod.initializers, status.initContainerStatuses).filter { container, state in
            container.kind == .sidecar ? state.started != true : !state.ready
        }
        let appsRan = status.containerStatuses.contains { $0.state.waiting == nil || $0.lastState.terminated != nil }
        guard !incomplete.isEmpty, !appsRan else { return Finding(holds: true) }
        let names = incomplete.map(\.0.name).joined(separator: " ")
        return Finding(
            holds: false, reason: "ContainersNotInitialized", message: "containers with incomplete status: [\(names)]")
    }

    private func containersReady() -> Finding {
        if isCompleted { return Finding(holds: false, reason: "PodCompleted") }
        if status.phase == PodPhase.failed { return Finding(holds: false, reason: "PodFailed") }
        let sidecars = Set(pod.initializers.filter { $0.kind == .sidecar }.map(\.name))
        let counted = status.initContainerStatuses.filter { sidecars.contains($0.name) } + status.containerStatuses
        let unready = counted.filter { !$0.ready }.map(\.name)
        guard !unready.isEmpty else { return Finding(holds: true) }
        return Finding(
            holds: false, reason: "ContainersNotReady",
            message: "containers with unready status: [\(unready.joined(separator: " "))]")
    }

    private func ready(_ containers: Finding, _ previous: [PodCondition]) -> Finding {
        guard containers.holds else { return containers }
        var messages: [String] = []
        for gate in pod.spec.readinessGates {
            guard let condition = previous.first(where: { $0.type == gate.conditionType }) else {
                messages.append(
                    "corresponding condition of pod readiness gate \"\(gate.conditionType)\" does not exist.")
                continue
            }
            if condition.status != ConditionStatus.true {
                messages.append(
                    "the status of pod readiness gate \"\(gate.conditionType)\" is not \"True\", but \(condition.status)"
                )
            }
        }
        if messages.isEmpty { return Finding(holds: true) }
        return Finding(holds: false, reason: "ReadinessGatesNotReady", message: messages.joined(separator: ", "))
    }
}
