// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Kubelet

extension FakeContainerRuntime {
    func version() throws(RuntimeError) -> CRI.Version {
        try record("Version", "")
        return CRI.Version(runtimeName: "fake", runtimeVersion: "1")
    }

    func status() throws(RuntimeError) -> CRI.RuntimeStatus {
        try record("Status", "")
        return CRI.RuntimeStatus(conditions: currentConditions())
    }

    func cgroupDriver() throws(RuntimeError) -> CRI.CgroupDriver? {
        try record("RuntimeConfig", "")
        return .cgroupfs
    }

    func updatePodCIDR(_ cidr: String) throws(RuntimeError) { try record("UpdateRuntimeConfig", cidr) }

    func execSync(_ id: String, command: [String], timeout: Duration) throws(RuntimeError) -> CRI.ExecResult {
        try record("ExecSync", "\(id) \(command.joined(separator: " "))")
        try requireRunning(id)
        return execResult(command)
    }

    func exec(_ request: CRI.ExecRequest) throws(RuntimeError) -> String {
        try record("Exec", request.containerID)
        try requireRunning(request.containerID)
        return "http://127.0.0.1:1/exec/\(request.containerID)"
    }

    func attach(_ request: CRI.AttachRequest) throws(RuntimeError) -> String {
        try record("Attach", request.containerID)
        try requireRunning(request.containerID)
        return "http://127.0.0.1:1/attach/\(request.containerID)"
    }

    func portForward(sandboxID: String, ports: [Int32]) throws(RuntimeError) -> String {
        try record("PortForward", sandboxID)
        guard sandboxes[sandboxID] != nil else { throw missing("sandbox", sandboxID) }
        return "http://127.0.0.1:1/portforward/\(sandboxID)"
    }

    func containerStats(_ id: String) throws(RuntimeError) -> CRI.ContainerStats {
        try record("ContainerStats", id)
        guard let container = containers[id] else { throw missing("container", id) }
        return stats(container)
    }

    func listContainerStats(_ filter: CRI.ContainerFilter) throws(RuntimeError) -> [CRI.ContainerStats] {
        try record("ListContainerStats", "")
        return containers.values.filter { Self.match($0, filter) && $0.status.state == .running }.map(stats)
    }

    func podSandboxStats(_ id: String) throws(RuntimeError) -> CRI.PodSandboxStats {
        try record("PodSandboxStats", id)
        guard let sandbox = sandboxes[id] else { throw missing("sandbox", id) }
        return CRI.PodSandboxStats(
            id: id, metadata: sandbox.config.metadata,
            containers: containers.values.filter { $0.podSandboxID == id }.map(stats))
    }

    func listImages() throws(RuntimeError) -> [CRI.Image] {
        try record("ListImages", "")
        return images.values.sorted { $0.id < $1.id }
    }

    func imageStatus(_ image: String) throws(RuntimeError) -> CRI.Image? {
        try record("ImageStatus", image)
        return images[image] ?? images.values.first { $0.id == image || $0.repoDigests.contains(image) }
    }

    func pullImage(
        _ image: String, credentials: CRI.ImageCredentials?, sandbox: CRI.PodSandboxConfig?
    ) throws(RuntimeError) -> String {
        try record("PullImage", image)
        guard canPull(image) else { throw RuntimeError(.notFound, "\(image): not found", call: "PullImage") }
        addImage(image)
        return image + "@sha256:0"
    }

    func removeImage(_ image: String) throws(RuntimeError) {
        try record("RemoveImage", image)
        forgetImage(image)
    }

    func imageFilesystems() throws(RuntimeError) -> [CRI.FilesystemUsage] {
        try record("ImageFsInfo", "")
        return [CRI.FilesystemUsage(timestamp: tick(), mountpoint: "/images", usedBytes: 1, inodesUsed: 1)]
    }

    func containerEvents() throws(RuntimeError) -> AsyncThrowingStream<CRI.ContainerEvent, any Error> {
        try record("GetContainerEvents", "")
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: CRI.ContainerEvent.self)
        let key = addListener(continuation)
        continuation.onTermination = { _ in
            // Nobody awaits this: it only forgets a listener that hears nothing any more.
            Task { [weak self] in await self?.removeListener(key) }
        }
        return stream
    }

    private func requireRunning(_ id: String) throws(RuntimeError) {
        guard let container = containers[id] else { throw missing("container", id) }
        guard container.status.state == .running else {
            throw RuntimeError(.failedPrecondition, "container \(id) is not running")
        }
    }

    private func stats(_ container: Container) -> CRI.ContainerStats {
        CRI.ContainerStats(
            id: container.status.id, metadata: container.config.metadata, labels: container.config.labels,
            cpu: CRI.CPUUsage(timestamp: tick(), usageCoreNanoSeconds: 1),
            memory: CRI.MemoryUsage(timestamp: tick(), workingSetBytes: 1))
    }
}
