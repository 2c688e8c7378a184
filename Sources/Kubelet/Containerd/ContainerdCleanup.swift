// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import Glibc
public import Logging

/// Takes away all that a node's containerd has made on the host: processes, mounts, network namespaces, control groups.
/// The files stay, for whoever owns the data directory to remove.
///
/// Pods are first removed the orderly way, so that CNI's plugins give back what they took; whatever is left after that is
/// found in `/proc` by its connection to the data directory and ended by force.
public struct ContainerdCleanup: Sendable {
    private let paths: ContainerdPaths
    private let controlGroups: [String]
    private let log: Logger

    /// How long the orderly way may take.
    private static let orderlyLimit: Duration = .seconds(30)

    /// - Parameter controlGroups: names of groups right below the root in which pods have theirs: they are removed where
    ///   nothing runs in them any more. `k8s.io` is containerd's own for pods whose configuration names none.
    public init(paths: ContainerdPaths, controlGroups: [String] = ["k8s.io", "kubepods"], logger: Logger) {
        self.paths = paths
        self.controlGroups = controlGroups
        log = logger
    }

    /// May be repeated, and does nothing where there is nothing. martlet itself must have been stopped.
    public func run() async {
        if !shims().isEmpty { await removePods() }
        if let text = HostFile.readText(paths.pidFile), let identity = ProcessIdentity(text: text),
            let process = RuntimeProcess(identity)
        {
            await process.terminate(grace: .seconds(10))
        }
        unlink(paths.pidFile)
        await killShims()
        unmountAll()
        removeNetworkResults()
        let hierarchies = [""] + HostFile.list("/sys/fs/cgroup").map { "/" + $0 }
        for hierarchy in hierarchies {
            for name in controlGroups { Self.removeGroups("/sys/fs/cgroup\(hierarchy)/\(name)") }
        }
    }

    // MARK: the orderly way

    private func removePods() async {
        var quiet = log
        quiet.logLevel = .critical
        do {
            let runtime = try CRIClient(endpoint: paths.endpoint, logger: quiet)
            let supervisor = ContainerdSupervisor(paths: paths, runtime: runtime, logger: quiet)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await runtime.run() }
                group.addTask { try await supervisor.run() }
                group.addTask {
                    try await Task.sleep(for: Self.orderlyLimit)
                    throw ContainerdError(.stopped, "removing pods took longer than \(Self.orderlyLimit)")
                }
                group.addTask {
                    try await supervisor.waitUntilReady()
                    try await remove(try await runtime.listPodSandboxes(.init()), runtime)
                    throw CancellationError()
                }
                defer { group.cancelAll() }
                while try await group.next() != nil {}
            }
        } catch is CancellationError {
            // All pods are removed.
        } catch {
            log.warning("not all pods were removed in order; ending them by force", metadata: ["error": "\(error)"])
        }
    }

    private func remove(_ sandboxes: [CRI.PodSandbox], _ runtime: CRIClient) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sandbox in sandboxes {
                group.addTask {
                    try await runtime.stopPodSandbox(sandbox.id)
                    try await runtime.removePodSandbox(sandbox.id)
                }
            }
            try await group.waitForAll()
        }
    }

    // MARK: by force

    /// The shims that serve this containerd.
    private func shims() -> [Int32] {
        HostFile.list("/proc").compactMap { Int32($0) }.filter { pid in
            let words = (HostFile.read("/proc/\(pid)/cmdline") ?? []).split(separator: 0).map {
                String(decoding: $0, as: UTF8.self)
            }
            guard words.first?.split(separator: "/").last?.hasPrefix("containerd-shim") == true else { return false }
            return words.contains(paths.socket)
        }
    }

    private func killShims() async {
        let shims = shims()
        var processes = shims.compactMap { ProcessIdentity(livePid: $0) }
        // A shim is the parent of all processes of its containers, or their grandparent: gather them before anything ends.
        let parents = Self.parents()
        var family = Set(shims)
        var grew = true
        while grew {
            grew = false
            for (pid, parent) in parents where family.contains(parent) && family.insert(pid).inserted { grew = true }
        }
        processes += family.subtracting(shims).compactMap { ProcessIdentity(livePid: $0) }
        let groups = Set(processes.flatMap { Self.controlGroups(of: $0.pid) })
            .subtracting(Self.controlGroups(of: getpid()))
        let running = processes.compactMap { RuntimeProcess($0) }
        for process in running { kill(process.identity.pid, SIGKILL) }
        for process in running { await process.terminate(grace: .seconds(1)) }
        for task in HostFile.list(paths.state + "/io.containerd.runtime.v2.task/k8s.io") {
            let address = HostFile.readText(paths.state + "/io.containerd.runtime.v2.task/k8s.io/\(task)/address") ?? ""
            if address.hasPrefix("unix:///run/containerd/s/") { unlink(String(address.dropFirst(7))) }
        }
        for group in groups { Self.removeControlGroup(group) }
    }

    private static func parents() -> [Int32: Int32] {
        var parents: [Int32: Int32] = [:]
        for pid in HostFile.list("/proc").compactMap({ Int32($0) }) {
            guard let stat = HostFile.readText("/proc/\(pid)/stat"), let bracket = stat.lastIndex(of: ")") else {
                continue
            }
            let fields = stat[bracket...].split(separator: " ")
            if fields.count > 2, let parent = Int32(fields[2]) { parents[pid] = parent }
        }
        return parents
    }

    /// The directories of a process's control groups, of version 1 and 2, but for roots.
    private static func controlGroups(of pid: Int32) -> [String] {
        let lines = (HostFile.readText("/proc/\(pid)/cgroup") ?? "").split(separator: "\n")
        return lines.flatMap { line -> [String] in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, parts[2] != "/", parts[2].hasPrefix("/"), !parts[2].contains("..") else {
                return []
            }
            if parts[1].isEmpty { return ["/sys/fs/cgroup\(parts[2])", "/sys/fs/cgroup/unified\(parts[2])"] }
            let name = parts[1].hasPrefix("name=") ? parts[1].dropFirst(5) : parts[1]
            return ["/sys/fs/cgroup/\(name)\(parts[2])"]
        }
    }

    /// Removes an empty group and those above it that are empty then. The kernel refuses where anything is left inside.
    private static func removeControlGroup(_ path: String) {
        var path = path
        while path.split(separator: "/").count > 4, rmdir(path) == 0, let slash = path.lastIndex(of: "/") {
            path = String(path[..<slash])
        }
    }

    /// Removes a group and those in it, as far as they are empty.
    private static func removeGroups(_ path: String) {
        guard rmdir(path) != 0, errno == EBUSY || errno == ENOTEMPTY else { return }
        // A group's directory holds files of the kernel's, which stay until it goes: only directories are groups.
        for name in HostFile.list(path) where !name.contains(".") { removeGroups("\(path)/\(name)") }
        rmdir(path)
    }

    /// Unmounts everything below the agent's directory, innermost first.
    private func unmountAll() {
        for _ in 0..<16 {
            let points = Self.mountPoints(HostFile.readText("/proc/self/mountinfo") ?? "", below: paths.agent)
            if points.isEmpty { return }
            for point in points.reversed() { umount2(point, CInt(MNT_DETACH)) }
        }
        log.warning("mounts are left below \(paths.agent)")
    }

    /// The mount points below a directory in the order in which they were mounted, from the text of a `mountinfo` file,
    /// which writes blanks and the like in octal.
    static func mountPoints(_ mountinfo: String, below directory: String) -> [String] {
        mountinfo.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 4 else { return nil }
            let point = ["\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"].reduce(String(fields[4])) {
                Self.replacing($1.key, by: $1.value, in: $0)
            }
            return point.hasPrefix(directory + "/") ? point : nil
        }
    }

    private static func replacing(_ code: String, by text: String, in source: String) -> String {
        var parts: [Substring] = []
        var rest = source[...]
        while let range = rest.firstRange(of: code) {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return (parts + [rest]).joined(separator: text)
    }

    /// libcni keeps what plugins answered in a directory that all its users share.
    private func removeNetworkResults() {
        for name in HostFile.list("/var/lib/cni/results") where name.hasPrefix("martlet-") {
            let path = "/var/lib/cni/results/" + name
            // Names begin alike for all martlets of the host: only those whose namespace was ours.
            if (HostFile.readText(path) ?? "").contains(paths.state + "/") { unlink(path) }
        }
    }
}
