// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Primitives

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
    /// How many requests that read are worked on at the same time, long-running ones apart; 0 for no limit.
    public var maxRequestsInflight = 400
    /// How many other requests are worked on at the same time; 0 for no limit.
    public var maxMutatingRequestsInflight = 200
    /// How long a request may take that is not long-running, in Go's form.
    public var requestTimeout = "1m0s"
    public var cluster: ClusterConfiguration
    public var nodePorts: ClosedRange<Int> = 30_000...32_767
    public var nodeName: String
    /// How long past states are kept, for watches and pages of lists; nil for ever.
    public var historyWindow: Duration? = .seconds(300)
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
    /// What of a node runs in this process.
    public struct Parts: OptionSet, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let kubelet = Parts(rawValue: 1)
        public static let proxy = Parts(rawValue: 2)
        public static let network = Parts(rawValue: 4)
        public static let dns = Parts(rawValue: 8)
        public static let all: Parts = [.kubelet, .proxy, .network, .dns]
    }

    public var parts = Parts.all
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
    /// Where the kubelet listens; nil takes the node's address, else all.
    public var kubeletAddress: String?
    /// Where the kubelet keeps its files; nil for a directory below ``dataDirectory``.
    public var kubeletRoot: String?
    /// DNS servers that pods are told of; empty for the cluster's own.
    public var clusterDNS: [String] = []
    /// Where NodePorts are served; empty for all of the node's addresses.
    public var nodePortAddresses: [CIDR] = []
    /// Where the node's DNS server listens; nil for a link-local address to which the service proxy leads.
    public var dnsAddress: NetworkAddress?
    public var maxPods: Int64 = 110
    public var staticPodPath: String?

    public init(dataDirectory: String, nodeName: String, cluster: ClusterConfiguration) {
        self.dataDirectory = dataDirectory
        self.nodeName = nodeName
        self.cluster = cluster
    }

    var kubeletDirectory: String { kubeletRoot ?? dataDirectory + "/agent/kubelet" }
}
