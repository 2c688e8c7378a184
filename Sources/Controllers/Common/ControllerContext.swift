// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Client
public import Logging

/// What every controller is given: the cluster, a shared view of it, a way to tell users, a log and the time.
public struct ControllerContext: Sendable {
    public let client: KubernetesClient
    public let informers: InformerFactory
    public let logger: Logger
    public let timekeeper: Timekeeper

    public init(
        client: KubernetesClient, informers: InformerFactory, logger: Logger, timekeeper: Timekeeper = Timekeeper()
    ) {
        self.client = client
        self.informers = informers
        self.logger = logger
        self.timekeeper = timekeeper
    }

    /// The same for one controller: its name in user agent and log.
    func named(_ name: String) -> ControllerContext {
        var logger = logger
        logger[metadataKey: "controller"] = "\(name)"
        return ControllerContext(
            client: client.named("kube-controller-manager/\(name)"), informers: informers, logger: logger,
            timekeeper: timekeeper)
    }

    /// A recorder whose events say that `component` told them.
    func recorder(_ component: String) -> EventRecorder {
        EventRecorder(client: client, component: component, logger: logger, timekeeper: timekeeper)
    }
}
