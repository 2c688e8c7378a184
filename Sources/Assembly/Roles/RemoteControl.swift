// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Controllers
import Foundation
public import Logging
import Scheduler

/// Scheduler and controllers apart from the API server, over HTTPS.
public struct RemoteControl: Sendable {
    private let kubeconfig: String
    private let logger: Logger

    /// - Parameter kubeconfig: path of the file that says where the API server is and who we are.
    public init(kubeconfig: String, logger: Logger) {
        self.kubeconfig = kubeconfig
        self.logger = logger
    }

    /// Schedules until the task is cancelled.
    public func runScheduler() async throws {
        try await withClient("kube-scheduler/martlet") { client, informers in
            try await Scheduler(client: client, informers: informers, logger: logger).run()
        }
    }

    /// Runs all controllers until the task is cancelled.
    public func runControllers(_ cluster: ClusterConfiguration, rootCAFile: String?) async throws {
        let rootCA = try rootCAFile.map { try String(contentsOfFile: $0, encoding: .utf8) } ?? ""
        try await withClient("kube-controller-manager/martlet") { client, informers in
            try await ControllerManager(
                ControllerContext(client: client, informers: informers, logger: logger),
                configuration: .init(rootCA: rootCA, clusterCIDR: cluster.clusterCIDR)
            ).run()
        }
    }

    private func withClient(
        _ agent: String, _ body: @escaping @Sendable (KubernetesClient, InformerFactory) async throws -> Void
    ) async throws {
        let transport = try HTTPTransport(try Kubeconfig(paths: [kubeconfig]).connection())
        let client = KubernetesClient(transport: transport, userAgent: agent)
        let informers = InformerFactory(client: client, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await informers.run() }
            group.addTask { try await body(client, informers) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
