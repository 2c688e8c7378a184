// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc
import Logging
import Testing

@testable import Kubelet

/// A containerd of a test's own in a temporary directory, with an image of the host's busybox.
struct ScratchContainerd {
    let paths: ContainerdPaths
    let runtime: CRIClient
    let supervisor: ContainerdSupervisor
    static let image = "martlet.local/busybox:test"

    /// Why tests with containerd cannot run here; nil where they can.
    static let obstacle: String? = {
        do {
            let probe = ContainerdPaths(dataDirectory: "/tmp/martlet-probe-\(getpid())")
            defer { HostFile.removeTree("/tmp/martlet-probe-\(getpid())") }
            _ = try ContainerdHost.inspect(probe)
        } catch {
            return "\(error)"
        }
        return HostFile.isExecutable("/bin/busybox") ? nil : "no /bin/busybox: apt-get install busybox-static"
    }()

    /// For the condition of a suite: says why it is skipped.
    static func isPossible(_ suite: String) -> Bool {
        if let obstacle { print("\(suite) is skipped: \(obstacle)") }
        return obstacle == nil
    }

    /// Runs `body` with a containerd that is ready, and removes everything after it.
    static func with(
        _ body: @escaping @Sendable (ScratchContainerd) async throws -> Void
    ) async throws {
        var template = Array("/tmp/martlet-cri-XXXXXX".utf8CString)
        let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        let paths = ContainerdPaths(dataDirectory: directory)
        var logger = Logger(label: "test")
        logger.logLevel = .error
        do {
            try await run(paths, logger, body)
        } catch {
            await ContainerdCleanup(paths: paths, controlGroups: ["martlet-test-\(getpid())"], logger: logger).run()
            HostFile.removeTree(directory)
            throw error
        }
        await ContainerdCleanup(paths: paths, controlGroups: ["martlet-test-\(getpid())"], logger: logger).run()
        HostFile.removeTree(directory)
        #expect(access(directory, F_OK) != 0, "\(directory) is gone")
    }

    /// Runs `body` with a supervisor on directories that may hold an earlier containerd.
    static func run(
        _ paths: ContainerdPaths, _ logger: Logger, _ body: @escaping @Sendable (ScratchContainerd) async throws -> Void
    ) async throws {
        let runtime = try CRIClient(endpoint: paths.endpoint, logger: logger)
        let supervisor = ContainerdSupervisor(paths: paths, runtime: runtime, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await runtime.run() }
            group.addTask { try await supervisor.run() }
            let scratch = ScratchContainerd(paths: paths, runtime: runtime, supervisor: supervisor)
            do {
                try await supervisor.waitUntilReady()
                try await scratch.importBusybox()
                try await body(scratch)
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// Puts the host's busybox into an image, once.
    func importBusybox() async throws {
        if try await runtime.imageStatus(Self.image) != nil { return }
        var layer = TarArchive()
        for directory in ["bin", "etc", "tmp", "proc", "dev", "sys"] { layer.addDirectory(directory) }
        layer.addFile("bin/busybox", try #require(HostFile.read("/bin/busybox")), mode: 0o755)
        for tool in ["sh", "cat", "echo", "sleep", "ls", "stty", "nc", "tee", "id", "env", "true", "kill", "grep"] {
            layer.addLink("bin/\(tool)", to: "busybox")
        }
        let image = ImageArchive(
            name: Self.image, layer: layer, entrypoint: ["/bin/sh"], environment: ["PATH=/bin"])
        let archive = paths.base + "/busybox.tar"
        try HostFile.replace(archive, with: image.bytes, mode: 0o600)
        let host = try ContainerdHost.inspect(paths)
        try await ImageImport(ctr: host.ctr, socket: paths.socket, snapshotter: host.snapshotter).run(archive)
        while try await runtime.imageStatus(Self.image) == nil { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// A sandbox on the host's network, in a cgroup of this test run's own.
    func sandboxConfig(_ name: String) -> CRI.PodSandboxConfig {
        var config = CRI.PodSandboxConfig(metadata: .init(name: name, uid: "uid-\(name)", namespace: "test"))
        config.logDirectory = paths.agent + "/logs/\(name)"
        config.labels = ["app": name]
        config.linux.namespaces.network = .node
        config.linux.cgroupParent = "/martlet-test-\(getpid())"
        return config
    }

    /// A running container that does `script`.
    func startContainer(
        _ name: String, in sandboxID: String, _ sandbox: CRI.PodSandboxConfig, script: String, tty: Bool = false,
        stdin: Bool = false
    ) async throws -> String {
        try HostFile.makeDirectory(sandbox.logDirectory, mode: 0o755)
        var config = CRI.ContainerConfig(metadata: .init(name: name), image: Self.image)
        config.command = ["/bin/sh", "-c", script]
        config.logPath = "\(name).log"
        config.tty = tty
        config.stdin = stdin
        config.environment = [.init("GREETING", "hello")]
        let id = try await runtime.createContainer(config, in: sandboxID, sandbox: sandbox)
        try await runtime.startContainer(id)
        return id
    }
}
