// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Logging
import Wire

extension PodWorker {
    /// Makes the pod's sandbox, with its network.
    func createSandbox(attempt: UInt32) async {
        let node = services.node.current
        if attempt > 0, !situation.observed.sandboxes.isEmpty {
            services.events.record(
                pod, nil, "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.")
        }
        if !pod.spec.hostNetwork, let problem = node.networkProblem {
            services.events.record(
                pod, nil, "NetworkNotReady", "network is not ready: \(problem)", isWarning: true)
            failSandbox("NetworkNotReady", problem)
            return
        }
        let config = ContainerConfigRules.sandbox(pod, attempt: attempt, node.facts)
        do {
            try await services.volumes.makeDirectory(config.logDirectory)
            let id = try await services.runtime.runPodSandbox(config)
            services.owners.set(id, uid)
            let status = try await services.runtime.podSandboxStatus(id)
            situation.observed.sandboxes.removeAll { $0.sandbox.id == id }
            situation.observed.sandboxes.append(status)
            situation.observed.sort()
            situation.sandboxFailure = nil
            sandboxFailures = 0
        } catch {
            logger.warning("sandbox not made", metadata: ["error": "\(error)"])
            services.events.record(
                pod, nil, "FailedCreatePodSandBox", "Failed to create pod sandbox: \(error)", isWarning: true)
            failSandbox("FailedCreatePodSandBox", "\(error)")
        }
    }

    private func failSandbox(_ reason: String, _ message: String) {
        sandboxFailures += 1
        let delay = Duration.milliseconds(500) * (1 << min(sandboxFailures, 5))
        situation.sandboxFailure = StartFailure(
            reason: reason, message: message, retryAt: services.now + min(delay, .seconds(10)))
    }

    /// Ends a sandbox and gives its network back.
    func stopSandbox(_ id: String) async {
        do {
            try await services.runtime.stopPodSandbox(id)
            situation.released.insert(id)
        } catch {
            if error.code == .notFound {
                situation.released.insert(id)
            } else {
                logger.warning("sandbox not stopped, will retry", metadata: ["sandbox": "\(id)", "error": "\(error)"])
                await pause(.seconds(1))
            }
        }
        await lookAtSandbox(id)
        for container in situation.observed.running where container.sandboxID == id {
            await lookAtContainer(container.id)
        }
    }

    /// Asks the runtime for a sandbox's state.
    func lookAtSandbox(_ id: String) async {
        do {
            let status = try await services.runtime.podSandboxStatus(id)
            guard let index = situation.observed.sandboxes.firstIndex(where: { $0.sandbox.id == id }) else { return }
            var updated = status
            // a stopped sandbox has no address any more; the pod keeps showing the one it had
            if updated.ips.isEmpty { updated.ips = situation.observed.sandboxes[index].ips }
            situation.observed.sandboxes[index] = updated
        } catch {
            guard error.code == .notFound else {
                logger.warning("no answer about a sandbox", metadata: ["sandbox": "\(id)", "error": "\(error)"])
                return
            }
            situation.observed.sandboxes.removeAll { $0.sandbox.id == id }
            services.owners.remove(id)
        }
    }

    /// Waits between attempts; ends early when the worker ends, which everything after it notices.
    func pause(_ duration: Duration) async {
        do { try await services.timekeeper.sleep(for: duration) } catch { return }
    }

    /// Removes sandboxes, containers and logs of a pod that is gone.
    func removeFromRuntime() async {
        for sandbox in situation.observed.sandboxes {
            do {
                try await services.runtime.removePodSandbox(sandbox.sandbox.id)
            } catch {
                logger.warning(
                    "sandbox not removed", metadata: ["sandbox": "\(sandbox.sandbox.id)", "error": "\(error)"])
            }
        }
        do {
            try await services.volumes.removeTree(
                ContainerConfigRules.logDirectory(pod, services.node.current.facts))
        } catch {
            logger.warning("logs not removed", metadata: ["error": "\(error)"])
        }
    }

    /// Deletes the API object of a pod of which nothing is left.
    ///
    /// - Returns: whether it is gone.
    func deleteObject() async -> Bool {
        if isGone { return true }
        let options = DeleteOptions {
            $0.gracePeriodSeconds = 0
            $0.preconditions = Preconditions { $0.uid = uid }
        }
        do {
            try await services.client.delete(
                Pod.self, namespace: pod.metadata.namespace, name: pod.metadata.name, options: options)
            return true
        } catch {
            if error.isNotFound || error.isConflict { return true }
            logger.warning("pod not deleted, will retry", metadata: ["error": "\(error)"])
            return false
        }
    }
}
