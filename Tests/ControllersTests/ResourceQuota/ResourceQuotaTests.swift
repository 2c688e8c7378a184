// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import Client
import ClientTestKit
import KubernetesAPI
import Logging
import Testing
import Wire

@testable import Controllers

struct ResourceQuotaPlanTests {
    private static func quota(_ hard: ResourceAmounts, scopes: [String] = []) -> ResourceQuota {
        ResourceQuota {
            $0.metadata.namespace = "default"
            $0.metadata.name = "q"
            $0.spec.hard = hard
            $0.spec.scopes = scopes
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var quota: ResourceQuota
        var inventory: ResourceQuotaPlan.Inventory
        var used: String
        var testDescription: String { name }
    }

    private static let pods: [QuotaItem] = [
        .pod(Fixture.pod("a")), .pod(Fixture.pod("b", phase: PodPhase.succeeded)),
        .pod(Fixture.pod("c") { $0.spec.activeDeadlineSeconds = 1 }),
    ]

    @Test(
        "status is what there is",
        arguments: [
            Case(
                name: "nothing", quota: quota(["pods": "1", "services": "1", "strange": "1"]),
                inventory: .init(), used: "pods=0,services=0"),
            Case(
                name: "pods that run, and all pods", quota: quota(["pods": "5", "count/pods": "5"]),
                inventory: .init(items: pods), used: "count/pods=3,pods=2"),
            Case(
                name: "pods of a scope", quota: quota(["pods": "5"], scopes: ["Terminating"]),
                inventory: .init(items: pods), used: "pods=1"),
            Case(
                name: "objects by number", quota: quota(["configmaps": "5", "count/deployments.apps": "1"]),
                inventory: .init(counts: ["configmaps": 3, "count/configmaps": 3, "count/deployments.apps": 2]),
                used: "configmaps=3,count/deployments.apps=2"),
        ])
    func status(_ c: Case) {
        let status = ResourceQuotaPlan.status(c.quota, c.inventory, now: Fixture.now)
        #expect(status.hard == c.quota.spec.hard)
        #expect(status.used.quotaText == c.used)
    }

    @Test("what ends or shrinks gives back")
    func releases() {
        let running = QuotaItem.pod(Fixture.pod("a"))
        let ended = QuotaItem.pod(Fixture.pod("a", phase: PodPhase.failed))
        #expect(ResourceQuotaPlan.releases(running, ended, now: Fixture.now))
        #expect(!ResourceQuotaPlan.releases(running, running, now: Fixture.now))
        #expect(!ResourceQuotaPlan.releases(ended, running, now: Fixture.now))
    }

    @Test("a quota's kinds are known by what it limits")
    func kinds() {
        let quota = Self.quota(["requests.cpu": "1", "secrets": "1", "count/jobs.batch": "1"])
        #expect(ResourceQuotaPlan.kinds(quota) == [.pods])
        let counted = ResourceQuotaPlan.counted(quota, among: ResourceInfo.all).map(\.qualifiedName)
        #expect(Set(counted) == ["secrets", "jobs.batch"])
    }
}

@Suite(.timeLimit(.minutes(1)))
struct ResourceQuotaControllerTests {
    private let cluster = FakeCluster()

    private func withController(_ body: () async throws -> Void) async throws {
        let logger = Logger(label: "test")
        let informers = InformerFactory(client: cluster.client, logger: logger)
        let context = ControllerContext(client: cluster.client, informers: informers, logger: logger)
        let running = Task {  // awaited below
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await informers.run() }
                // ends with the cancellation below
                group.addTask { try? await ResourceQuotaController(context).run() }
            }
        }
        do {
            try await body()
        } catch {
            running.cancel()
            await running.value
            throw error
        }
        running.cancel()
        await running.value
    }

    private func used(_ cluster: FakeCluster) -> String? {
        cluster.get(ResourceQuota.self, namespace: "default", name: "q")?.status.used.quotaText
    }

    @Test("a quota is counted, and counted again when something goes")
    func counting() async throws {
        for name in ["a", "b"] {
            try cluster.add(Fixture.pod(name))
            try cluster.add(
                ConfigMap {
                    $0.metadata.namespace = "default"
                    $0.metadata.name = name
                })
        }
        try await withController {
            try cluster.add(
                ResourceQuota {
                    $0.metadata.namespace = "default"
                    $0.metadata.name = "q"
                    $0.spec.hard = ["pods": "5", "configmaps": "5"]
                })
            await cluster.wait { used($0) == "configmaps=2,pods=2" }
            cluster.remove(Pod.self, namespace: "default", name: "a")
            await cluster.wait { used($0) == "configmaps=2,pods=1" }
            cluster.remove(ConfigMap.self, namespace: "default", name: "b")
            await cluster.wait { used($0) == "configmaps=1,pods=1" }
        }
    }
}
