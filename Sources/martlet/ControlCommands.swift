// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import ArgumentParser
import Assembly

struct SchedulerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "scheduler", abstract: "Run the scheduler alone.")

    @Option(help: "Kubeconfig file of the API server.")
    var kubeconfig: String
    @Option(help: "Work only while holding the component's lease, so that several may run.")
    var leaderElect = true
    @OptionGroup var log: LogOptions

    func run() async throws {
        let role = RemoteControl(kubeconfig: kubeconfig, leaderElection: leaderElect, logger: log.logger())
        try await Process.run { try await role.runScheduler() }
    }
}

struct ControllerManagerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "controller-manager", abstract: "Run the controllers alone.")

    @Option(help: "Kubeconfig file of the API server.")
    var kubeconfig: String
    @Option(help: "PEM file of the certificate authority that pods are given.")
    var rootCaFile: String?
    @OptionGroup var cluster: ClusterOptions
    @Option(help: "Work only while holding the component's lease, so that several may run.")
    var leaderElect = true
    @OptionGroup var log: LogOptions

    func run() async throws {
        let role = RemoteControl(kubeconfig: kubeconfig, leaderElection: leaderElect, logger: log.logger())
        let shared = try cluster.configuration()
        let rootCA = rootCaFile
        try await Process.run { try await role.runControllers(shared, rootCAFile: rootCA) }
    }
}
