// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Logging

/// Why a container did not start.
struct StartFault: Error {
    /// As in `ContainerStateWaiting`.
    var reason: String
    var message: String
    /// When to try again, from now.
    var delay: Duration
}

extension PodWorker {
    /// Starts a container: image, environment, mounts, create, start, postStart hook.
    func start(_ container: PodContainer, restartCount: Int32) async {
        let name = container.name
        if let last = situation.observed.latest(name), last.state == .exited {
            situation.backoff.advance(situation.backoffKey(container), at: last.finishedAt, now: services.now)
        }
        do throws(StartFault) {
            let image = try await image(for: container)
            let id = try await create(container, image: image, restartCount: restartCount)
            try await launch(container, id)
            situation.failures[name] = nil
            await postStart(container, id)
            await prune(name)
        } catch {
            guard situation.ending == nil, !Task.isCancelled else { return }
            logger.info("container not started", metadata: ["container": "\(name)", "reason": "\(error.reason)"])
            situation.failures[name] = StartFailure(
                reason: error.reason, message: error.message, retryAt: services.now + error.delay)
        }
    }

    private func create(
        _ container: PodContainer, image: (CRI.Image, String), restartCount: Int32
    ) async throws(StartFault) -> String {
        guard let sandbox = situation.observed.liveSandbox else {
            throw StartFault(reason: "CreateContainerError", message: "the pod has no sandbox", delay: .zero)
        }
        let parts: ContainerConfigRules.Parts
        do {
            parts = try await wire(container, image: image, restartCount: restartCount, sandbox: sandbox)
        } catch {
            services.events.record(pod, container, "Failed", "Error: \(error)", isWarning: true)
            throw StartFault(reason: "CreateContainerConfigError", message: "\(error)", delay: .seconds(5))
        }
        let facts = services.node.current.facts
        let config = ContainerConfigRules.container(parts, in: pod, facts)
        let sandboxConfig = ContainerConfigRules.sandbox(pod, attempt: sandbox.sandbox.metadata.attempt, facts)
        do {
            try await services.volumes.makeDirectory("\(sandboxConfig.logDirectory)/\(container.name)")
            let id = try await services.runtime.createContainer(config, in: sandbox.sandbox.id, sandbox: sandboxConfig)
            services.owners.set(id, uid)
            services.events.record(pod, container, "Created", "Created container: \(container.name)")
            return id
        } catch {
            services.events.record(pod, container, "Failed", "Error: \(Self.text(error))", isWarning: true)
            throw StartFault(reason: "CreateContainerError", message: Self.text(error), delay: .seconds(5))
        }
    }

    private func launch(_ container: PodContainer, _ id: String) async throws(StartFault) {
        do {
            try await services.runtime.startContainer(id)
        } catch {
            await addContainer(id)
            services.events.record(pod, container, "Failed", "Error: \(error.message)", isWarning: true)
            throw StartFault(reason: "RunContainerError", message: error.message, delay: .zero)
        }
        services.events.record(pod, container, "Started", "Started container \(container.name)")
        await addContainer(id)
        wake()
    }

    private static func text(_ error: any Error) -> String { (error as? RuntimeError)?.message ?? "\(error)" }

    private func postStart(_ container: PodContainer, _ id: String) async {
        guard let hook = container.spec.lifecycle?.postStart else { return }
        let finding = await services.prober.call(hook, target(container.spec, id), timeout: .seconds(3600))
        guard !finding.isSuccess, situation.ending == nil else { return }
        services.events.record(pod, container, "FailedPostStartHook", "PostStartHook failed", isWarning: true)
        await kill(id, container.name, .definitionChanged, grace: pod.gracePeriod, message: "FailedPostStartHook")
    }

    func target(_ container: Container, _ id: String) -> ProbeTarget {
        let node = services.node.current
        let address = pod.spec.hostNetwork ? node.hostIPs.first : situation.observed.sandboxes.first?.ips.first
        return ProbeTarget(containerID: id, podIP: address ?? "127.0.0.1", container: container)
    }

    /// Removes the old containers of a name: the present one and the one before it are still of interest.
    private func prune(_ name: String) async {
        let old = situation.observed.containers.filter { $0.name == name }.dropFirst(2)
        for container in old where container.state == .exited {
            await remove(container.id)
            guard !container.status.logPath.isEmpty else { continue }
            do {
                try await services.volumes.removeTree(container.status.logPath)
            } catch {
                logger.debug("old log not removed", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Removes a container that does not run.
    func remove(_ id: String) async {
        do {
            try await services.runtime.removeContainer(id)
            situation.observed.containers.removeAll { $0.id == id }
            services.owners.remove(id)
        } catch {
            logger.warning("container not removed", metadata: ["container": "\(id)", "error": "\(error)"])
            await pause(.seconds(1))
        }
    }

    /// Looks at a container that is new.
    private func addContainer(_ id: String) async {
        guard let sandbox = situation.observed.sandboxes.first?.sandbox.id else { return }
        do {
            let status = try await services.runtime.containerStatus(id)
            let observed = ObservedContainer(status: await withLastWords(status), sandboxID: sandbox)
            situation.observed.containers.removeAll { $0.id == id }
            situation.observed.containers.append(observed)
            situation.observed.sort()
        } catch {
            logger.warning("no answer about a container", metadata: ["container": "\(id)", "error": "\(error)"])
        }
    }

    /// Asks the runtime for a container's state.
    func lookAtContainer(_ id: String) async {
        guard situation.observed.containers.contains(where: { $0.id == id }) else { return }
        do {
            let status = await withLastWords(try await services.runtime.containerStatus(id))
            guard let index = situation.observed.containers.firstIndex(where: { $0.id == id }) else { return }
            situation.observed.containers[index].status = status
            if status.state == .exited {
                situation.probes[id] = nil
                endProbes(of: id)
            }
        } catch {
            guard error.code == .notFound else {
                logger.warning("no answer about a container", metadata: ["container": "\(id)", "error": "\(error)"])
                return
            }
            situation.observed.containers.removeAll { $0.id == id }
            endProbes(of: id)
            services.owners.remove(id)
        }
    }
}
