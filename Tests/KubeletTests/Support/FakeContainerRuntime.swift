// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Kubelet

/// A container runtime in memory: complete, deterministic, and made to fail on demand. Nothing happens in it on its own:
/// containers end when a test says so, or when their start behaviour says so.
actor FakeContainerRuntime: ContainerRuntime {
    /// What a container does once started.
    enum StartBehaviour: Sendable {
        case keepRunning
        /// Ends at once with this code.
        case exit(Int32)
        case fail(RuntimeError)
    }

    /// A sandbox with the configuration it was made from.
    struct Sandbox: Sendable {
        var config: CRI.PodSandboxConfig
        var status: CRI.PodSandboxStatus
    }

    /// A container with the configuration it was made from.
    struct Container: Sendable {
        var config: CRI.ContainerConfig
        var podSandboxID: String
        var status: CRI.ContainerStatus
    }

    /// All calls so far, as `Name argument`, for example `StartContainer container-1`.
    private(set) var calls: [String] = []
    private(set) var sandboxes: [String: Sandbox] = [:]
    private(set) var containers: [String: Container] = [:]
    private(set) var images: [String: CRI.Image] = [:]

    private var failures: [String: [RuntimeError]] = [:]
    private var startBehaviours: [String: StartBehaviour] = [:]
    private var execResults: [String: CRI.ExecResult] = [:]
    private var registry: Set<String>?
    private var stopExitCode: Int32 = 143
    private var nextNumber = 1
    private var now: Int64 = 1_000_000_000
    private var conditions = [
        CRI.RuntimeCondition(type: "RuntimeReady", status: true),
        CRI.RuntimeCondition(type: "NetworkReady", status: true),
    ]
    private var listeners: [Int: AsyncThrowingStream<CRI.ContainerEvent, any Error>.Continuation] = [:]
    private var callWaiters: [(prefix: String, count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    // MARK: what a test sets up

    /// Makes the next call of this CRI name (`RunPodSandbox`) fail; may be repeated for several.
    func failNext(_ call: String, with error: RuntimeError) { failures[call, default: []].append(error) }
    /// What containers of this name do when started; all others keep running.
    func whenStarted(_ containerName: String, _ behaviour: StartBehaviour) {
        startBehaviours[containerName] = behaviour
    }
    /// What this command answers in any container; others end with 0 and no output.
    func whenExecuted(_ command: [String], _ result: CRI.ExecResult) {
        execResults[command.joined(separator: " ")] = result
    }
    /// The only images that can be pulled; without it all can.
    func setRegistry(_ images: Set<String>) { registry = images }
    func setConditions(_ value: [CRI.RuntimeCondition]) { conditions = value }
    /// The exit code of containers stopped with their grace period; 143 as of a process that SIGTERM ends.
    func setStopExitCode(_ code: Int32) { stopExitCode = code }
    /// The fake's clock, in nanoseconds since 1970; each use moves it on by one.
    func setTime(nanoseconds: Int64) { now = nanoseconds }
    func addImage(_ name: String, uid: Int64? = nil) {
        images[name] = CRI.Image(
            id: "sha256:" + name, repoTags: [name], repoDigests: [name + "@sha256:0"], size: 1, uid: uid)
    }

    /// Ends a running container as if its process had.
    func exitContainer(_ id: String, code: Int32, reason: String? = nil) {
        guard var container = containers[id], container.status.state == .running else { return }
        container.status.state = .exited
        container.status.exitCode = code
        container.status.reason = reason ?? (code == 0 ? "Completed" : "Error")
        container.status.finishedAt = tick()
        containers[id] = container
        send(.stopped, id, in: container.podSandboxID)
    }

    /// Ends a sandbox as if its pause process had died.
    func killSandbox(_ id: String) {
        guard sandboxes[id]?.status.sandbox.state == .ready else { return }
        sandboxes[id]?.status.sandbox.state = .notReady
        send(.stopped, id, in: id)
    }

    /// Ends all event streams, as when the runtime restarts.
    func dropEvents() {
        let all = listeners
        listeners = [:]
        for listener in all.values { listener.finish(throwing: RuntimeError(.unavailable, "the runtime went away")) }
    }

    /// Returns once `count` calls beginning with `prefix` were made.
    func waitForCalls(_ prefix: String, count: Int = 1) async {
        if calls.filter({ $0.hasPrefix(prefix) }).count >= count { return }
        await withCheckedContinuation { callWaiters.append((prefix, count, $0)) }
    }

    /// The container of this name that was made last.
    func container(named name: String) -> Container? {
        containers.values.filter { $0.config.metadata.name == name }.max { $0.status.createdAt < $1.status.createdAt }
    }

    // MARK: sandboxes

    func runPodSandbox(_ config: CRI.PodSandboxConfig) throws(RuntimeError) -> String {
        try record("RunPodSandbox", config.metadata.name)
        let number = take()
        let id = "sandbox-\(number)"
        let status = CRI.PodSandboxStatus(
            sandbox: CRI.PodSandbox(
                id: id, metadata: config.metadata, state: .ready, createdAt: tick(), labels: config.labels,
                annotations: config.annotations),
            ips: config.linux.namespaces.network == .node ? [] : ["10.244.\(number / 250).\(number % 250 + 2)"],
            namespaces: config.linux.namespaces)
        sandboxes[id] = Sandbox(config: config, status: status)
        send(.created, id, in: id)
        send(.started, id, in: id)
        return id
    }

    func stopPodSandbox(_ id: String) throws(RuntimeError) {
        try record("StopPodSandbox", id)
        for container in containers.values where container.podSandboxID == id {
            exitContainer(container.status.id, code: 137)
        }
        killSandbox(id)
        sandboxes[id]?.status.ips = []
    }

    func removePodSandbox(_ id: String) throws(RuntimeError) {
        try record("RemovePodSandbox", id)
        for container in containers.values where container.podSandboxID == id {
            exitContainer(container.status.id, code: 137)
            containers[container.status.id] = nil
        }
        guard sandboxes.removeValue(forKey: id) != nil else { return }
        send(.deleted, id, in: id)
    }

    func podSandboxStatus(_ id: String) throws(RuntimeError) -> CRI.PodSandboxStatus {
        try record("PodSandboxStatus", id)
        guard let sandbox = sandboxes[id] else { throw missing("sandbox", id) }
        return sandbox.status
    }

    func listPodSandboxes(_ filter: CRI.PodSandboxFilter) throws(RuntimeError) -> [CRI.PodSandbox] {
        try record("ListPodSandbox", "")
        return sandboxes.values.map(\.status.sandbox).filter {
            (filter.id == nil || filter.id == $0.id) && (filter.state == nil || filter.state == $0.state)
                && Self.match($0.labels, filter.labels)
        }.sorted { $0.createdAt < $1.createdAt }
    }

    // MARK: containers

    func createContainer(
        _ config: CRI.ContainerConfig, in sandboxID: String, sandbox: CRI.PodSandboxConfig
    ) throws(RuntimeError) -> String {
        try record("CreateContainer", config.metadata.name)
        guard let owner = sandboxes[sandboxID] else { throw missing("sandbox", sandboxID) }
        guard owner.status.sandbox.state == .ready else {
            throw RuntimeError(.failedPrecondition, "sandbox \(sandboxID) is not ready", call: "CreateContainer")
        }
        let id = "container-\(take())"
        var status = CRI.ContainerStatus(id: id, metadata: config.metadata)
        status.state = .created
        status.createdAt = tick()
        status.image = config.image
        status.imageRef = config.image
        status.labels = config.labels
        status.annotations = config.annotations
        status.mounts = config.mounts
        status.logPath = owner.config.logDirectory + "/" + config.logPath
        containers[id] = Container(config: config, podSandboxID: sandboxID, status: status)
        send(.created, id, in: sandboxID)
        return id
    }

    func startContainer(_ id: String) throws(RuntimeError) {
        try record("StartContainer", id)
        guard let container = containers[id] else { throw missing("container", id) }
        guard container.status.state == .created else {
            throw RuntimeError(.failedPrecondition, "container \(id) was already started", call: "StartContainer")
        }
        let behaviour = startBehaviours[container.config.metadata.name] ?? .keepRunning
        if case .fail(let error) = behaviour {
            containers[id]?.status.state = .exited
            containers[id]?.status.exitCode = 128
            containers[id]?.status.reason = "StartError"
            containers[id]?.status.message = error.message
            containers[id]?.status.finishedAt = tick()
            throw error
        }
        containers[id]?.status.state = .running
        containers[id]?.status.startedAt = tick()
        send(.started, id, in: container.podSandboxID)
        if case .exit(let code) = behaviour { exitContainer(id, code: code) }
    }

    func stopContainer(_ id: String, timeout: Duration) throws(RuntimeError) {
        try record("StopContainer", id)
        exitContainer(id, code: timeout > .zero ? stopExitCode : 137)
    }

    func removeContainer(_ id: String) throws(RuntimeError) {
        try record("RemoveContainer", id)
        exitContainer(id, code: 137)
        guard let container = containers.removeValue(forKey: id) else { return }
        send(.deleted, id, in: container.podSandboxID)
    }

    func listContainers(_ filter: CRI.ContainerFilter) throws(RuntimeError) -> [CRI.Container] {
        try record("ListContainers", "")
        return containers.values.filter { Self.match($0, filter) }.map { container in
            CRI.Container(
                id: container.status.id, podSandboxID: container.podSandboxID, metadata: container.config.metadata,
                image: container.config.image, imageRef: container.status.imageRef, state: container.status.state,
                createdAt: container.status.createdAt, labels: container.config.labels,
                annotations: container.config.annotations)
        }.sorted { $0.createdAt < $1.createdAt }
    }

    func containerStatus(_ id: String) throws(RuntimeError) -> CRI.ContainerStatus {
        try record("ContainerStatus", id)
        guard let container = containers[id] else { throw missing("container", id) }
        return container.status
    }

    func updateContainerResources(_ id: String, _ resources: CRI.LinuxResources) throws(RuntimeError) {
        try record("UpdateContainerResources", id)
        guard containers[id] != nil else { throw missing("container", id) }
        containers[id]?.config.resources = resources
    }

    func reopenContainerLog(_ id: String) throws(RuntimeError) {
        try record("ReopenContainerLog", id)
        guard containers[id]?.status.state == .running else { throw missing("running container", id) }
    }

    // MARK: bookkeeping, and the state that the other files of the fake use

    /// Writes a call down, and throws what the test asked it to throw.
    func record(_ call: String, _ argument: String) throws(RuntimeError) {
        calls.append(argument.isEmpty ? call : "\(call) \(argument)")
        callWaiters = callWaiters.filter { waiter in
            guard calls.filter({ $0.hasPrefix(waiter.prefix) }).count >= waiter.count else { return true }
            waiter.continuation.resume()
            return false
        }
        guard let error = failures[call]?.first else { return }
        failures[call]?.removeFirst()
        throw error
    }

    func missing(_ what: String, _ id: String) -> RuntimeError { RuntimeError(.notFound, "there is no \(what) \(id)") }
    func currentConditions() -> [CRI.RuntimeCondition] { conditions }
    func execResult(_ command: [String]) -> CRI.ExecResult {
        execResults[command.joined(separator: " ")] ?? CRI.ExecResult()
    }
    func canPull(_ image: String) -> Bool { registry?.contains(image) ?? true }
    func forgetImage(_ name: String) { images[name] = nil }

    func addListener(_ continuation: AsyncThrowingStream<CRI.ContainerEvent, any Error>.Continuation) -> Int {
        let key = take()
        listeners[key] = continuation
        return key
    }
    func removeListener(_ key: Int) { listeners[key] = nil }

    func tick() -> Int64 {
        now += 1
        return now
    }

    private func take() -> Int {
        defer { nextNumber += 1 }
        return nextNumber
    }

    private func send(_ kind: CRI.ContainerEvent.Kind, _ id: String, in sandbox: String) {
        let event = CRI.ContainerEvent(kind, containerID: id, podSandboxID: sandbox, createdAt: tick())
        for listener in listeners.values { listener.yield(event) }
    }

    static func match(_ labels: [String: String], _ wanted: [String: String]) -> Bool {
        wanted.allSatisfy { labels[$0.key] == $0.value }
    }

    static func match(_ container: Container, _ filter: CRI.ContainerFilter) -> Bool {
        (filter.id == nil || filter.id == container.status.id)
            && (filter.state == nil || filter.state == container.status.state)
            && (filter.podSandboxID == nil || filter.podSandboxID == container.podSandboxID)
            && match(container.config.labels, filter.labels)
    }
}
