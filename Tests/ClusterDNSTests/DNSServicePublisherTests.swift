// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import ClientTestKit
import KubernetesAPI
import Logging
import Primitives
import Testing
import Wire

@testable import ClusterDNS

struct DNSServicePublisherTests {
    private static let address = NetworkAddress.v4(0x0a60_000a)

    private func publisher(_ cluster: FakeCluster) -> DNSServicePublisher {
        DNSServicePublisher(client: cluster.client, address: Self.address, logger: Logger(label: "test"))
    }

    /// Refuses every new Service as the API server does where its address is taken: before it looks at the name.
    private func refuseAddresses(_ cluster: FakeCluster, meanwhile: @escaping @Sendable () throws -> Void = {}) {
        cluster.react { request in
            guard request.method == .post, request.path.hasSuffix("/services") else { return nil }
            try? meanwhile()  // the test fails on what comes of it
            let body = #"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Invalid","code":422}"#
            return TransportResponse(
                status: 422, headers: [("content-type", "application/json")], body: Array(body.utf8))
        }
    }

    private static func service() -> Service {
        Service {
            $0.metadata.namespace = "kube-system"
            $0.metadata.name = "kube-dns"
            $0.spec.clusterIP = "10.96.0.10"
        }
    }

    @Test("the first start makes the Service with the cluster's DNS address")
    func first() async throws {
        let cluster = FakeCluster()
        try await publisher(cluster).run()
        let service = cluster.get(Service.self, namespace: "kube-system", name: "kube-dns")
        #expect(service?.spec.clusterIP == "10.96.0.10")
        #expect(service?.spec.ports.map(\.protocol) == ["UDP", "TCP"])
    }

    @Test("a later start leaves the Service that is there, whose address is taken by itself")
    func again() async throws {
        let cluster = FakeCluster()
        try cluster.add(Self.service())
        refuseAddresses(cluster)
        try await publisher(cluster).run()
        #expect(cluster.writes.isEmpty)
    }

    @Test("a Service that another server makes meanwhile will do")
    func race() async throws {
        let cluster = FakeCluster()
        refuseAddresses(cluster) { try cluster.add(Self.service()) }
        try await publisher(cluster).run()
    }

    @Test("an address that can never be is an error")
    func refused() async {
        let cluster = FakeCluster()
        refuseAddresses(cluster)
        await #expect(throws: ClientError.self) { try await publisher(cluster).run() }
    }
}
