// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The configuration file of a node's own containerd (format version 2, which containerd 1.5 to 2.x read).
///
/// What is not needed is left out for the sake of memory and idle time: other snapshotters, tracing, the cgroup metrics,
/// the monitor that looks every ten seconds whether a container is to be restarted.
public struct ContainerdConfiguration: Sendable, Equatable {
    public var paths: ContainerdPaths
    /// The image that sandboxes are made of.
    public var sandboxImage: String
    /// `overlayfs`, or `native` (copies) where the file system cannot carry overlays.
    public var snapshotter: String
    /// Absolute path of runc.
    public var runc: String
    /// Directory with CNI's plugins.
    public var cniPlugins: String
    /// Containers may not get a lower OOM score than containerd has: needed without CAP_SYS_RESOURCE.
    public var restrictOOMScore: Bool

    public init(
        paths: ContainerdPaths, sandboxImage: String = PauseImage.name, snapshotter: String, runc: String,
        cniPlugins: String, restrictOOMScore: Bool
    ) {
        self.paths = paths
        self.sandboxImage = sandboxImage
        self.snapshotter = snapshotter
        self.runc = runc
        self.cniPlugins = cniPlugins
        self.restrictOOMScore = restrictOOMScore
    }

    private static let unneeded = [
        "io.containerd.internal.v1.opt", "io.containerd.internal.v1.restart", "io.containerd.internal.v1.tracing",
        "io.containerd.monitor.v1.cgroups", "io.containerd.snapshotter.v1.aufs",
        "io.containerd.snapshotter.v1.blockfile", "io.containerd.snapshotter.v1.btrfs",
        "io.containerd.snapshotter.v1.devmapper",
        "io.containerd.snapshotter.v1.zfs", "io.containerd.tracing.processor.v1.otlp",
    ]

    /// The text of the file.
    public var text: String {
        let cri = #"[plugins."io.containerd.grpc.v1.cri""#
        return """
            # Written by martlet at each start; changes are lost.
            version = 2
            root = \(Self.quote(paths.root))
            state = \(Self.quote(paths.state))
            disabled_plugins = [\(Self.unneeded.map(Self.quote).joined(separator: ", "))]

            [grpc]
              address = \(Self.quote(paths.socket))

            [debug]
              level = "warn"

            \(cri)]
              sandbox_image = \(Self.quote(sandboxImage))
              stream_server_address = "127.0.0.1"
              stream_server_port = "0"
              restrict_oom_score_adj = \(restrictOOMScore)
              netns_mounts_under_state_dir = true
              stats_collect_period = 60
              tolerate_missing_hugetlb_controller = true

            \(cri).cni]
              bin_dir = \(Self.quote(cniPlugins))
              conf_dir = \(Self.quote(paths.cniConfigs))
              max_conf_num = 1

            \(cri).containerd]
              snapshotter = \(Self.quote(snapshotter))
              default_runtime_name = "runc"

            \(cri).containerd.runtimes.runc]
              runtime_type = "io.containerd.runc.v2"

            \(cri).containerd.runtimes.runc.options]
              BinaryName = \(Self.quote(runc))
              Root = \(Self.quote(paths.runc))
              SystemdCgroup = false

            """
    }

    /// A basic string of TOML.
    private static func quote(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
