// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Logging

/// Puts container logs that have grown large aside, and removes the oldest.
struct LogRotator: Sendable {
    var configuration: KubeletConfiguration
    var runtime: any ContainerRuntime
    var supervisor: PodSupervisor
    var timekeeper: Timekeeper
    var logger: Logger

    /// Runs until the task is cancelled.
    func run() async {
        while true {
            do { try await timekeeper.sleep(for: .seconds(10)) } catch { return }
            for container in await supervisor.runningContainers() where !container.status.logPath.isEmpty {
                do {
                    try await rotate(container)
                } catch {
                    logger.warning("log not rotated", metadata: ["container": "\(container.id)", "error": "\(error)"])
                }
            }
        }
    }

    private func rotate(_ container: ObservedContainer) async throws {
        let path = container.status.logPath
        guard FileSystem.size(path) > configuration.containerLogMaxSize else { return }
        let stamp = timekeeper.time.text.filter { $0.isNumber }
        try FileSystem.rename(path, to: "\(path).\(stamp)")
        try await runtime.reopenContainerLog(container.id)
        for old in Self.superfluous(in: path, files: configuration.containerLogMaxFiles) { try FileSystem.remove(old) }
    }

    /// The rotated files beyond what is kept, the present one counted.
    static func superfluous(in path: String, files: Int) -> [String] {
        guard let slash = path.lastIndex(of: "/") else { return [] }
        let directory = String(path[..<slash])
        let prefix = String(path[path.index(after: slash)...]) + "."
        let rotated = FileSystem.list(directory).filter { $0.hasPrefix(prefix) }
        return rotated.dropLast(max(0, files - 1)).map { "\(directory)/\($0)" }
    }
}
