// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import Glibc
public import Logging

/// Runs the node's own containerd: starts it, or adopts one that an earlier martlet left, and starts it anew when it dies.
///
/// containerd lives in a session of its own, and containers live under shims that need neither: whatever ends first, martlet
/// by SIGKILL or containerd by a fault, running containers stay, and what comes next finds them.
public actor ContainerdSupervisor {
    public nonisolated let paths: ContainerdPaths
    private let runtime: any ContainerRuntime
    private let clock: any Clock<Duration>
    private let log: Logger
    private var state = State.starting([])

    private enum State {
        case starting([CheckedContinuation<Result<Void, ContainerdError>, Never>])
        case ready
        case failed(ContainerdError)
    }

    /// How long containerd may take until it serves; with many containers it reads for a while.
    private static let startLimit: Duration = .seconds(60)
    /// How long containerd may take to end.
    private static let stopLimit: Duration = .seconds(10)

    /// - Parameters:
    ///   - runtime: a client of `paths.endpoint`, whose connection somebody keeps.
    ///   - clock: measures waiting times; a clock moved by hand in tests.
    public init(
        paths: ContainerdPaths, runtime: any ContainerRuntime, logger: Logger,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.paths = paths
        self.runtime = runtime
        self.clock = clock
        log = logger
    }

    /// Returns once containerd serves CRI and has the sandbox image.
    ///
    /// - Throws: what ``run()`` threw, where it failed before that.
    public func waitUntilReady() async throws(ContainerdError) {
        let result = await withCheckedContinuation { continuation in
            switch state {
            case .starting(let waiters): state = .starting(waiters + [continuation])
            case .ready: continuation.resume(returning: .success(()))
            case .failed(let error): continuation.resume(returning: .failure(error))
            }
        }
        try result.get()
    }

    /// Keeps containerd running until the task is cancelled, then stops it; containers go on running.
    ///
    /// - Throws: ``ContainerdError`` where it cannot be started the first time; later failures are logged and tried again.
    public func run() async throws(ContainerdError) {
        do {
            let host = try ContainerdHost.inspect(paths)
            var process = try await launch(host)
            settle(.success(()))
            log.info(
                "containerd is ready",
                metadata: ["pid": "\(process.identity.pid)", "snapshotter": "\(host.snapshotter)"])
            while true {
                await process.endedOrCancelled()
                if Task.isCancelled { break }
                log.warning("containerd ended; starting it again", metadata: ["log": "\(paths.log)"])
                process = try await relaunch(host)
            }
            await process.terminate(grace: Self.stopLimit)
            unlink(paths.pidFile)
        } catch {
            settle(.failure(error))
            if error.code != .stopped { throw error }
        }
        settle(.failure(ContainerdError(.stopped, "containerd was stopped")))
    }

    private func settle(_ result: Result<Void, ContainerdError>) {
        if case .starting(let waiters) = state { for waiter in waiters { waiter.resume(returning: result) } }
        switch result {
        case .success: state = .ready
        case .failure(let error): state = .failed(error)
        }
    }

    /// Starts containerd again and again, ever more slowly, until it runs.
    private func relaunch(_ host: ContainerdHost) async throws(ContainerdError) -> RuntimeProcess {
        var delay = Duration.milliseconds(100)
        while true {
            do {
                return try await launch(host)
            } catch {
                if error.code == .stopped { throw error }
                log.error("containerd cannot be started", metadata: ["error": "\(error)", "retry": "\(delay)"])
                try await pause(delay)
                delay = min(delay * 2, .seconds(30))
            }
        }
    }

    /// Adopts or starts containerd, waits until it serves, and sees to the sandbox image.
    private func launch(_ host: ContainerdHost) async throws(ContainerdError) -> RuntimeProcess {
        let configuration = ContainerdConfiguration(
            paths: paths, snapshotter: host.snapshotter, runc: host.runc, cniPlugins: host.cniPlugins,
            restrictOOMScore: host.restrictOOMScore)
        let process: RuntimeProcess
        if let left = adoptable() {
            if HostFile.readText(paths.config) == configuration.text {
                log.info("adopting the containerd of an earlier run", metadata: ["pid": "\(left.identity.pid)"])
                process = left
            } else {
                log.info("replacing the containerd of an earlier run: its configuration has changed")
                await left.terminate(grace: Self.stopLimit)
                process = try start(host, configuration)
            }
        } else {
            process = try start(host, configuration)
        }
        do {
            try await waitUntilServing(process)
            try await importPauseImage(host)
        } catch {
            await process.terminate(grace: Self.stopLimit)
            unlink(paths.pidFile)
            throw error
        }
        return process
    }

    /// The containerd that the pid file names, if it still runs.
    private func adoptable() -> RuntimeProcess? {
        guard let text = HostFile.readText(paths.pidFile), let identity = ProcessIdentity(text: text) else {
            return nil
        }
        if identity.bootID != ProcessIdentity.currentBootID {
            // The host has restarted since: nothing that this directory tells of exists any more.
            HostFile.removeTree(paths.state)
            HostFile.removeTree(paths.runc)
        }
        return RuntimeProcess(identity)
    }

    private func start(
        _ host: ContainerdHost, _ configuration: ContainerdConfiguration
    ) throws(ContainerdError) -> RuntimeProcess {
        for directory in [paths.root, paths.state, paths.runc] { try HostFile.makeDirectory(directory, mode: 0o711) }
        try HostFile.makeDirectory(paths.cniConfigs, mode: 0o755)
        try HostFile.replace(paths.config, with: [UInt8](configuration.text.utf8), mode: 0o600)
        unlink(paths.socket)
        let path = getenv("PATH").map { String(cString: $0) + ":" } ?? ""
        let process = try RuntimeProcess.start(
            host.containerd, ["--config", paths.config],
            // containerd runs runc, iptables and CNI plugins by name. It idles most of the time: less garbage is worth more.
            environment: ["PATH": path + "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "GOGC": "50"],
            logPath: paths.log)
        try HostFile.replace(paths.pidFile, with: [UInt8](process.identity.text.utf8), mode: 0o600)
        return process
    }

    /// Waits until containerd listens, then until its CRI service answers.
    private func waitUntilServing(_ process: RuntimeProcess) async throws(ContainerdError) {
        let deadline = ContinuousClock.now + Self.startLimit
        while !UnixSocket.accepts(paths.socket) {
            try await again(process, deadline, "it does not listen at \(paths.socket)")
        }
        while true {
            do {
                let version = try await runtime.version()
                log.debug("the runtime answers", metadata: ["version": "\(version.runtimeVersion)"])
                return
            } catch {
                // It listens only after it has loaded all plugins: what is missing then will not come.
                if error.code == .unimplemented {
                    throw ContainerdError(.startFailed, "containerd could not load its CRI plugin; see \(paths.log)")
                }
                try await again(process, deadline, error.description)
            }
        }
    }

    private func again(
        _ process: RuntimeProcess, _ deadline: ContinuousClock.Instant, _ reason: String
    ) async throws(ContainerdError) {
        if process.hasEnded {
            throw ContainerdError(.startFailed, "containerd ended: \(lastWords()); see \(paths.log)")
        }
        if ContinuousClock.now > deadline {
            throw ContainerdError(.startFailed, "containerd does not serve: \(reason)")
        }
        try await pause(.milliseconds(10))
    }

    /// The last line of containerd's log, where it says why it ended.
    private func lastWords() -> String {
        let lines = (HostFile.readText(paths.log) ?? "").split(separator: "\n")
        return lines.last.map(String.init) ?? "it said nothing"
    }

    /// Imports the sandbox image unless it is there.
    private func importPauseImage(_ host: ContainerdHost) async throws(ContainerdError) {
        if await hasPauseImage() { return }
        let archive = paths.base + "/pause.tar"
        try HostFile.replace(archive, with: PauseImage.archive().bytes, mode: 0o600)
        defer { unlink(archive) }
        try await ImageImport(ctr: host.ctr, socket: paths.socket, snapshotter: host.snapshotter).run(archive)
        // CRI learns of new images by an event: it may be a moment behind.
        for _ in 0..<500 where await !hasPauseImage() { try await pause(.milliseconds(10)) }
    }

    private func hasPauseImage() async -> Bool {
        do {
            return try await runtime.imageStatus(PauseImage.name) != nil
        } catch {
            log.debug("cannot ask for the sandbox image", metadata: ["error": "\(error)"])
            return false
        }
    }

    private func pause(_ delay: Duration) async throws(ContainerdError) {
        do {
            try await clock.sleep(for: delay)
        } catch {
            throw ContainerdError(.stopped, "containerd was stopped while it started")
        }
    }
}
