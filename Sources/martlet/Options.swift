// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import ArgumentParser
import Assembly
import Foundation
import Logging
import Primitives

/// What a cluster agrees on.
struct ClusterOptions: ParsableArguments {
    @Option(help: "Range of pod addresses.")
    var clusterCidr = "10.244.0.0/16"

    @Option(help: "Range of Service addresses.")
    var serviceClusterIpRange = "10.96.0.0/12"

    @Option(help: "Domain of the cluster's names.")
    var clusterDomain = "cluster.local"

    func configuration() throws -> ClusterConfiguration {
        ClusterConfiguration(
            clusterCIDR: try Self.range("--cluster-cidr", clusterCidr),
            serviceCIDR: try Self.range("--service-cluster-ip-range", serviceClusterIpRange),
            clusterDomain: clusterDomain)
    }

    private static func range(_ flag: String, _ text: String) throws -> CIDR {
        guard let range = CIDR(text) else {
            throw ValidationError("\(flag) \(text) is not a range of addresses such as 10.96.0.0/12")
        }
        return range
    }
}

/// How an API server listens and whom it knows.
struct ServerOptions: ParsableArguments {
    @Option(help: "Where the cluster's data is kept.")
    var dataDir = "/var/lib/martlet"

    @Option(help: "Address to listen on; may be repeated.")
    var bindAddress: [String] = []

    @Option(help: "Port for HTTPS.")
    var securePort = 6443

    @Option(help: "Address under which others reach the server.")
    var advertiseAddress: String?

    @Option(help: "CSV file of static tokens: token,user,uid,\"group1,group2\".")
    var tokenAuthFile: String?

    @Option(help: "Further name or address for the serving certificate; may be repeated.")
    var tlsSan: [String] = []

    @Option(help: "Whether requests without credentials are answered.")
    var anonymousAuth = true

    @Option(help: "Range of node ports, FIRST-LAST.")
    var serviceNodePortRange = "30000-32767"

    @Option(help: "How long history is kept for watches; 0 keeps all.")
    var etcdCompactionInterval = "5m0s"

    @Option(help: "Most reading requests worked on at once, watches and other long ones apart; 0 for no limit.")
    var maxRequestsInflight = 400

    @Option(help: "Most writing requests worked on at once; 0 for no limit.")
    var maxMutatingRequestsInflight = 200

    @Option(help: "How long a request may take, watches and other long requests apart.")
    var requestTimeout = "1m0s"

    func configuration(_ cluster: ClusterConfiguration, nodeName: String) throws -> ServerConfiguration {
        var configuration = ServerConfiguration(
            dataDirectory: dataDir, cluster: cluster, nodeName: nodeName,
            threads: max(1, ProcessInfo.processInfo.activeProcessorCount))
        if !bindAddress.isEmpty { configuration.bindAddresses = bindAddress }
        guard (0...65_535).contains(securePort) else {
            throw ValidationError("--secure-port \(securePort) is not a port")
        }
        configuration.securePort = securePort
        configuration.advertiseAddress = advertiseAddress
        configuration.tokenAuthFile = tokenAuthFile
        configuration.tlsSANs = tlsSan
        configuration.allowsAnonymous = anonymousAuth
        configuration.maxRequestsInflight = maxRequestsInflight
        configuration.maxMutatingRequestsInflight = maxMutatingRequestsInflight
        configuration.requestTimeout = requestTimeout
        let ports = serviceNodePortRange.split(separator: "-").compactMap { Int($0) }
        guard ports.count == 2, ports[0] > 0, ports[0] <= ports[1], ports[1] <= 65_535 else {
            throw ValidationError(
                "--service-node-port-range \(serviceNodePortRange) is not a range such as 30000-32767")
        }
        configuration.nodePorts = ports[0]...ports[1]
        guard let interval = DurationText.parse(etcdCompactionInterval), interval >= .zero else {
            throw ValidationError("--etcd-compaction-interval \(etcdCompactionInterval) is not a duration such as 5m0s")
        }
        configuration.historyWindow = interval == .zero ? nil : interval
        return configuration
    }
}

/// How a node is set up.
struct NodeOptions: ParsableArguments {
    @Option(
        name: [.customLong("node-name"), .customLong("hostname-override")],
        help: "Name of the node; the host's name by default.")
    var nodeName: String?

    @Option(help: "Address of the node.")
    var nodeIp: String?

    @Option(
        help: "CRI socket of a container runtime that runs already; by default the node runs a containerd of its own.")
    var containerRuntimeEndpoint: String?

    @Option(help: "Labels for the node: KEY=VALUE,...")
    var nodeLabels: String?

    @Option(help: "Taints for the node: KEY=VALUE:EFFECT,...")
    var registerWithTaints: String?

    @Option(help: "Most pods on the node.")
    var maxPods: Int64 = 110

    @Option(help: "Directory (or file) of manifests of static pods.")
    var podManifestPath: String?

    @Option(help: "DNS servers that pods are told of: ADDRESS,...; the cluster's own by default.")
    var clusterDns: String?

    @Option(help: "Address that the kubelet listens on; --node-ip, else all by default.")
    var address: String?

    @Option(name: [.customLong("kubelet-port"), .customLong("port")], help: "Port that the kubelet listens on.")
    var port = 10250

    /// The name that a node has where none is given.
    static var hostName: String { ProcessInfo.processInfo.hostName.lowercased() }
    var name: String { nodeName ?? Self.hostName }

    func configuration(dataDirectory: String, _ cluster: ClusterConfiguration) throws -> NodeConfiguration {
        var configuration = NodeConfiguration(dataDirectory: dataDirectory, nodeName: name, cluster: cluster)
        configuration.nodeIP = nodeIp
        configuration.runtimeEndpoint = containerRuntimeEndpoint
        configuration.maxPods = maxPods
        configuration.staticPodPath = podManifestPath
        configuration.kubeletAddress = address
        guard (1...65_535).contains(port) else { throw ValidationError("--kubelet-port \(port) is not a port") }
        configuration.kubeletPort = port
        guard maxPods >= 0 else { throw ValidationError("--max-pods \(maxPods) is negative") }
        configuration.clusterDNS = (clusterDns ?? "").split(separator: ",").map(String.init)
        for server in configuration.clusterDNS where NetworkAddress(server) == nil {
            throw ValidationError("--cluster-dns: \(server) is not an IP address")
        }
        if let nodeIp, NetworkAddress(nodeIp) == nil {
            throw ValidationError("--node-ip \(nodeIp) is not an IP address")
        }
        for entry in (nodeLabels ?? "").split(separator: ",") {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw ValidationError("--node-labels: \(entry) is not KEY=VALUE") }
            configuration.nodeLabels[String(parts[0])] = String(parts[1])
        }
        for entry in (registerWithTaints ?? "").split(separator: ",") {
            configuration.registerWithTaints.append(try Self.taint(entry))
        }
        return configuration
    }

    private static func taint(_ entry: Substring) throws -> (key: String, value: String, effect: String) {
        let halves = entry.split(separator: ":", maxSplits: 1)
        guard halves.count == 2, ["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(halves[1]) else {
            throw ValidationError("--register-with-taints: \(entry) is not KEY=VALUE:EFFECT")
        }
        let parts = halves[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count == 2 ? String(parts[1]) : "", String(halves[1]))
    }
}

/// How much is logged.
struct LogOptions: ParsableArguments {
    @Option(
        name: [.customShort("v"), .customLong("v")],
        help: "Log level as in Kubernetes: 0 for what users need, 4 for debugging.")
    var verbosity = 0

    func logger() -> Logger {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "martlet")
        logger.logLevel = verbosity >= 5 ? .trace : verbosity >= 4 ? .debug : .info
        return logger
    }
}
