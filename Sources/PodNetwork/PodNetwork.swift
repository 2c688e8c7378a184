// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Client
import KubernetesAPI
public import Logging
import Primitives
import Synchronization

/// The pod network of a node: a bridge for its own pods, a VXLAN tunnel to those of other nodes.
///
/// What it makes follows the Nodes of the cluster: `spec.podCIDR` and the InternalIP of each.
public final class PodNetwork: Sendable {
    private let nodes: Informer<Node>
    private let configuration: PodNetworkConfiguration
    private let host: HostNetwork
    private let clock: any Clock<Duration>
    private let logger: Logger

    /// Makes a pod network that changes the network namespace of the process, once it runs.
    ///
    /// - Parameters:
    ///   - informers: has to run for as long as the network does.
    ///   - clock: for the time between attempts.
    public init(
        informers: InformerFactory, configuration: PodNetworkConfiguration, logger: Logger,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        nodes = informers.informer(of: Node.self)
        host = HostNetwork(configuration: configuration, logger: logger)
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
    }

    /// Follows the nodes until the task is cancelled. Links and rules stay, so that a restart interrupts nobody.
    public func run() async throws {
        let (changes, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let ranges = Mutex<[String: NodeRange]>([:])
        await nodes.addHandler { events in
            let isChanged = ranges.withLock { known in
                let old = known
                for event in events {
                    if case .deleted(let node) = event {
                        known[node.metadata.name] = nil
                    } else {
                        known[event.object.metadata.name] = NodeRange(event.object)
                    }
                }
                return known != old
            }
            if isChanged { signal.yield() }
        }
        try await nodes.waitForSync()
        let filtersBridge = await host.prepareKernel()
        var applied = Applied()
        var failures = 0
        for await _ in changes {
            do {
                try await apply(ranges.withLock { $0 }, filtersBridge: filtersBridge, &applied)
                failures = 0
            } catch {
                failures = min(failures + 1, 6)
                logger.error("cannot set up the pod network, will retry", metadata: ["error": "\(error)"])
                signal.yield()
                try await clock.sleep(for: .milliseconds(500 << failures))
            }
        }
    }

    /// Removes all links, routes and tables of a pod network from the network namespace of the process.
    ///
    /// - Throws: the first failure; what comes after it is left.
    public static func remove(_ configuration: PodNetworkConfiguration, logger: Logger) async throws {
        let host = HostNetwork(configuration: configuration, logger: logger)
        try host.removeLinks()
        try await host.removeRules()
    }

    /// What has been done already.
    private struct Applied {
        var plan: NetworkPlan?
        var podCIDR: CIDR?
    }

    private func apply(
        _ ranges: [String: NodeRange], filtersBridge: Bool, _ applied: inout Applied
    ) async throws {
        guard let own = ranges[configuration.nodeName] else {
            return logger.debug("node has no pod range yet", metadata: ["node": "\(configuration.nodeName)"])
        }
        let plan = NetworkPlan(
            own: own, others: Array(ranges.values), underlayMTU: try host.underlayMTU(own), configuration)
        if plan != applied.plan {
            try host.apply(plan)
            applied.plan = plan
            let peers = plan.overlay?.peers.count ?? 0
            logger.info("pod network is set up", metadata: ["range": "\(own.podCIDR)", "peers": "\(peers)"])
        }
        guard applied.podCIDR != own.podCIDR else { return }
        try await host.applyRules(podCIDR: own.podCIDR, filtersBridge: filtersBridge)
        if let directory = configuration.cniDirectory {
            let json = CNIConfiguration.json(
                plan.bridge, podCIDR: own.podCIDR, stateDirectory: configuration.cniStateDirectory)
            try CNIDirectory(path: directory).write(json, to: CNIConfiguration.fileName)
        }
        applied.podCIDR = own.podCIDR
    }
}
