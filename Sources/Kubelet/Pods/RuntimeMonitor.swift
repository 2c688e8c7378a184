// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Logging

/// Tells pods what happens in the runtime: by its events, and by a list now and then for what no event told.
struct RuntimeMonitor: Sendable {
    var runtime: any ContainerRuntime
    var supervisor: PodSupervisor
    var volumes: VolumeHost
    var timekeeper: Timekeeper
    var logger: Logger

    /// Between lists while events come.
    static let slow = Duration.seconds(20)
    /// Between lists while there are no events and something runs.
    static let fast = Duration.seconds(1)

    /// Runs until the task is cancelled.
    func run() async {
        let pace = Pace()
        await withDiscardingTaskGroup { group in
            group.addTask { await follow(pace) }
            group.addTask { await relist(pace) }
            group.addTask { await collect() }
        }
    }

    private actor Pace {
        var hasEvents = false
        func set(_ value: Bool) { hasEvents = value }
    }

    private func follow(_ pace: Pace) async {
        while !Task.isCancelled {
            do {
                let events = try await runtime.containerEvents()
                await pace.set(true)
                await list()  // for what happened while nobody listened
                for try await event in events where event.kind == .stopped || event.kind == .deleted {
                    await supervisor.runtimeChanged(event.containerID, sandbox: event.podSandboxID)
                }
            } catch {
                if Task.isCancelled { return }
                await pace.set(false)
                if (error as? RuntimeError)?.code == .unimplemented { return }
                logger.debug("events of the runtime interrupted", metadata: ["error": "\(error)"])
            }
            do { try await timekeeper.sleep(for: .seconds(1)) } catch { return }
        }
    }

    private func relist(_ pace: Pace) async {
        while true {
            let delay = await pace.hasEvents ? Self.slow : Self.fast
            do { try await timekeeper.sleep(for: delay) } catch { return }
            if await supervisor.isActive() { await list() }
        }
    }

    private func list() async {
        do {
            let sandboxes = try await runtime.listPodSandboxes(CRI.PodSandboxFilter())
            let containers = try await runtime.listContainers(CRI.ContainerFilter())
            await supervisor.compare(sandboxes: sandboxes, containers: containers)
        } catch {
            logger.debug("runtime not listed", metadata: ["error": "\(error)"])
        }
    }

    /// Ends and removes what belongs to pods that are no more.
    private func collect() async {
        while !Task.isCancelled {
            await removeOrphans()
            do { try await timekeeper.sleep(for: .seconds(60)) } catch { return }
        }
    }

    private func removeOrphans() async {
        do {
            let sandboxes = try await runtime.listPodSandboxes(CRI.PodSandboxFilter())
            // asked after the list, so that a pod that is new is not taken for an orphan
            let known = await supervisor.uids
            for sandbox in sandboxes
            where sandbox.labels[RuntimeLabel.podUID] != nil && !known.contains(sandbox.metadata.uid) {
                logger.info(
                    "removing a pod that is no more",
                    metadata: ["pod": "\(sandbox.metadata.namespace)/\(sandbox.metadata.name)"])
                try await end(sandbox)
            }
            let alive = Set(sandboxes.map(\.metadata.uid)).union(known)
            for uid in await volumes.podsOnDisk() where !alive.contains(uid) { try await volumes.tearDown(pod: uid) }
        } catch {
            logger.warning("orphaned pods not removed", metadata: ["error": "\(error)"])
        }
    }

    private func end(_ sandbox: CRI.PodSandbox) async throws {
        let containers = try await runtime.listContainers(CRI.ContainerFilter(podSandboxID: sandbox.id))
        for container in containers where container.state == .running {
            let seconds = container.annotations[RuntimeLabel.podTerminationGracePeriod].flatMap { Int64($0) } ?? 30
            try await runtime.stopContainer(container.id, timeout: .seconds(min(max(seconds, 1), 60)))
        }
        try await runtime.stopPodSandbox(sandbox.id)
        try await runtime.removePodSandbox(sandbox.id)
        try await volumes.tearDown(pod: sandbox.metadata.uid)
    }

    /// What the runtime has, by pod UID: for pods that were started before this kubelet was.
    static func adopt(_ runtime: any ContainerRuntime) async throws(RuntimeError) -> [String: ObservedPod] {
        var pods: [String: ObservedPod] = [:]
        for sandbox in try await runtime.listPodSandboxes(CRI.PodSandboxFilter()) {
            guard let uid = sandbox.labels[RuntimeLabel.podUID] else { continue }
            do {
                pods[uid, default: ObservedPod()].sandboxes.append(try await runtime.podSandboxStatus(sandbox.id))
            } catch  where error.code == .notFound {
                continue  // it went away in between
            }
        }
        for container in try await runtime.listContainers(CRI.ContainerFilter()) {
            guard let uid = container.labels[RuntimeLabel.podUID] else { continue }
            do {
                let status = try await runtime.containerStatus(container.id)
                pods[uid, default: ObservedPod()].containers.append(
                    ObservedContainer(status: status, sandboxID: container.podSandboxID))
            } catch  where error.code == .notFound {
                continue
            }
        }
        for uid in pods.keys { pods[uid]?.sort() }
        return pods
    }
}
