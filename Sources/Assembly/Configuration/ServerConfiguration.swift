// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// How an API server, and what runs with it in one process, is set up. Names are those of Kubernetes' flags.
public struct ServerConfiguration: Sendable {
    public var dataDirectory: String
    /// Where to listen.
    public var bindAddresses: [String] = ["0.0.0.0"]
    public var securePort = 6443
    /// The address under which others, pods among them, reach the server; nil takes the node's.
    public var advertiseAddress: String?
    public var tokenAuthFile: String?
    /// Further names of the serving certificate.
    public var tlsSANs: [String] = []
    public var allowsAnonymous = true
    public var cluster: ClusterConfiguration
    public var nodePorts: ClosedRange<Int> = 30_000...32_767
    public var nodeName: String
    /// Threads that serve connections.
    public var threads: Int

    public init(dataDirectory: String, cluster: ClusterConfiguration, nodeName: String, threads: Int) {
        self.dataDirectory = dataDirectory
        self.cluster = cluster
        self.nodeName = nodeName
        self.threads = threads
    }
}

/// How a node is set up.
public struct NodeConfiguration: Sendable {
    public var dataDirectory: String
    public var nodeName: String
    /// nil takes the address of the default route.
    public var nodeIP: String?
    public var cluster: ClusterConfiguration
    /// A CRI endpoint that somebody else runs; nil for a containerd of the node's own.
    public var runtimeEndpoint: String?
    public var nodeLabels: [String: String] = [:]
    public var registerWithTaints: [(key: String, value: String, effect: String)] = []
    public var kubeletPort = 10_250
    public var maxPods: Int64 = 110
    public var staticPodPath: String?

    public init(dataDirectory: String, nodeName: String, cluster: ClusterConfiguration) {
        self.dataDirectory = dataDirectory
        self.nodeName = nodeName
        self.cluster = cluster
    }
}
