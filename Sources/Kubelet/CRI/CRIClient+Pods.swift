// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import SwiftProtobuf

extension CRIClient {
    public func runPodSandbox(_ config: CRI.PodSandboxConfig) async throws(RuntimeError) -> String {
        var request = Runtime_V1_RunPodSandboxRequest()
        request.config = Runtime_V1_PodSandboxConfig(config)
        // Setting up a pod's network may take its time: twice the usual, as the kubelet of Kubernetes allows.
        let answer: Runtime_V1_RunPodSandboxResponse = try await call(
            "RunPodSandbox", request, timeout: Self.requestTimeout * 2)
        return answer.podSandboxID
    }

    public func stopPodSandbox(_ id: String) async throws(RuntimeError) {
        var request = Runtime_V1_StopPodSandboxRequest()
        request.podSandboxID = id
        let _: Runtime_V1_StopPodSandboxResponse = try await call("StopPodSandbox", request)
    }

    public func removePodSandbox(_ id: String) async throws(RuntimeError) {
        var request = Runtime_V1_RemovePodSandboxRequest()
        request.podSandboxID = id
        let _: Runtime_V1_RemovePodSandboxResponse = try await call("RemovePodSandbox", request)
    }

    public func podSandboxStatus(_ id: String) async throws(RuntimeError) -> CRI.PodSandboxStatus {
        var request = Runtime_V1_PodSandboxStatusRequest()
        request.podSandboxID = id
        let answer: Runtime_V1_PodSandboxStatusResponse = try await call("PodSandboxStatus", request)
        return CRI.PodSandboxStatus(answer.status)
    }

    public func listPodSandboxes(_ filter: CRI.PodSandboxFilter) async throws(RuntimeError) -> [CRI.PodSandbox] {
        var request = Runtime_V1_ListPodSandboxRequest()
        request.filter.id = filter.id ?? ""
        if let state = filter.state { request.filter.state.state = state == .ready ? .sandboxReady : .sandboxNotready }
        request.filter.labelSelector = filter.labels
        let answer: Runtime_V1_ListPodSandboxResponse = try await call("ListPodSandbox", request)
        return answer.items.map { CRI.PodSandbox($0) }
    }

    public func createContainer(
        _ config: CRI.ContainerConfig, in sandboxID: String, sandbox: CRI.PodSandboxConfig
    ) async throws(RuntimeError) -> String {
        var request = Runtime_V1_CreateContainerRequest()
        request.podSandboxID = sandboxID
        request.config = Runtime_V1_ContainerConfig(config)
        request.sandboxConfig = Runtime_V1_PodSandboxConfig(sandbox)
        let answer: Runtime_V1_CreateContainerResponse = try await call("CreateContainer", request)
        return answer.containerID
    }

    public func startContainer(_ id: String) async throws(RuntimeError) {
        var request = Runtime_V1_StartContainerRequest()
        request.containerID = id
        let _: Runtime_V1_StartContainerResponse = try await call("StartContainer", request)
    }

    public func stopContainer(_ id: String, timeout: Duration) async throws(RuntimeError) {
        var request = Runtime_V1_StopContainerRequest()
        request.containerID = id
        request.timeout = timeout.wholeSeconds
        let _: Runtime_V1_StopContainerResponse = try await call(
            "StopContainer", request, timeout: timeout + Self.requestTimeout)
    }

    public func removeContainer(_ id: String) async throws(RuntimeError) {
        var request = Runtime_V1_RemoveContainerRequest()
        request.containerID = id
        let _: Runtime_V1_RemoveContainerResponse = try await call("RemoveContainer", request)
    }

    public func listContainers(_ filter: CRI.ContainerFilter) async throws(RuntimeError) -> [CRI.Container] {
        var request = Runtime_V1_ListContainersRequest()
        request.filter.id = filter.id ?? ""
        if let state = filter.state { request.filter.state.state = Runtime_V1_ContainerState(state) }
        request.filter.podSandboxID = filter.podSandboxID ?? ""
        request.filter.labelSelector = filter.labels
        let answer: Runtime_V1_ListContainersResponse = try await call("ListContainers", request)
        return answer.containers.map { CRI.Container($0) }
    }

    public func containerStatus(_ id: String) async throws(RuntimeError) -> CRI.ContainerStatus {
        var request = Runtime_V1_ContainerStatusRequest()
        request.containerID = id
        let answer: Runtime_V1_ContainerStatusResponse = try await call("ContainerStatus", request)
        return CRI.ContainerStatus(answer.status)
    }

    public func updateContainerResources(_ id: String, _ resources: CRI.LinuxResources) async throws(RuntimeError) {
        var request = Runtime_V1_UpdateContainerResourcesRequest()
        request.containerID = id
        request.linux = Runtime_V1_LinuxContainerResources(resources)
        let _: Runtime_V1_UpdateContainerResourcesResponse = try await call("UpdateContainerResources", request)
    }

    public func reopenContainerLog(_ id: String) async throws(RuntimeError) {
        var request = Runtime_V1_ReopenContainerLogRequest()
        request.containerID = id
        let _: Runtime_V1_ReopenContainerLogResponse = try await call("ReopenContainerLog", request)
    }
}
