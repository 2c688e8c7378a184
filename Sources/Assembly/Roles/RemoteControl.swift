// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Controllers
import Foundation
public import Logging
import Scheduler

/// Scheduler and controllers apart from the API server, over HTTPS.
public struct RemoteControl: Sendable {
    private let api: RemoteAPI
    private let leaderElection: Bool
    private let logger: Logger

    /// - Parameters:
    ///   - kubeconfig: path of the file that says where the API server is and who we are.
    ///   - leaderElection: whether to work only while holding the component's lease, so that several may run.
    public init(kubeconfig: String, leaderElection: Bool, logger: Logger) {
        api = RemoteAPI(kubeconfig: kubeconfig, logger: logger)
        self.leaderElection = leaderElection
        self.logger = logger
    }

    /// Schedules until the task is cancelled.
    ///
    /// - Throws: where the kubeconfig file is not usable, or another process has become the leader.
    public func runScheduler() async throws {
        try await api.run("kube-scheduler") { client, informers in
            try await lead("kube-scheduler", client) {
                try await Scheduler(client: client, informers: informers, logger: logger).run()
            }
        }
    }

    /// Runs all controllers until the task is cancelled.
    ///
    /// - Throws: where a file is not usable, or another process has become the leader.
    public func runControllers(_ cluster: ClusterConfiguration, rootCAFile: String?) async throws {
        let rootCA = try rootCA(rootCAFile)
        try await api.run("kube-controller-manager") { client, informers in
            try await lead("kube-controller-manager", client) {
                try await ControllerManager(
                    ControllerContext(client: client, informers: informers, logger: logger),
                    configuration: .init(rootCA: rootCA, clusterCIDR: cluster.clusterCIDR)
                ).run()
            }
        }
    }

    /// What pods are given as the cluster's authority: the file's, else the one by which we know the server ourselves.
    private func rootCA(_ path: String?) throws -> String {
        guard let path else { return String(decoding: try api.authority() ?? [], as: UTF8.self) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError("cannot read --root-ca-file \(path)")
        }
        return String(decoding: data, as: UTF8.self)
    }

    private func lead(
        _ name: String, _ client: KubernetesClient, _ work: @escaping @Sendable () async throws -> Void
    ) async throws {
        guard leaderElection else { return try await work() }
        let identity = "\(ProcessInfo.processInfo.hostName.lowercased())_\(UUID().uuidString.lowercased())"
        try await LeaderElector(
            client: client, lease: ObjectKey(namespace: "kube-system", name: name), identity: identity, logger: logger
        ).run(work)
    }
}
