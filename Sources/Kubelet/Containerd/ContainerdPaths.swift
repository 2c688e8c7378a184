// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Where the files of a node's own containerd are: all under the agent's part of the data directory.
public struct ContainerdPaths: Sendable, Equatable {
    /// `DIR/agent`.
    public let agent: String

    /// - Parameter dataDirectory: absolute path of Martlet's data directory.
    public init(dataDirectory: String) {
        var directory = dataDirectory
        while directory.count > 1, directory.hasSuffix("/") { directory.removeLast() }
        agent = (directory == "/" ? "" : directory) + "/agent"
    }

    /// All of containerd's own.
    public var base: String { agent + "/containerd" }
    /// Images and snapshots.
    public var root: String { base + "/root" }
    /// Running containers: their bundles, mounts and network namespaces.
    public var state: String { base + "/state" }
    /// State of runc.
    public var runc: String { base + "/runc" }
    public var socket: String { base + "/containerd.sock" }
    public var config: String { base + "/config.toml" }
    public var log: String { base + "/containerd.log" }
    /// Which process serves the socket: see ``ProcessIdentity``.
    public var pidFile: String { base + "/containerd.pid" }
    /// CNI configuration lists.
    public var cniConfigs: String { agent + "/cni/net.d" }
    /// Addresses given out by CNI's host-local.
    public var cniNetworks: String { agent + "/cni/networks" }

    /// What the kubelet takes as `--container-runtime-endpoint`.
    public var endpoint: String { "unix://" + socket }
}
