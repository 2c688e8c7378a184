// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import CLinux
internal import Dispatch
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// A process that outlives the one that started it: started in a session of its own, or found running by its identity.
/// Its end is an event (pidfd_open(2)), whoever its parent is.
final class RuntimeProcess: Sendable {
    let identity: ProcessIdentity
    private let descriptor: CInt
    // libdispatch's sources may be used from any thread; Linux's overlay just does not say so.
    nonisolated(unsafe) private let source: any DispatchSourceRead
    private let state = Mutex(State())

    private struct State {
        var ended = false
        var nextWaiter = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var cancelled: Set<Int> = []
    }

    /// Starts a program with the environment of this process and more.
    ///
    /// - Parameter logPath: gets what the program prints; it is made anew where it has grown over 8 MiB.
    static func start(
        _ executable: String, _ arguments: [String], environment: [String: String], logPath: String
    ) throws(ContainerdError) -> RuntimeProcess {
        var information = stat()
        if stat(logPath, &information) == 0, information.st_size > 8 << 20 { rename(logPath, logPath + ".1") }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        var allSignals = sigset_t()
        sigfillset(&allSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setsigdefault(&attributes, &allSignals)
        let flags = martlet_spawn_setsid | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF)
        posix_spawnattr_setflags(&attributes, flags)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, logPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // containerd and its shims outlive this process: a listening socket that they inherited would keep its port taken.
        martlet_spawn_closefrom(&actions, 3)

        var variables = currentEnvironment()
        variables.merge(environment) { $1 }
        let argv = ([executable] + arguments).map { strdup($0) } + [nil]
        let envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, executable, &actions, &attributes, argv, envp)
        guard code == 0 else {
            throw ContainerdError(.startFailed, "cannot start \(executable): \(String(cString: strerror(code)))")
        }
        guard let identity = ProcessIdentity(livePid: pid), let process = RuntimeProcess(identity) else {
            // It ended before anybody could look: nobody else will take note of its end.
            waitpid(pid, nil, 0)
            throw ContainerdError(.startFailed, "\(executable) ended as soon as it was started; see \(logPath)")
        }
        return process
    }

    /// Takes a running process over; nil where it does not run any more.
    init?(_ identity: ProcessIdentity) {
        let descriptor = martlet_pidfd_open(identity.pid)
        guard descriptor >= 0 else { return nil }
        // The descriptor holds the number; only now does looking who has it give a lasting answer.
        guard identity.isAlive else {
            close(descriptor)
            return nil
        }
        self.identity = identity
        self.descriptor = descriptor
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global())
        source.setEventHandler { [weak self] in self?.markEnded() }
        source.setCancelHandler { close(descriptor) }
        source.resume()
    }

    deinit { source.cancel() }

    var hasEnded: Bool { state.withLock { $0.ended } }

    /// Returns when the process has ended, or when the calling task is cancelled: see ``hasEnded`` for which.
    func endedOrCancelled() async {
        let key = newKey()
        await withTaskCancellationHandler {
            await wait(key)
        } onCancel: {
            // A waiter that is cancelled before it waits finds its key here, and goes on.
            let waiter = state.withLock { state in
                if state.waiters[key] == nil { state.cancelled.insert(key) }
                return state.waiters.removeValue(forKey: key)
            }
            waiter?.resume()
        }
    }

    private func newKey() -> Int {
        state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
    }

    private func wait(_ key: Int) async {
        await withCheckedContinuation { continuation in
            let over = state.withLock { state in
                if state.ended || state.cancelled.remove(key) != nil { return true }
                state.waiters[key] = continuation
                return false
            }
            if over { continuation.resume() }
        }
    }

    /// Asks the process to end, and ends it by force after a grace period; returns when it has ended.
    func terminate(grace: Duration) async {
        guard !hasEnded else { return }
        kill(identity.pid, SIGTERM)
        let pid = identity.pid
        let timer = DispatchWorkItem { [weak self] in if self?.hasEnded == false { kill(pid, SIGKILL) } }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Int(grace.components.seconds)), execute: timer)
        // Not to be cancelled: whoever asked for the end wants to know of it, most of all while it is being cancelled.
        await wait(newKey())
        timer.cancel()
    }

    private func markEnded() {
        source.cancel()
        // Only our own child has anything to collect; for others this fails, and their parent does it.
        waitpid(identity.pid, nil, WNOHANG)
        let waiters = state.withLock { state in
            defer { state.waiters = [:] }
            state.ended = true
            return state.waiters.values.map { $0 }
        }
        for waiter in waiters { waiter.resume() }
    }

    private static func currentEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let pointer = entry.pointee {
            let text = String(cString: pointer)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            entry += 1
        }
        return variables
    }
}
