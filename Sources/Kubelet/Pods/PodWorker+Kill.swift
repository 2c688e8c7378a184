// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Logging

extension PodWorker {
    /// Ends a container: preStop hook, stop signal, and the kill signal when the grace period is over.
    ///
    /// - Parameter message: what the event says; nil for the usual words.
    func kill(
        _ id: String, _ name: String, _ reason: KillReason, grace: Duration, message: String? = nil
    ) async {
        guard let container = pod.container(named: name) else {
            await stop(id, grace: grace)
            return
        }
        services.events.record(pod, container, "Killing", message ?? Self.message(name, reason))
        var left = grace
        if let hook = container.spec.lifecycle?.preStop, grace > .zero {
            let started = services.timekeeper.elapsed
            let target = target(container.spec, id), prober = services.prober
            // awaited right here; kept so that a shorter grace period can cut it short
            let call = Task { await prober.call(hook, target, timeout: grace) }
            hooks[id] = call
            let finding = await call.value
            hooks[id] = nil
            if !finding.isSuccess {
                services.events.record(pod, container, "FailedPreStopHook", "PreStopHook failed", isWarning: true)
            }
            // at least two seconds after a hook that took all the time
            left = max(.seconds(2), grace - (services.timekeeper.elapsed - started))
        }
        await stop(id, grace: left)
    }

    func stop(_ id: String, grace: Duration) async {
        do {
            try await services.runtime.stopContainer(id, timeout: grace)
        } catch {
            if error.code != .notFound {
                logger.warning(
                    "container not stopped, will retry", metadata: ["container": "\(id)", "error": "\(error)"])
                await pause(.seconds(1))
            }
        }
        await lookAtContainer(id)
    }

    private static func message(_ name: String, _ reason: KillReason) -> String {
        switch reason {
        case .podEnds, .sandboxChanged, .unknownState: "Stopping container \(name)"
        case .definitionChanged: "Container \(name) definition changed, will be restarted"
        case .livenessProbe: "Container \(name) failed liveness probe, will be restarted"
        case .startupProbe: "Container \(name) failed startup probe, will be restarted"
        }
    }

    /// Adds what an ended container wrote as its last words to its message.
    func withLastWords(_ status: CRI.ContainerStatus) async -> CRI.ContainerStatus {
        guard status.state == .exited, let path = status.annotations[RuntimeLabel.terminationMessagePath] else {
            return status
        }
        var status = status
        let file = status.mounts.first { $0.containerPath == path }?.hostPath
        var words = file.map { LastWords.file($0) } ?? ""
        let fromLog = status.annotations[RuntimeLabel.terminationMessagePolicy] == "FallbackToLogsOnError"
        if words.isEmpty, fromLog, status.exitCode != 0 { words = LastWords.log(status.logPath) }
        status.message += words
        return status
    }
}

/// The last words of a container: none where their file cannot be read, which often was never written.
enum LastWords {
    /// At most the first 4096 bytes of its termination message file.
    static func file(_ path: String) -> String {
        guard let bytes = try? FileSystem.read(path, limit: 4096) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// At most the last 2048 bytes and 80 lines of its log.
    static func log(_ path: String) -> String {
        guard let bytes = try? FileSystem.read(path, limit: 16 << 20) else { return "" }
        let lines = bytes.suffix(65536).split(separator: UInt8(ascii: "\n")).suffix(80)
        let text = lines.compactMap { LogLine($0)?.output(withTimestamp: false) }.flatMap { $0 }
        return String(decoding: text.suffix(2048), as: UTF8.self)
    }
}
