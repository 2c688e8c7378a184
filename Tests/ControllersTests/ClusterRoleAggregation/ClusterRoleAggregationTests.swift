// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import ClientTestKit
import KubernetesAPI
import Logging
import Testing
import Wire

@testable import Controllers

@Suite(.timeLimit(.minutes(1)))
struct ClusterRoleAggregationTests {
    private static func rule(_ resource: String) -> PolicyRule {
        PolicyRule {
            $0.verbs = ["get"]
            $0.apiGroups = [""]
            $0.resources = [resource]
        }
    }

    private static func role(_ name: String, _ resources: [String], labels: [String: String] = [:]) -> ClusterRole {
        ClusterRole {
            $0.metadata.name = name
            $0.metadata.labels = labels
            $0.rules = resources.map(rule)
        }
    }

    private static func gathering(_ name: String, _ keys: [String], has rules: [PolicyRule] = []) -> ClusterRole {
        ClusterRole {
            $0.metadata.name = name
            $0.rules = rules
            $0.aggregationRule = AggregationRule {
                $0.clusterRoleSelectors = keys.map { key in LabelSelector { $0.matchLabels = [key: "true"] } }
            }
        }
    }

    private static let parts = [
        role("b", ["pods", "secrets"], labels: ["x": "true"]), role("a", ["nodes", "pods"], labels: ["x": "true"]),
        role("c", ["services"], labels: ["y": "true"]), role("d", ["events"]),
    ]

    @Test(
        "rules are gathered by selector, then by name, each once",
        arguments: [
            (gathering("g", ["x"]), ["nodes", "pods", "secrets"]),
            (gathering("g", ["y", "x"]), ["services", "nodes", "pods", "secrets"]),
            (gathering("g", ["z"], has: [rule("old")]), []),
        ])
    func gathered(_ role: ClusterRole, _ expected: [String]) {
        #expect(ClusterRoleAggregationPlan.rules(of: role, from: Self.parts + [role]) == expected.map(Self.rule))
    }

    @Test(
        "nothing to do",
        arguments: [
            role("plain", ["pods"]), gathering("done", ["y"], has: [rule("services")]), gathering("none", []),
        ])
    func settled(_ role: ClusterRole) {
        #expect(ClusterRoleAggregationPlan.rules(of: role, from: Self.parts) == nil)
    }

    @Test("roles follow those that they are made of")
    func following() async throws {
        let cluster = FakeCluster()
        try cluster.add(Self.gathering("edit", ["to-edit"]))
        var admin = Self.gathering("admin", ["to-admin"])
        admin.metadata.labels = ["to-view": "true"]
        try cluster.add(admin)
        let logger = Logger(label: "test")
        let informers = InformerFactory(client: cluster.client, logger: logger)
        let context = ControllerContext(client: cluster.client, informers: informers, logger: logger)
        let running = Task {  // awaited below
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await informers.run() }
                // ends with the cancellation below
                group.addTask { try? await ClusterRoleAggregationController(context).run() }
            }
        }
        try cluster.add(Self.role("part", ["pods"], labels: ["to-edit": "true", "to-admin": "true"]))
        await cluster.wait { cluster in
            ["edit", "admin"].allSatisfy { cluster.get(ClusterRole.self, name: $0)?.rules == [Self.rule("pods")] }
        }
        cluster.remove(ClusterRole.self, name: "part")
        await cluster.wait { cluster in
            ["edit", "admin"].allSatisfy { cluster.get(ClusterRole.self, name: $0)?.rules.isEmpty == true }
        }
        running.cancel()
        await running.value
    }
}
