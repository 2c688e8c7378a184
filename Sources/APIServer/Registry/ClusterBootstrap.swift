// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
package import Primitives
import Store
import Wire

/// What a cluster has from its first moment: the namespaces of the system, its priority classes, the service range, and the
/// Service by which pods reach the API server.
///
/// - SeeAlso: `pkg/controlplane` of kube-apiserver.
package struct ClusterBootstrap: Sendable {
    private let registry: Registry
    private let serviceRange: CIDR
    private let address: NetworkAddress
    private let port: Int32

    /// - Parameters:
    ///   - address: where the server is reached (`--advertise-address`).
    ///   - port: the secure port.
    package init(registry: Registry, serviceRange: CIDR, address: NetworkAddress, port: Int32) {
        self.registry = registry
        self.serviceRange = serviceRange
        self.address = address
        self.port = port
    }

    /// Makes what is missing. The store gathers what is written at the same time into few transactions.
    ///
    /// - Throws: `APIStatusError` or `StoreError` where something cannot be written.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
                group.addTask { try await registry.ensure(Namespace { $0.metadata.name = name }) }
            }
            for object in Self.priorityClasses { group.addTask { try await registry.ensure(object) } }
            let range = "\(serviceRange)"
            group.addTask {
                try await registry.ensure(
                    ServiceCIDR {
                        $0.metadata.name = "kubernetes"
                        $0.spec.cidrs = [range]
                    })
            }
            try await group.waitForAll()
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await ensureService() }
            // pods cannot reach a server that listens on loopback alone, so there is no endpoint to tell of
            if !address.isLoopback {
                group.addTask { try await ensureEndpoints() }
                group.addTask { try await ensureSlice() }
            }
            try await group.waitForAll()
        }
    }

    private static let priorityClasses = [
        PriorityClass {
            $0.metadata.name = "system-cluster-critical"
            $0.value = 2_000_000_000
            $0.description =
                "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."
        },
        PriorityClass {
            $0.metadata.name = "system-node-critical"
            $0.value = 2_000_001_000
            $0.description = "Used for system critical pods that must not be moved from their current node."
        },
    ]

    private func ensureService() async throws {
        let first = serviceRange.address(at: 1)?.description ?? ""
        let port = port
        try await registry.ensure(
            Service {
                $0.metadata.name = "kubernetes"
                $0.metadata.namespace = "default"
                $0.metadata.labels = ["component": "apiserver", "provider": "kubernetes"]
                $0.spec.clusterIP = first
                $0.spec.ports = [
                    ServicePort {
                        $0.name = "https"
                        $0.`protocol` = TransportProtocol.tcp
                        $0.port = 443
                        $0.targetPort = .int(port)
                    }
                ]
            })
    }

    private func ensureEndpoints() async throws {
        let subset = EndpointSubset {
            $0.addresses = [EndpointAddress { $0.ip = address.description }]
            $0.ports = [
                EndpointPort {
                    $0.name = "https"
                    $0.port = port
                    $0.`protocol` = TransportProtocol.tcp
                }
            ]
        }
        let endpoints = Endpoints {
            $0.metadata.name = "kubernetes"
            $0.metadata.namespace = "default"
            $0.metadata.labels = ["endpointslice.kubernetes.io/skip-mirror": "true"]
            $0.subsets = [subset]
        }
        try await registry.ensure(endpoints) { $0.subsets = [subset] }
    }

    private func ensureSlice() async throws {
        let endpoint = Endpoint {
            $0.addresses = [address.description]
            $0.conditions.ready = true
        }
        let port = DiscoveryEndpointPort {
            $0.name = "https"
            $0.port = self.port
            $0.`protocol` = TransportProtocol.tcp
        }
        let slice = EndpointSlice {
            $0.metadata.name = "kubernetes"
            $0.metadata.namespace = "default"
            $0.metadata.labels = ["kubernetes.io/service-name": "kubernetes"]
            $0.addressType = address.family == .v4 ? "IPv4" : "IPv6"
            $0.endpoints = [endpoint]
            $0.ports = [port]
        }
        try await registry.ensure(slice) {
            $0.endpoints = [endpoint]
            $0.ports = [port]
        }
    }
}
