// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Primitives

/// All controllers of the control plane, in one `run()`.
///
/// - SeeAlso: `kube-controller-manager`.
public struct ControllerManager: Sendable {
    /// What the controllers need to know of the cluster.
    public struct Configuration: Sendable {
        /// The certificate authority that pods are given, PEM.
        public var rootCA: String
        /// The range of all pod addresses; nil where nodes get their ranges from elsewhere.
        public var clusterCIDR: CIDR?
        /// The prefix length of a node's range.
        public var nodeCIDRMaskSize: Int

        public init(rootCA: String, clusterCIDR: CIDR?, nodeCIDRMaskSize: Int = 24) {
            self.rootCA = rootCA
            self.clusterCIDR = clusterCIDR
            self.nodeCIDRMaskSize = nodeCIDRMaskSize
        }
    }

    private let context: ControllerContext
    private let configuration: Configuration

    public init(_ context: ControllerContext, configuration: Configuration) {
        self.context = context
        self.configuration = configuration
    }

    /// Runs every controller until the task is cancelled, and their informers, unless the factory runs elsewhere.
    ///
    /// - Throws: the first error that ended a controller.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await ReplicaSetController(context).run() }
            group.addTask { try await DeploymentController(context).run() }
            group.addTask { try await EndpointSliceController(context).run() }
            group.addTask { try await EndpointsController(context).run() }
            group.addTask { try await NamespaceController(context).run() }
            group.addTask { try await NamespaceDefaultsController(context, rootCA: configuration.rootCA).run() }
            group.addTask { try await GarbageCollector(context).run() }
            group.addTask { try await NodeLifecycleController(context).run() }
            group.addTask { try await PodGCController(context).run() }
            group.addTask { try await ResourceQuotaController(context).run() }
            group.addTask { try await ClusterRoleAggregationController(context).run() }
            if let cluster = configuration.clusterCIDR {
                let ranges = NodeRanges(cluster: cluster, nodePrefixLength: configuration.nodeCIDRMaskSize)
                group.addTask { try await NodeIPAMController(context, ranges: ranges).run() }
            }
            try await group.waitForAll()
        }
    }
}
