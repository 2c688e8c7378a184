// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A container runtime as a kubelet sees it: the services RuntimeService and ImageService of CRI v1.
///
/// All calls are safe from any task. Every error is a ``RuntimeError``; cancelling the calling task cancels the call.
/// Calls that stop or remove something succeed when it is already stopped or gone, as CRI asks.
///
/// - SeeAlso: Kubernetes' `runtime.v1` API.
public protocol ContainerRuntime: Sendable {
    /// Name and version of the runtime; answers as soon as the runtime serves CRI.
    func version() async throws(RuntimeError) -> CRI.Version
    /// Whether the runtime and its network are ready, with the reason where they are not.
    func status() async throws(RuntimeError) -> CRI.RuntimeStatus
    /// Which cgroup driver the runtime uses; nil where the runtime does not say (containerd before 2.0).
    func cgroupDriver() async throws(RuntimeError) -> CRI.CgroupDriver?
    /// Hands the node's pod range to runtimes that write their own network configuration.
    func updatePodCIDR(_ cidr: String) async throws(RuntimeError)

    // MARK: sandboxes

    /// Makes and starts the sandbox of a pod, its network included.
    ///
    /// - Returns: the sandbox's ID.
    func runPodSandbox(_ config: CRI.PodSandboxConfig) async throws(RuntimeError) -> String
    /// Stops all containers of a sandbox by force and gives its network back. May be repeated.
    func stopPodSandbox(_ id: String) async throws(RuntimeError)
    /// Removes a sandbox with all its containers; stops it first where it runs. May be repeated.
    func removePodSandbox(_ id: String) async throws(RuntimeError)
    /// - Throws: `notFound` where there is no such sandbox.
    func podSandboxStatus(_ id: String) async throws(RuntimeError) -> CRI.PodSandboxStatus
    func listPodSandboxes(_ filter: CRI.PodSandboxFilter) async throws(RuntimeError) -> [CRI.PodSandbox]

    // MARK: containers

    /// Makes a container in a sandbox without starting it.
    ///
    /// - Parameter sandbox: the configuration that the sandbox was made with.
    /// - Returns: the container's ID.
    func createContainer(
        _ config: CRI.ContainerConfig, in sandboxID: String, sandbox: CRI.PodSandboxConfig
    ) async throws(RuntimeError) -> String
    func startContainer(_ id: String) async throws(RuntimeError)
    /// Sends the stop signal, and SIGKILL after `timeout` (whole seconds; 0 kills at once). Returns once the container has ended.
    func stopContainer(_ id: String, timeout: Duration) async throws(RuntimeError)
    /// Removes a container, by force where it runs. May be repeated.
    func removeContainer(_ id: String) async throws(RuntimeError)
    func listContainers(_ filter: CRI.ContainerFilter) async throws(RuntimeError) -> [CRI.Container]
    /// - Throws: `notFound` where there is no such container.
    func containerStatus(_ id: String) async throws(RuntimeError) -> CRI.ContainerStatus
    func updateContainerResources(_ id: String, _ resources: CRI.LinuxResources) async throws(RuntimeError)
    /// Makes the runtime open the container's log file anew, after it was moved away.
    func reopenContainerLog(_ id: String) async throws(RuntimeError)

    // MARK: streams

    /// Runs a command in a container and returns when it has ended.
    ///
    /// - Parameter timeout: the command is killed after it (whole seconds; zero waits for ever).
    /// - Throws: `deadlineExceeded` when it did not end in time.
    func execSync(_ id: String, command: [String], timeout: Duration) async throws(RuntimeError) -> CRI.ExecResult
    /// Prepares an exec.
    ///
    /// - Returns: the URL at which the runtime serves the session (SPDY/3.1), to be used once.
    func exec(_ request: CRI.ExecRequest) async throws(RuntimeError) -> String
    /// Prepares an attach; see ``exec(_:)``.
    func attach(_ request: CRI.AttachRequest) async throws(RuntimeError) -> String
    /// Prepares a port-forward into the network of a sandbox; see ``exec(_:)``.
    func portForward(sandboxID: String, ports: [Int32]) async throws(RuntimeError) -> String

    // MARK: figures

    func containerStats(_ id: String) async throws(RuntimeError) -> CRI.ContainerStats
    func listContainerStats(_ filter: CRI.ContainerFilter) async throws(RuntimeError) -> [CRI.ContainerStats]
    /// - Throws: `unimplemented` from runtimes that have no figures of sandboxes.
    func podSandboxStats(_ id: String) async throws(RuntimeError) -> CRI.PodSandboxStats

    // MARK: images

    func listImages() async throws(RuntimeError) -> [CRI.Image]
    /// - Parameter image: a name or an ID.
    /// - Returns: nil where the image is not on this node.
    func imageStatus(_ image: String) async throws(RuntimeError) -> CRI.Image?
    /// Fetches an image from its registry.
    ///
    /// - Returns: the reference to use in a container's configuration.
    func pullImage(
        _ image: String, credentials: CRI.ImageCredentials?, sandbox: CRI.PodSandboxConfig?
    ) async throws(RuntimeError) -> String
    /// Removes an image. May be repeated.
    func removeImage(_ image: String) async throws(RuntimeError)
    /// Use of the file systems that hold images.
    func imageFilesystems() async throws(RuntimeError) -> [CRI.FilesystemUsage]

    // MARK: events

    /// What happens to containers from now on: so that nobody has to ask again and again.
    ///
    /// A container is in the announced state in ``containerStatus(_:)`` by the time its event arrives. The stream ends with a
    /// ``RuntimeError`` when the runtime goes away (events were lost: list again, then ask for a new stream); it never
    /// ends otherwise until the task reading it is cancelled. Events are hints: a reader must also list now and then.
    func containerEvents() async throws(RuntimeError) -> AsyncThrowingStream<CRI.ContainerEvent, any Error>
}

/// The values of the container runtime interface, named as there.
public enum CRI {}
