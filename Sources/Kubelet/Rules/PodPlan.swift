// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// Why a running container is ended.
enum KillReason: Sendable, Equatable {
    case podEnds
    case sandboxChanged
    case definitionChanged
    case livenessProbe
    case startupProbe
    /// It was found in a state in which nobody knows what it does.
    case unknownState
}

/// One step that a pod needs next.
enum PodAction: Sendable, Equatable {
    case mountVolumes
    case createSandbox(attempt: UInt32)
    case stopSandbox(id: String)
    case startContainer(PodContainer, restartCount: Int32)
    case killContainer(id: String, name: String, reason: KillReason, grace: Duration)
    case removeContainer(id: String)
}

/// What a pod needs next, and when to look again if nothing happens.
struct PodPlan: Sendable, Equatable {
    var actions: [PodAction] = []
    /// Names of containers that wait for their back-off, with the whole delay.
    var backingOff: [String: Duration] = [:]
    /// The earliest moment at which a delay ends.
    var wakeAt: Moment?
    /// Nothing of the pod runs and nothing will.
    var isOver = false

    private mutating func wake(at moment: Moment) { wakeAt = min(wakeAt ?? moment, moment) }

    /// Decides what to do next; everything that may be done at once is in the answer.
    ///
    /// - SeeAlso: `computePodActions` of Kubernetes' kubelet.
    init(_ situation: PodSituation) {
        if situation.ending != nil {
            planEnd(situation)
            return
        }
        planDeadline(situation)
        let restartable = Self.mayStillRun(situation)
        if !restartable {
            planEnd(situation)
            return
        }
        guard let sandbox = situation.observed.liveSandbox else {
            planSandbox(situation)
            return
        }
        if !situation.isMounted { planVolumes(situation) }
        planContainers(situation, in: sandbox.sandbox.id)
    }

    init() {}

    /// Whether any container of the pod runs or is to run (again).
    private static func mayStillRun(_ situation: PodSituation) -> Bool {
        let pod = situation.pod
        for container in pod.initializers where container.kind == .initialization {
            if let last = situation.observed.latest(container.name), last.state == .exited,
                last.status.exitCode != 0, !restarts(container, last, pod)
            {
                return false
            }
        }
        return pod.appContainers.contains { container in
            guard let last = situation.observed.latest(container.name), last.state == .exited else { return true }
            return restarts(container, last, pod)
        }
    }

    private static func restarts(_ container: PodContainer, _ last: ObservedContainer, _ pod: Pod) -> Bool {
        RestartRules.shouldRestart(container, exitCode: last.status.exitCode, podPolicy: pod.spec.restartPolicy)
    }

    private mutating func planDeadline(_ situation: PodSituation) {
        guard let limit = situation.pod.spec.activeDeadlineSeconds, let start = situation.pod.status.startTime else {
            return
        }
        wake(at: Moment(start) + .seconds(max(0, limit)))
    }
}

// MARK: - sandbox and volumes

extension PodPlan {
    private mutating func planVolumes(_ situation: PodSituation) {
        guard !situation.operations.contains(.volumes) else { return }
        if let failure = situation.volumeFailure, situation.now < failure.retryAt {
            wake(at: failure.retryAt)
            return
        }
        actions.append(.mountVolumes)
    }

    private mutating func planSandbox(_ situation: PodSituation) {
        let orphans = situation.observed.running
        guard orphans.isEmpty else {
            kill(orphans, .sandboxChanged, grace: situation.pod.gracePeriod, situation)
            return
        }
        if !situation.isMounted { planVolumes(situation) }
        release(situation)
        guard !situation.operations.contains(.sandbox) else { return }
        if let failure = situation.sandboxFailure, situation.now < failure.retryAt {
            wake(at: failure.retryAt)
            return
        }
        let attempt = situation.observed.sandboxes.first.map { $0.sandbox.metadata.attempt &+ 1 } ?? 0
        actions.append(.createSandbox(attempt: attempt))
    }
}

// MARK: - containers of a living pod

extension PodPlan {
    private mutating func planContainers(_ situation: PodSituation, in sandboxID: String) {
        let pod = situation.pod
        let appsBegan = pod.appContainers.contains { name in
            situation.observed.containers.contains { $0.name == name.name && $0.sandboxID == sandboxID }
        }
        guard planInitializers(situation, sandboxID, appsBegan: appsBegan) else { return }
        for container in pod.appContainers { keep(container, situation, sandboxID) }
        for container in pod.debugContainers where situation.observed.latest(container.name) == nil {
            start(container, nil, situation)
        }
    }

    /// Plans for init containers and sidecars.
    ///
    /// - Returns: whether the app containers may start.
    private mutating func planInitializers(_ situation: PodSituation, _ sandboxID: String, appsBegan: Bool) -> Bool {
        for container in situation.pod.initializers {
            let last = situation.observed.containers.first { $0.name == container.name && $0.sandboxID == sandboxID }
            switch container.kind {
            case .sidecar:
                keep(container, situation, sandboxID)
                if appsBegan { continue }
                guard let last, last.state == .running, isStarted(container, last, situation) else { return false }
            default:
                if appsBegan { continue }
                if let last, last.state == .exited, last.status.exitCode == 0 { continue }
                keep(container, situation, sandboxID)
                return false
            }
        }
        return true
    }

    private func isStarted(_ container: PodContainer, _ last: ObservedContainer, _ situation: PodSituation) -> Bool {
        if situation.operations.contains(.start(container.name)) { return false }  // its postStart hook still runs
        return container.spec.startupProbe == nil || situation.probes[last.id]?.startup == true
    }

    /// Starts a container that has to run, ends one that has to be made anew.
    private mutating func keep(_ container: PodContainer, _ situation: PodSituation, _ sandboxID: String) {
        guard let last = situation.observed.latest(container.name) else {
            start(container, nil, situation)
            return
        }
        switch last.state {
        case .running:
            guard !situation.operations.contains(.kill(last.id)), let reason = killReason(container, last, situation)
            else { return }
            actions.append(
                .killContainer(
                    id: last.id, name: last.name, reason: reason, grace: probeGrace(container, reason, situation.pod)))
        case .unknown:
            kill([last], .unknownState, grace: situation.pod.gracePeriod, situation)
        case .created:
            // made, but never started: the kubelet ended in between
            if !isBusy(container, last, situation) { actions.append(.removeContainer(id: last.id)) }
        case .exited:
            let again = RestartRules.shouldRestart(
                container, exitCode: last.status.exitCode, podPolicy: situation.pod.spec.restartPolicy)
            let firstInSandbox = last.sandboxID != sandboxID && container.kind == .initialization
            if again || firstInSandbox { start(container, last, situation) }
        }
    }

    private func isBusy(_ container: PodContainer, _ last: ObservedContainer, _ situation: PodSituation) -> Bool {
        situation.operations.contains(.start(container.name)) || situation.operations.contains(.remove(last.id))
    }

    private func killReason(_ container: PodContainer, _ last: ObservedContainer, _ situation: PodSituation)
        -> KillReason?
    {
        if container.kind != .ephemeral, let hash = last.hash, hash != ContainerHash.of(container.spec) {
            return .definitionChanged
        }
        let verdict = situation.probes[last.id]
        if verdict?.startup == false { return .startupProbe }
        return verdict?.liveness == false ? .livenessProbe : nil
    }

    private func probeGrace(_ container: PodContainer, _ reason: KillReason, _ pod: Pod) -> Duration {
        let own: Int64? =
            switch reason {
            case .livenessProbe: container.spec.livenessProbe?.terminationGracePeriodSeconds
            case .startupProbe: container.spec.startupProbe?.terminationGracePeriodSeconds
            default: nil
            }
        return own.map { .seconds(max(0, $0)) } ?? pod.gracePeriod
    }

    private mutating func start(_ container: PodContainer, _ last: ObservedContainer?, _ situation: PodSituation) {
        if situation.operations.contains(.start(container.name)) { return }
        let isStarting = situation.operations.contains { if case .start = $0 { true } else { false } }
        let key = situation.backoffKey(container)
        if let last, let wait = situation.backoff.waiting(key, since: last.finishedAt, now: situation.now) {
            backingOff[container.name] = wait.delay
            wake(at: wait.until)
            return
        }
        if let failure = situation.failures[container.name], situation.now < failure.retryAt {
            wake(at: failure.retryAt)
            return
        }
        // one after the other, in the order of the specification: a postStart hook holds up the containers after it
        let isNext = !actions.contains { if case .startContainer = $0 { true } else { false } }
        guard situation.isMounted, !isStarting, isNext else { return }
        actions.append(.startContainer(container, restartCount: last.map { $0.restartCount &+ 1 } ?? 0))
    }
}

// MARK: - the end

extension PodPlan {
    /// Ends what runs: app containers at once, then the sidecars from the last to the first, then the sandbox.
    private mutating func planEnd(_ situation: PodSituation) {
        let grace = remainingGrace(situation)
        let sidecars = situation.pod.initializers.filter { $0.kind == .sidecar }.map(\.name)
        let running = situation.observed.running
        let others = running.filter { !sidecars.contains($0.name) }
        if !others.isEmpty {
            kill(others, .podEnds, grace: grace, situation)
            return
        }
        for name in sidecars.reversed() {
            let left = running.filter { $0.name == name }
            if left.isEmpty { continue }
            kill(left, .podEnds, grace: grace, situation)
            return
        }
        let isStarting = situation.operations.contains { operation in
            switch operation {
            case .kill, .hasten: false
            default: true
            }
        }
        guard !isStarting else { return }  // what is being started has to be there before it can be ended
        release(situation)
        isOver = situation.operations.isEmpty && actions.isEmpty
    }

    /// Gives back the network of sandboxes in which nothing runs (any more).
    private mutating func release(_ situation: PodSituation) {
        for old in situation.observed.sandboxes.map(\.sandbox.id) where !situation.released.contains(old) {
            if !situation.operations.contains(.stopSandbox(old)) { actions.append(.stopSandbox(id: old)) }
        }
    }

    private func remainingGrace(_ situation: PodSituation) -> Duration {
        switch situation.ending {
        case .deleted(let since, let grace): max(.seconds(1), grace - (situation.now - since))
        case .deadlineExceeded(let since): max(.seconds(1), situation.pod.gracePeriod - (situation.now - since))
        case .terminal, nil: situation.pod.gracePeriod
        }
    }

    private mutating func kill(
        _ containers: [ObservedContainer], _ reason: KillReason, grace: Duration, _ situation: PodSituation
    ) {
        for container in containers where !situation.operations.contains(.kill(container.id)) {
            actions.append(.killContainer(id: container.id, name: container.name, reason: reason, grace: grace))
        }
    }
}
