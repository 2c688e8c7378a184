// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Client
import KubernetesAPI
public import Logging
public import Primitives
import Wire

/// Makes the Service `kube-dns`, by which users and programs find the cluster's DNS address.
///
/// It has no selector and no endpoints: each node answers the address itself. Whoever wants another DNS server gives it endpoints.
public struct DNSServicePublisher: Sendable {
    private let client: KubernetesClient
    private let address: NetworkAddress
    private let clock: any Clock<Duration>
    private let logger: Logger

    /// - Parameters:
    ///   - address: the cluster's DNS address, in the range of services.
    ///   - clock: for the time between attempts.
    public init(
        client: KubernetesClient, address: NetworkAddress, logger: Logger,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.client = client
        self.address = address
        self.clock = clock
        self.logger = logger
    }

    /// Makes the Service unless there is one of its name, and returns. Tries until the API server lets it.
    ///
    /// - Throws: `CancellationError`; ``ClientError`` when the server says that the Service can never be.
    public func run() async throws {
        while true {
            do {
                try await publish()
                return
            } catch {
                if error.code == .invalid { throw error }
                logger.debug("cannot make the dns service yet", metadata: ["error": "\(error)"])
            }
            try await clock.sleep(for: .seconds(1))
        }
    }

    /// Looks before it creates: the address of a Service that is there is taken, which the server says before that the name is.
    private func publish() async throws(ClientError) {
        guard try await !exists() else { return }
        do {
            _ = try await client.create(service)
        } catch {
            // Another server may have made it since.
            guard try await exists() else { throw error }
        }
    }

    private func exists() async throws(ClientError) -> Bool {
        do {
            _ = try await client.get(Service.self, namespace: "kube-system", name: "kube-dns")
            return true
        } catch {
            if error.isNotFound { return false }
            throw error
        }
    }

    private var service: Service {
        Service {
            $0.metadata.namespace = "kube-system"
            $0.metadata.name = "kube-dns"
            $0.metadata.labels = ["k8s-app": "kube-dns", "kubernetes.io/name": "CoreDNS"]
            $0.spec.type = "ClusterIP"
            $0.spec.clusterIP = address.description
            $0.spec.ports = [port("dns", "UDP"), port("dns-tcp", "TCP")]
        }
    }

    private func port(_ name: String, _ transport: String) -> ServicePort {
        ServicePort {
            $0.name = name
            $0.`protocol` = transport
            $0.port = 53
            $0.targetPort = .int(53)
        }
    }
}
