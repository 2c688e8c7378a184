// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import ArgumentParser
import Assembly
import Primitives

/// The files of a kubelet's server.
struct ServingOptions: ParsableArguments {
    @Option(help: "PEM file with the kubelet's serving certificate; one of its own by default.")
    var tlsCertFile: String?

    @Option(help: "PEM file with the key of --tls-cert-file.")
    var tlsPrivateKeyFile: String?

    @Option(
        help: "PEM file of who signs the API server's client certificate; the kubeconfig file's authority by default.")
    var clientCaFile: String?

    var files: RemoteNode.ServingFiles {
        RemoteNode.ServingFiles(certificate: tlsCertFile, privateKey: tlsPrivateKeyFile, clientCA: clientCaFile)
    }
}

struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Run a node: container runtime, kubelet, service proxy, pod network and DNS.")

    @Option(help: "Kubeconfig file of the API server.")
    var kubeconfig: String
    @Option(help: "Kubeconfig file for service proxy, pod network and DNS; --kubeconfig by default.")
    var proxyKubeconfig: String?
    @Option(help: "Where the node's data is kept.")
    var dataDir = "/var/lib/martlet"
    @OptionGroup var node: NodeOptions
    @OptionGroup var serving: ServingOptions
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var log: LogOptions

    func run() async throws {
        let configuration = try node.configuration(dataDirectory: dataDir, try cluster.configuration())
        let role = RemoteNode(
            configuration, kubeconfig: kubeconfig, proxyKubeconfig: proxyKubeconfig, serving: serving.files,
            logger: log.logger())
        try await Process.run { try await role.run() }
    }
}

struct KubeletCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "kubelet", abstract: "Run the kubelet alone.")

    @Option(help: "Kubeconfig file of the API server.")
    var kubeconfig: String
    @Option(help: "Where the kubelet keeps its files.")
    var rootDir = "/var/lib/kubelet"
    @OptionGroup var node: NodeOptions
    @OptionGroup var serving: ServingOptions
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var log: LogOptions

    func run() async throws {
        var configuration = try node.configuration(dataDirectory: rootDir, try cluster.configuration())
        configuration.parts = .kubelet
        configuration.kubeletRoot = rootDir
        configuration.runtimeEndpoint = node.containerRuntimeEndpoint ?? "unix:///run/containerd/containerd.sock"
        let role = RemoteNode(
            configuration, kubeconfig: kubeconfig, serving: serving.files, logger: log.logger())
        try await Process.run { try await role.run() }
    }
}

struct ProxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "proxy", abstract: "Run the service proxy alone.")

    @Option(help: "Kubeconfig file of the API server.")
    var kubeconfig: String
    @Option(
        name: [.customLong("hostname-override"), .customLong("node-name")],
        help: "Name of the node; the host's name by default.")
    var hostnameOverride: String?
    @Option(help: "Ranges of the node's addresses on which NodePorts are served: CIDR,...; all by default.")
    var nodeportAddresses: String?
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var log: LogOptions

    func run() async throws {
        var configuration = NodeConfiguration(
            dataDirectory: "", nodeName: hostnameOverride ?? NodeOptions.hostName, cluster: try cluster.configuration())
        configuration.parts = .proxy
        for text in (nodeportAddresses ?? "").split(separator: ",") {
            guard let range = CIDR(String(text)) else {
                throw ValidationError("--nodeport-addresses: \(text) is not a range of addresses such as 10.0.0.0/8")
            }
            configuration.nodePortAddresses.append(range)
        }
        let role = RemoteNode(configuration, kubeconfig: kubeconfig, logger: log.logger())
        try await Process.run { try await role.run() }
    }
}

struct DNSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "dns", abstract: "Run the cluster DNS alone.")

    @Option(help: "Kubeconfig file of the API server.")
    var kubeconfig: String
    @Option(
        help:
            "Address to listen on; by default a link-local one to which 'martlet proxy' leads the cluster's DNS address."
    )
    var bindAddress: String?
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var log: LogOptions

    func run() async throws {
        var configuration = NodeConfiguration(
            dataDirectory: "", nodeName: NodeOptions.hostName, cluster: try cluster.configuration())
        configuration.parts = .dns
        if let bindAddress {
            guard let address = NetworkAddress(bindAddress) else {
                throw ValidationError("--bind-address \(bindAddress) is not an IP address")
            }
            configuration.dnsAddress = address
        }
        let role = RemoteNode(configuration, kubeconfig: kubeconfig, logger: log.logger())
        try await Process.run { try await role.run() }
    }
}
