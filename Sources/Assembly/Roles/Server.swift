// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIServer
import Client
import ClusterDNS
import Controllers
public import Logging
import Scheduler

/// `martlet server`: the whole control plane, and a node unless that is not wanted, in one process.
public struct Server: Sendable {
    private let configuration: ServerConfiguration
    private let node: NodeConfiguration?
    private let runsControllers: Bool
    private let logger: Logger

    /// - Parameters:
    ///   - node: nil for a control plane without a node.
    ///   - runsControllers: whether scheduler and controllers run too; `martlet apiserver` goes without.
    public init(_ configuration: ServerConfiguration, node: NodeConfiguration?, runsControllers: Bool, logger: Logger) {
        self.configuration = configuration
        self.node = node
        self.runsControllers = runsControllers
        self.logger = logger
    }

    /// Runs until the task is cancelled.
    ///
    /// - Throws: where a part cannot start; the text says what to do.
    public func run() async throws {
        try node?.checkHost()
        let plane = try await ControlPlane(configuration, logger: named("apiserver"))
        try await plane.start()
        if node != nil { try await prepareNodes(plane) }
        logger.info("ready", metadata: ["kubeconfig": "\(configuration.dataDirectory)/admin.kubeconfig"])
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await plane.run() }
                group.addTask { try await HeapTrimmer().run() }
                if runsControllers { addControl(plane, to: &group) }
                if let node { addNode(node, plane, to: &group) }
                // Ends before the others, which must not end them.
                async let _: Void = ImageTrimmer().run()
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch is CancellationError {
            return
        }
    }

    /// Makes what the parts of a node rely on: their rights, and the Service that gives the cluster's DNS its address.
    private func prepareNodes(_ plane: ControlPlane) async throws {
        let administrator = client(plane, "system:apiserver", groups: ["system:masters"])
        try await MartletRoles.ensure(administrator)
        try await DNSServicePublisher(
            client: administrator, address: configuration.cluster.dnsAddress, logger: named("dns")
        ).run()
    }

    private func named(_ component: String) -> Logger {
        var logger = logger
        logger[metadataKey: "component"] = "\(component)"
        return logger
    }

    /// A client of this process with the name and groups of a component.
    private func client(_ plane: ControlPlane, _ user: String, groups: [String] = []) -> KubernetesClient {
        let requestUser = RequestUser(name: user, groups: groups + ["system:authenticated"])
        return KubernetesClient(
            transport: InProcessTransport(plane.chain, as: requestUser), userAgent: Self.agent(user))
    }

    /// The name under which a component owns the fields that it writes: Kubernetes' own, where it has the component.
    private static func agent(_ user: String) -> String {
        switch user {
        case "system:kube-scheduler": "kube-scheduler/martlet"
        case "system:kube-controller-manager": "kube-controller-manager/martlet"
        case "system:apiserver": "kube-apiserver/martlet"
        case _ where user.hasPrefix("system:node:"): "kubelet/martlet"
        default: "martlet/\(user)"
        }
    }

    private func addControl(_ plane: ControlPlane, to group: inout ThrowingTaskGroup<Void, any Error>) {
        let schedulerClient = client(plane, "system:kube-scheduler")
        let controllerClient = client(plane, "system:kube-controller-manager", groups: ["system:masters"])
        let informers = InformerFactory(client: controllerClient, logger: named("informers"))
        group.addTask { await informers.run() }
        let scheduler = Scheduler(client: schedulerClient, informers: informers, logger: named("scheduler"))
        group.addTask { try await scheduler.run() }
        let manager = ControllerManager(
            ControllerContext(client: controllerClient, informers: informers, logger: named("controllers")),
            configuration: .init(
                rootCA: String(decoding: plane.pki.authority.certificatePEM, as: UTF8.self),
                clusterCIDR: configuration.cluster.clusterCIDR))
        group.addTask { try await manager.run() }
    }

    private func addNode(
        _ node: NodeConfiguration, _ plane: ControlPlane, to group: inout ThrowingTaskGroup<Void, any Error>
    ) {
        let pki = configuration.dataDirectory + "/pki"
        let agent = NodeAgentService(
            node,
            certificates: .init(
                serverCertificateFile: pki + "/kubelet-server.crt", serverKeyFile: pki + "/kubelet-server.key",
                clientCAFile: pki + "/ca.crt"),
            client: client(plane, "system:node:\(node.nodeName)", groups: ["system:nodes"]),
            proxyClient: client(plane, "system:kube-proxy"), logger: logger)
        group.addTask { try await agent.run() }
    }
}
