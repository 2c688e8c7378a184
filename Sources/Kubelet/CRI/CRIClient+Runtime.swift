// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import SwiftProtobuf

extension CRIClient {
    public func version() async throws(RuntimeError) -> CRI.Version {
        var request = Runtime_V1_VersionRequest()
        request.version = "v1"
        let answer: Runtime_V1_VersionResponse = try await call("Version", request, timeout: .seconds(10))
        return CRI.Version(
            runtimeName: answer.runtimeName, runtimeVersion: answer.runtimeVersion,
            runtimeAPIVersion: answer.runtimeApiVersion)
    }

    public func status() async throws(RuntimeError) -> CRI.RuntimeStatus {
        let answer: Runtime_V1_StatusResponse = try await call("Status", Runtime_V1_StatusRequest())
        return CRI.RuntimeStatus(
            conditions: answer.status.conditions.map {
                CRI.RuntimeCondition(type: $0.type, status: $0.status, reason: $0.reason, message: $0.message)
            })
    }

    public func cgroupDriver() async throws(RuntimeError) -> CRI.CgroupDriver? {
        do {
            let answer: Runtime_V1_RuntimeConfigResponse = try await call(
                "RuntimeConfig", Runtime_V1_RuntimeConfigRequest())
            guard answer.hasLinux else { return nil }
            return answer.linux.cgroupDriver == .cgroupfs ? .cgroupfs : .systemd
        } catch  where error.code == .unimplemented {
            return nil
        }
    }

    public func updatePodCIDR(_ cidr: String) async throws(RuntimeError) {
        var request = Runtime_V1_UpdateRuntimeConfigRequest()
        request.runtimeConfig.networkConfig.podCidr = cidr
        let _: Runtime_V1_UpdateRuntimeConfigResponse = try await call("UpdateRuntimeConfig", request)
    }

    // MARK: streams

    public func execSync(
        _ id: String, command: [String], timeout: Duration
    ) async throws(RuntimeError) -> CRI.ExecResult {
        var request = Runtime_V1_ExecSyncRequest()
        request.containerID = id
        request.cmd = command
        request.timeout = timeout.wholeSeconds
        // The runtime keeps the time; ours only helps when it does not answer at all.
        let answer: Runtime_V1_ExecSyncResponse = try await call(
            "ExecSync", request, timeout: timeout > .zero ? timeout + Self.requestTimeout : nil)
        return CRI.ExecResult(
            stdout: [UInt8](answer.stdout), stderr: [UInt8](answer.stderr), exitCode: answer.exitCode)
    }

    public func exec(_ request: CRI.ExecRequest) async throws(RuntimeError) -> String {
        var message = Runtime_V1_ExecRequest()
        message.containerID = request.containerID
        message.cmd = request.command
        message.tty = request.tty
        message.stdin = request.stdin
        message.stdout = request.stdout
        message.stderr = request.stderr && !request.tty
        let answer: Runtime_V1_ExecResponse = try await call("Exec", message)
        return answer.url
    }

    public func attach(_ request: CRI.AttachRequest) async throws(RuntimeError) -> String {
        var message = Runtime_V1_AttachRequest()
        message.containerID = request.containerID
        message.tty = request.tty
        message.stdin = request.stdin
        message.stdout = request.stdout
        message.stderr = request.stderr && !request.tty
        let answer: Runtime_V1_AttachResponse = try await call("Attach", message)
        return answer.url
    }

    public func portForward(sandboxID: String, ports: [Int32]) async throws(RuntimeError) -> String {
        var message = Runtime_V1_PortForwardRequest()
        message.podSandboxID = sandboxID
        message.port = ports
        let answer: Runtime_V1_PortForwardResponse = try await call("PortForward", message)
        return answer.url
    }

    // MARK: figures

    public func containerStats(_ id: String) async throws(RuntimeError) -> CRI.ContainerStats {
        var request = Runtime_V1_ContainerStatsRequest()
        request.containerID = id
        let answer: Runtime_V1_ContainerStatsResponse = try await call("ContainerStats", request)
        return CRI.ContainerStats(answer.stats)
    }

    public func listContainerStats(_ filter: CRI.ContainerFilter) async throws(RuntimeError) -> [CRI.ContainerStats] {
        var request = Runtime_V1_ListContainerStatsRequest()
        request.filter.id = filter.id ?? ""
        request.filter.podSandboxID = filter.podSandboxID ?? ""
        request.filter.labelSelector = filter.labels
        let answer: Runtime_V1_ListContainerStatsResponse = try await call("ListContainerStats", request)
        return answer.stats.map { CRI.ContainerStats($0) }
    }

    public func podSandboxStats(_ id: String) async throws(RuntimeError) -> CRI.PodSandboxStats {
        var request = Runtime_V1_PodSandboxStatsRequest()
        request.podSandboxID = id
        let answer: Runtime_V1_PodSandboxStatsResponse = try await call("PodSandboxStats", request)
        return CRI.PodSandboxStats(answer.stats)
    }
}

extension Duration {
    /// Seconds as CRI counts them: rounded up, so that a short limit does not become none.
    var wholeSeconds: Int64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return attoseconds > 0 && seconds < Int64.max ? seconds + 1 : seconds
    }
}
