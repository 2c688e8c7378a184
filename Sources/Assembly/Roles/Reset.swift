// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import ClusterDNS
import Kubelet
public import Logging
import PodNetwork
import ServiceProxy

/// `martlet reset`: takes a node's containers, mounts, links and packet-filter tables away. Data files stay.
public struct Reset: Sendable {
    private let node: NodeConfiguration
    private let logger: Logger

    public init(_ node: NodeConfiguration, logger: Logger) {
        self.node = node
        self.logger = logger
    }

    /// Goes through all parts even where one fails.
    ///
    /// - Throws: the first failure, at the end.
    public func run() async throws {
        var failures: [any Error] = []
        let paths = ContainerdPaths(dataDirectory: node.dataDirectory)
        await ContainerdCleanup(paths: paths, logger: logger).run()
        do { try await ServiceProxy.removeRules() } catch { failures.append(error) }
        do {
            try ClusterDNS.removeAddress(NodeAgentService.dnsConfiguration(node.cluster))
        } catch { failures.append(error) }
        do {
            try await PodNetwork.remove(
                PodNetworkConfiguration(
                    nodeName: node.nodeName, clusterCIDRs: [node.cluster.clusterCIDR],
                    serviceCIDRs: [node.cluster.serviceCIDR]),
                logger: logger)
        } catch { failures.append(error) }
        if let first = failures.first { throw first }
    }
}
