// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Logging

/// Owns the life of one pod: nothing else starts, ends or reports it.
///
/// Everything that may matter wakes it (a new version of the pod, an event of the runtime, a probe's verdict, the end of a step
/// of its own, a delay that has passed); then it asks ``PodPlan`` what to do, begins all of it and reports the status.
actor PodWorker {
    nonisolated let uid: String
    nonisolated let services: PodServices
    /// From a manifest on the node: the API shows it by a mirror, whose UID is another.
    nonisolated let isStatic: Bool
    var mirrorUID: String?
    /// Why the node does not take the pod.
    let refusal: PodRefusal?
    var situation: PodSituation
    /// The host paths of mounted volumes by name.
    var volumePaths: [String: String] = [:]
    /// When tokens in volumes have to be renewed.
    var volumesDueAt: Moment?
    /// By audience and lifetime; renewed when due.
    var tokens: [String: (token: [UInt8], due: Moment)] = [:]
    var pullBackoff = FailureBackoff()
    var sandboxFailures = 0
    /// Running pulls by container; cancelled when the pod must end.
    var pulls: [String: Task<Result<String, RuntimeError>, Never>] = [:]
    /// By container ID; awaited by `endAll`.
    var probeTasks: [String: [ProbeKind: Task<Void, Never>]] = [:]
    /// IDs of containers that were running when the kubelet started.
    var adopted: Set<String>
    var isGone = false
    var lastStatus: PodStatus
    var written: PodStatus
    /// Sends statuses; awaited by `endAll`.
    var statusTask: Task<Void, Never>?
    var statusFailures = 0
    private var dirty: Set<String> = []
    private var announcedBackoffs: [String: Int32] = [:]
    /// Steps under way; awaited by `endAll`.
    private var tasks: [PodOperation: Task<Void, Never>] = [:]
    private var timer: Task<Void, Never>?
    private var isConcluded = false
    private var isFinished = false
    private var deletionSeen: Moment?
    /// When what runs has to have ended, as the running stops know it.
    private var endsBy: Moment?
    /// preStop hooks that run, by container ID; awaited by `kill`.
    var hooks: [String: Task<ProbeFinding, Never>] = [:]
    private var plan = PodPlan()
    private let wakes: AsyncStream<Void>
    private nonisolated let waker: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - observed: what the runtime has of the pod already.
    ///   - refusal: where the node does not take it: then it fails at once.
    init(
        _ pod: Pod, observed: ObservedPod, services: PodServices, isStatic: Bool = false, refusal: PodRefusal? = nil
    ) {
        uid = pod.metadata.uid
        self.isStatic = isStatic
        self.refusal = refusal
        self.services = services
        situation = PodSituation(pod: pod, observed: observed, now: services.now)
        adopted = Set(observed.containers.filter { $0.state == .running }.map(\.id))
        lastStatus = pod.status
        written = pod.status
        (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        for sandbox in observed.sandboxes { services.owners.set(sandbox.sandbox.id, pod.metadata.uid) }
        for container in observed.containers { services.owners.set(container.id, pod.metadata.uid) }
    }

    var pod: Pod { situation.pod }
    var logger: Logger {
        var logger = services.logger
        logger[metadataKey: "pod"] = "\(situation.pod.metadata.namespace)/\(situation.pod.metadata.name)"
        return logger
    }

    /// Looks again, soon.
    nonisolated func wake() { waker.yield() }

    /// What kept the sandbox from being made may be over: tries again at once.
    func hurry() {
        situation.sandboxFailure = nil
        wake()
    }

    /// Something happened to a sandbox or container.
    func runtimeChanged(_ id: String) {
        dirty.insert(id)
        wake()
    }

    /// Compares with a list of the runtime, and looks at everything that differs.
    func compare(sandboxes: [CRI.PodSandbox], containers: [CRI.Container]) {
        for known in situation.observed.sandboxes {
            let listed = sandboxes.first { $0.id == known.sandbox.id }
            if listed?.state != known.sandbox.state { dirty.insert(known.sandbox.id) }
        }
        for known in situation.observed.containers {
            let listed = containers.first { $0.id == known.id }
            if listed?.state != known.state { dirty.insert(known.id) }
        }
        if !dirty.isEmpty { wake() }
    }

    /// Whether anything of the pod runs.
    var isActive: Bool { !situation.observed.running.isEmpty || !situation.operations.isEmpty }

    /// The pod with its newest status, as the kubelet knows it.
    var snapshot: Pod {
        var pod = situation.pod
        pod.status = lastStatus
        return pod
    }

    /// Lives until the pod is gone, or the task is cancelled: then what runs is left running.
    func run() async {
        if let refusal { refuse(refusal) }
        await hearLastWords()
        wake()
        for await _ in wakes {
            if Task.isCancelled { break }
            await step()
            if isFinished { break }
        }
        await endAll()
    }

    private func step() async {
        await lookAtDirty()
        situation.now = services.now
        situation.ending = ending()
        if situation.ending != nil { abandonStarts() }
        hastenKills()
        if let due = volumesDueAt, situation.now >= due, situation.isMounted { refreshVolumes() }
        let plan = PodPlan(situation)
        self.plan = plan
        announce(plan)
        tendProbes()
        publish(plan)
        for action in plan.actions { begin(action) }
        arm([plan.wakeAt, situation.ending == nil ? volumesDueAt : nil].compactMap { $0 }.min())
        if plan.isOver { await conclude() }
    }

    /// The pod must end: what is only being started is given up. Once nothing runs, stopping the sandbox ends what was missed.
    private func abandonStarts() {
        for pull in pulls.values { pull.cancel() }
        guard situation.observed.running.isEmpty else { return }
        for case (.start, let task) in tasks { task.cancel() }
    }

    /// A deletion may be repeated with a shorter grace period: stops that are under way are told.
    private func hastenKills() {
        guard case .deleted(let since, let grace) = situation.ending else { return }
        let deadline = since + grace
        defer { endsBy = deadline }
        guard let endsBy, deadline < endsBy else { return }
        let left = max(.seconds(1), deadline - situation.now)
        for container in situation.observed.running where situation.operations.contains(.kill(container.id)) {
            hooks[container.id]?.cancel()
            launch(.hasten(container.id)) { await $0.stop(container.id, grace: left) }
        }
    }

    /// Reads the messages of containers that had ended before this kubelet was there.
    private func hearLastWords() async {
        for container in situation.observed.containers where container.state == .exited {
            let status = await withLastWords(container.status)
            guard let index = situation.observed.containers.firstIndex(where: { $0.id == container.id }) else {
                continue
            }
            situation.observed.containers[index].status = status
        }
    }

    private func ending() -> PodEnding? {
        let pod = situation.pod
        if pod.metadata.deletionTimestamp != nil || isGone {
            let since = deletionSeen ?? situation.now
            deletionSeen = since
            let grace = pod.metadata.deletionGracePeriodSeconds.map { Duration.seconds(max(0, $0)) } ?? pod.gracePeriod
            return .deleted(since: since, grace: grace)
        }
        if refusal != nil { return .terminal }
        if case .deadlineExceeded = situation.ending { return situation.ending }
        if pod.status.phase == PodPhase.failed || pod.status.phase == PodPhase.succeeded { return .terminal }
        if let limit = pod.spec.activeDeadlineSeconds, let start = lastStatus.startTime,
            situation.now >= Moment(start) + .seconds(max(0, limit))
        {
            services.events.record(
                pod, nil, "DeadlineExceeded", "Pod was active on the node longer than the specified deadline")
            return .deadlineExceeded(since: situation.now)
        }
        return nil
    }

    private func begin(_ action: PodAction) {
        switch action {
        case .mountVolumes: launch(.volumes) { await $0.mountVolumes() }
        case .createSandbox(let attempt): launch(.sandbox) { await $0.createSandbox(attempt: attempt) }
        case .stopSandbox(let id): launch(.stopSandbox(id)) { await $0.stopSandbox(id) }
        case .startContainer(let container, let count):
            launch(.start(container.name)) { await $0.start(container, restartCount: count) }
        case .killContainer(let id, let name, let reason, let grace):
            launch(.kill(id)) { await $0.kill(id, name, reason, grace: grace) }
        case .removeContainer(let id): launch(.remove(id)) { await $0.remove(id) }
        }
    }

    /// Does a step beside all others; the worker looks again when it has ended.
    func launch(_ operation: PodOperation, _ work: @escaping @Sendable (isolated PodWorker) async -> Void) {
        guard situation.operations.insert(operation).inserted else { return }
        // awaited by `endAll`
        tasks[operation] = Task {
            await work(self)
            self.end(operation)
        }
    }

    private func end(_ operation: PodOperation) {
        situation.operations.remove(operation)
        tasks[operation] = nil
        wake()
    }

    private func lookAtDirty() async {
        let ids = dirty
        dirty = []
        for id in ids {
            if situation.observed.sandboxes.contains(where: { $0.sandbox.id == id }) {
                await lookAtSandbox(id)
            } else {
                await lookAtContainer(id)
            }
        }
    }

    /// Wakes the worker when a delay has passed.
    private func arm(_ moment: Moment?) {
        timer?.cancel()
        timer = nil
        guard let moment else { return }
        let delay = max(.zero, moment - situation.now)
        // ends by itself or by the next call; holds nothing that has to be waited for
        timer = Task { [weak self, timekeeper = services.timekeeper] in
            do { try await timekeeper.sleep(for: delay) } catch { return }
            self?.wake()
        }
    }

    private func announce(_ plan: PodPlan) {
        for name in plan.backingOff.keys {
            guard let container = pod.container(named: name), let last = situation.observed.latest(name),
                announcedBackoffs[name] != last.restartCount
            else { continue }
            announcedBackoffs[name] = last.restartCount
            services.events.record(
                pod, container, "BackOff", "Back-off restarting failed container \(name) in pod \(pod.longName)",
                isWarning: true)
        }
    }

    /// Nothing runs any more and nothing will: the volumes go, and the API object when it is to be deleted.
    private func conclude() async {
        if !isConcluded {
            isConcluded = true
            endProbes()
            await flushStatus()
            await removeVolumes()
        }
        guard case .deleted = situation.ending else { return }
        await flushStatus()
        guard await deleteObject() else {
            arm(situation.now + .seconds(1))
            return
        }
        await removeFromRuntime()
        isFinished = true
    }

    private func endAll() async {
        timer?.cancel()
        endProbes()
        for pull in pulls.values { pull.cancel() }
        for task in tasks.values { task.cancel() }
        for hook in hooks.values { hook.cancel() }
        statusTask?.cancel()
        for task in tasks.values { await task.value }
        for task in probeTasks.values.flatMap(\.values) { await task.value }
        await statusTask?.value
        await services.objects.release(uid)
        services.owners.removeAll(of: uid)
    }
}
