// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import Glibc

/// What a host offers to containerd.
public struct ContainerdHost: Sendable, Equatable {
    /// Absolute paths of the programs.
    public var containerd: String
    public var ctr: String
    public var runc: String
    /// The directory with CNI's plugins.
    public var cniPlugins: String
    public var snapshotter: String
    public var restrictOOMScore: Bool

    /// Where programs are looked for, after those of PATH.
    private static let directories = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
    /// The plugins that a pod's network needs.
    private static let plugins = ["bridge", "host-local", "loopback", "portmap"]

    /// Looks at the host.
    ///
    /// - Throws: ``ContainerdError`` for the first thing that is missing, with what to install.
    public static func inspect(_ paths: ContainerdPaths) throws(ContainerdError) -> ContainerdHost {
        guard geteuid() == 0 else {
            throw ContainerdError(
                .notRoot,
                "containers need root: run martlet with sudo, or with --disable-agent for a control plane alone")
        }
        // containerd listens at a second socket too, whose name is longer by `.ttrpc`.
        guard paths.socket.utf8.count + 6 <= 107 else {
            throw ContainerdError(
                .pathTooLong,
                "the path \(paths.socket) is too long for a socket (101 bytes at most): choose a shorter --data-dir")
        }
        guard let containerd = find("containerd"), let ctr = find("ctr") else {
            throw ContainerdError(
                .noContainerd,
                "no containerd found: apt-get install containerd, or name a runtime with --container-runtime-endpoint")
        }
        guard let runc = find("runc") else { throw ContainerdError(.noRunc, "no runc found: apt-get install runc") }
        let directories = ["/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"]
        guard
            let cni = directories.first(where: { dir in plugins.allSatisfy { HostFile.isExecutable("\(dir)/\($0)") } })
        else {
            throw ContainerdError(
                .noCNIPlugins,
                "no CNI plugins (\(plugins.joined(separator: ", "))) found in \(directories.joined(separator: ", ")): "
                    + "apt-get install containernetworking-plugins")
        }
        try HostFile.makeDirectory(paths.base, mode: 0o711)
        return ContainerdHost(
            containerd: containerd, ctr: ctr, runc: runc, cniPlugins: cni,
            snapshotter: overlaysWork(under: paths.base) ? "overlayfs" : "native",
            restrictOOMScore: !hasCapability(24, status: HostFile.readText("/proc/self/status") ?? ""))
    }

    /// The first program of this name.
    static func find(_ name: String) -> String? {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let all = path.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") } + directories
        return all.map { "\($0)/\(name)" }.first(where: HostFile.isExecutable)
    }

    /// Whether the process whose `/proc/.../status` this is has a capability by its number (24 is CAP_SYS_RESOURCE).
    static func hasCapability(_ number: Int, status: String) -> Bool {
        for line in status.split(separator: "\n") where line.hasPrefix("CapEff:") {
            let digits = line.dropFirst(7).drop { $0 == "\t" || $0 == " " }
            return (UInt64(digits, radix: 16) ?? 0) >> UInt64(number) & 1 == 1
        }
        return false
    }

    /// Whether the file system of a directory can carry overlays: found out by mounting one.
    private static func overlaysWork(under directory: String) -> Bool {
        let probe = directory + "/overlay-probe"
        defer { HostFile.removeTree(probe) }
        for name in ["lower", "upper", "work", "merged"] {
            do { try HostFile.makeDirectory("\(probe)/\(name)", mode: 0o700) } catch { return false }
        }
        let options = "lowerdir=\(probe)/lower,upperdir=\(probe)/upper,workdir=\(probe)/work"
        guard mount("overlay", "\(probe)/merged", "overlay", 0, options) == 0 else { return false }
        umount2("\(probe)/merged", CInt(MNT_DETACH))
        return true
    }
}
