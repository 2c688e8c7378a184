// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import ClientTestKit
import KubernetesAPI
import Logging
import MartletTestKit
import Testing

@testable import ServiceProxy

struct ServiceProxyTests {
    /// Waits until the filter has been given a text that `isWanted`.
    private func text(
        _ filter: RecordingFilter, where isWanted: (String) -> Bool, clock: ManualClock
    ) async throws -> String {
        while true {
            if let found = filter.texts.first(where: isWanted) { return found }
            try Task.checkCancellation()
            // The loop may be in its pause between two updates.
            clock.advance(by: .milliseconds(50))
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    @Test("rules follow the objects of the API", .timeLimit(.minutes(1)))
    func follow() async throws {
        let cluster = FakeCluster()
        let filter = RecordingFilter()
        let clock = ManualClock()
        let logger = Logger(label: "test")
        let informers = InformerFactory(client: cluster.client, logger: logger)
        let proxy = ServiceProxy(
            informers: informers, configuration: try ProxyFixtures.configuration(), filter: filter,
            flows: RecordingFlows(),
            logger: logger, clock: clock)
        try cluster.add(ProxyFixtures.service("web", "10.96.1.1"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await informers.run() }
            group.addTask { try await proxy.run() }
            let first = try await text(filter, where: { _ in true }, clock: clock)
            #expect(first.contains("delete table") && first.contains("10.96.1.1 . tcp . 80 : goto reject-service"))
            try cluster.add(ProxyFixtures.slice(of: "web", [("10.244.2.5", "n2", "ready")]))
            let second = try await text(filter, where: { $0.contains("10.244.2.5") }, clock: clock)
            #expect(!second.contains("delete table") && second.contains("dnat ip to 10.244.2.5:8080"))
            cluster.remove(Service.self, namespace: "shop", name: "web")
            let third = try await text(
                filter, where: { $0.contains("delete chain inet martlet-proxy svc-shop/web/tcp/80") }, clock: clock)
            #expect(!third.contains("add "))
            group.cancelAll()
        }
    }
}
