// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The statuses of a pod's containers, as the API shows them.
struct ContainerStatusRules {
    var situation: PodSituation
    var plan: PodPlan
    /// What was written last: what it says of earlier runs is kept when the runtime has forgotten them.
    var previous: PodStatus

    /// The status of one container.
    ///
    /// - Parameter previous: what was written last for it.
    func status(_ container: PodContainer, previous: ContainerStatus?) -> ContainerStatus {
        let history = situation.observed.containers.filter { $0.name == container.name && $0.state != .created }
        var status = ContainerStatus()
        status.name = container.name
        status.image = container.spec.image
        if let latest = history.first {
            fill(&status, from: latest, container: container)
            if history.count > 1, history[1].state == .exited {
                status.lastState.terminated = Self.terminated(history[1])
            } else if let previous, previous.restartCount == status.restartCount {
                status.lastState = previous.lastState
            }
        } else {
            status.state.waiting = defaultWaiting()
            if let previous, previous.restartCount > 0 || previous.state.terminated != nil {
                status.restartCount = previous.restartCount
                status.lastState.terminated = previous.state.terminated ?? previous.lastState.terminated
                status.imageID = previous.imageID
            }
        }
        applyWaiting(&status, container)
        applyReadiness(&status, container, latest: history.first)
        return status
    }

    private func fill(_ status: inout ContainerStatus, from latest: ObservedContainer, container: PodContainer) {
        status.restartCount = latest.restartCount
        status.containerID = RuntimeName.containerID(latest.id)
        status.image = ImageName.displayed(latest.status.image, specified: container.spec.image)
        status.imageID = latest.status.imageRef
        status.volumeMounts = Self.mounts(container.spec)
        status.resources = container.spec.resources
        status.allocatedResources = container.spec.resources.requests
        switch latest.state {
        case .running:
            status.state.running = ContainerStateRunning { $0.startedAt = latest.startedAt.time }
        case .exited:
            status.state.terminated = Self.terminated(latest)
        case .created, .unknown:
            status.state.waiting = defaultWaiting()
        }
    }

    private static func mounts(_ spec: Container) -> [VolumeMountStatus] {
        spec.volumeMounts.map { mount in
            VolumeMountStatus {
                $0.name = mount.name
                $0.mountPath = mount.mountPath
                $0.readOnly = mount.readOnly
                if mount.readOnly { $0.recursiveReadOnly = "Disabled" }
            }
        }
    }

    /// How an ended container ended.
    static func terminated(_ container: ObservedContainer) -> ContainerStateTerminated {
        ContainerStateTerminated {
            $0.exitCode = container.status.exitCode
            $0.reason =
                container.status.reason.isEmpty
                ? (container.status.exitCode == 0 ? "Completed" : "Error") : container.status.reason
            $0.message = container.status.message
            $0.startedAt = container.startedAt.time
            $0.finishedAt = container.finishedAt.time
            $0.containerID = RuntimeName.containerID(container.id)
        }
    }

    private func defaultWaiting() -> ContainerStateWaiting {
        ContainerStateWaiting {
            $0.reason = situation.pod.spec.initContainers.isEmpty ? "ContainerCreating" : "PodInitializing"
        }
    }

    /// Shows why a container that should run does not.
    private func applyWaiting(_ status: inout ContainerStatus, _ container: PodContainer) {
        guard situation.ending == nil, status.state.running == nil else { return }
        let waiting: ContainerStateWaiting
        if let delay = plan.backingOff[container.name] {
            waiting = ContainerStateWaiting {
                $0.reason = "CrashLoopBackOff"
                $0.message =
                    "back-off \(delay.goText) restarting failed container=\(container.name) pod=\(situation.pod.longName)"
            }
        } else if let failure = situation.failures[container.name] {
            waiting = ContainerStateWaiting {
                $0.reason = failure.reason
                $0.message = failure.message
            }
        } else {
            return
        }
        if let ended = status.state.terminated { status.lastState = ContainerState { $0.terminated = ended } }
        status.state = ContainerState { $0.waiting = waiting }
    }

    private func applyReadiness(_ status: inout ContainerStatus, _ container: PodContainer, latest: ObservedContainer?)
    {
        let isRunning = status.state.running != nil
        let verdict = latest.flatMap { situation.probes[$0.id] }
        let started = isRunning && (container.spec.startupProbe == nil || verdict?.startup == true)
        switch container.kind {
        case .initialization:
            status.started = isRunning
            status.ready = status.state.terminated?.exitCode == 0 && status.state.terminated != nil
        case .sidecar, .app:
            // until its postStart hook has ended
            let isStarting = situation.operations.contains(.start(container.name))
            status.started = started && !isStarting
            status.ready =
                started && !isStarting && (container.spec.readinessProbe == nil || verdict?.readiness == true)
        case .ephemeral:
            status.ready = false
        }
    }
}

/// How the API names what the runtime numbers.
enum RuntimeName {
    /// `containerd://ID`.
    static func containerID(_ id: String) -> String { "containerd://\(id)" }
}
