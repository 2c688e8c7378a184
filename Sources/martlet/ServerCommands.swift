// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import ArgumentParser
import Assembly

struct ServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server", abstract: "Run a whole cluster: control plane and node in one process.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var node: NodeOptions
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var log: LogOptions

    @Flag(help: "Run the control plane without a node.")
    var disableAgent = false

    func run() async throws {
        let shared = try cluster.configuration()
        var configuration = try server.configuration(shared, nodeName: node.name)
        // Pods reach the server at the address of their node.
        if configuration.advertiseAddress == nil { configuration.advertiseAddress = node.nodeIp }
        let nodeConfiguration = disableAgent ? nil : try node.configuration(dataDirectory: server.dataDir, shared)
        let role = Server(configuration, node: nodeConfiguration, runsControllers: true, logger: log.logger())
        try await Process.run { try await role.run() }
    }
}

struct APIServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "apiserver", abstract: "Run the API server alone.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var log: LogOptions

    func run() async throws {
        let configuration = try server.configuration(try cluster.configuration(), nodeName: "")
        let role = Server(configuration, node: nil, runsControllers: false, logger: log.logger())
        try await Process.run { try await role.run() }
    }
}

struct ResetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "Remove a node's containers, mounts, links and packet-filter tables; data files stay.")

    @Option(help: "Where the cluster's data is kept.")
    var dataDir = "/var/lib/martlet"
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var log: LogOptions

    func run() async throws {
        let node = NodeConfiguration(dataDirectory: dataDir, nodeName: "", cluster: try cluster.configuration())
        let role = Reset(node, logger: log.logger())
        try await Process.run { try await role.run() }
    }
}
