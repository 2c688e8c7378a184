// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Controllers

struct DeploymentStatusPlanTests {
    private static func status(_ deployment: Deployment, _ sets: [ReplicaSet]) -> DeploymentStatus {
        DeploymentStatusPlan(deployment: deployment, sets: DeploymentSets(of: deployment, sets), now: Fixture.now)
            .status()
    }

    private static func condition(_ status: DeploymentStatus, _ type: String) -> DeploymentCondition? {
        status.conditions.first { $0.type == type }
    }

    private static func progressing(_ reason: String, updated seconds: Int64) -> DeploymentCondition {
        DeploymentCondition {
            $0.type = "Progressing"
            $0.status = "True"
            $0.reason = reason
            $0.lastUpdateTime = Fixture.ago(seconds)
            $0.lastTransitionTime = Fixture.ago(5000)
        }
    }

    @Test("the numbers are those of all sets, updated is that of the present template")
    func numbers() {
        let deployment = Fixture.deployment(replicas: 5, image: "app:new") { $0.metadata.generation = 4 }
        let status = Self.status(
            deployment,
            [
                Fixture.replicaSet("old", replicas: 3, available: 3, image: "app:0"),
                Fixture.replicaSet("new", replicas: 3, available: 1, image: "app:new", age: 1),
            ])
        #expect(status.replicas == 6)
        #expect(status.updatedReplicas == 3)
        #expect(status.readyReplicas == 4)
        #expect(status.availableReplicas == 4)
        #expect(status.unavailableReplicas == 2)
        #expect(status.observedGeneration == 4)
    }

    @Test(
        "Available is True while no more than maxUnavailable pods are missing",
        arguments: [(Int32(5), "True"), (4, "True"), (3, "False"), (0, "False")] as [(Int32, String)])
    func available(available: Int32, expected: String) {
        let deployment = Fixture.deployment(replicas: 5, unavailable: 1)
        let status = Self.status(deployment, [Fixture.replicaSet("web", replicas: 5, available: available)])
        let condition = Self.condition(status, "Available")
        #expect(condition?.status == expected)
        #expect(condition?.reason == (expected == "True" ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable"))
    }

    struct Progress: Sendable, CustomTestStringConvertible {
        var name: String
        var available: Int32
        var availableBefore: Int32
        var reason: String
        var updated: Int64
        var expected: String
        var status = "True"
        var testDescription: String { name }
    }

    @Test(
        "Progressing says how the rollout goes",
        arguments: [
            Progress(
                name: "one more is available", available: 2, availableBefore: 1, reason: "ReplicaSetUpdated",
                updated: 5000,
                expected: "ReplicaSetUpdated"),
            Progress(
                name: "nothing moves, in time", available: 1, availableBefore: 1, reason: "ReplicaSetUpdated",
                updated: 600,
                expected: "ReplicaSetUpdated"),
            Progress(
                name: "nothing moves, too late", available: 1, availableBefore: 1, reason: "ReplicaSetUpdated",
                updated: 601,
                expected: "ProgressDeadlineExceeded", status: "False"),
            Progress(
                name: "complete", available: 3, availableBefore: 2, reason: "ReplicaSetUpdated", updated: 1,
                expected: "NewReplicaSetAvailable"),
            Progress(
                name: "once complete, a lost pod is no new rollout", available: 2, availableBefore: 3,
                reason: "NewReplicaSetAvailable", updated: 5000, expected: "NewReplicaSetAvailable"),
        ])
    func progress(_ c: Progress) {
        let deployment = Fixture.deployment(replicas: 3) {
            $0.status.replicas = 3
            $0.status.updatedReplicas = 3
            $0.status.readyReplicas = c.availableBefore
            $0.status.availableReplicas = c.availableBefore
            $0.status.conditions = [Self.progressing(c.reason, updated: c.updated)]
        }
        let status = Self.status(deployment, [Fixture.replicaSet("web", replicas: 3, available: c.available)])
        let condition = Self.condition(status, "Progressing")
        #expect(condition?.reason == c.expected)
        #expect(condition?.status == c.status)
        #expect(condition?.lastTransitionTime == (c.status == "True" ? Fixture.ago(5000) : Fixture.now))
    }

    @Test("without a deadline there is no Progressing")
    func noDeadline() {
        let deployment = Fixture.deployment(replicas: 3) {
            $0.spec.progressDeadlineSeconds = nil
            $0.status.conditions = [Self.progressing("ReplicaSetUpdated", updated: 1)]
        }
        #expect(Self.condition(Self.status(deployment, []), "Progressing") == nil)
    }

    @Test("a set that cannot make pods shows in the Deployment, and no longer when it can")
    func failure() {
        let failing = Fixture.replicaSet("web", replicas: 1) {
            $0.status.conditions = [
                ReplicaSetCondition {
                    $0.type = "ReplicaFailure"
                    $0.status = "True"
                    $0.reason = "FailedCreate"
                    $0.message = "no quota"
                }
            ]
        }
        var deployment = Fixture.deployment(replicas: 1)
        deployment.status = Self.status(deployment, [failing])
        #expect(Self.condition(deployment.status, "ReplicaFailure")?.message == "no quota")
        let after = Self.status(deployment, [Fixture.replicaSet("web", replicas: 1, available: 1)])
        #expect(Self.condition(after, "ReplicaFailure") == nil)
    }

    @Test("a condition keeps its transition time while its status stays, and all of it while its reason stays too")
    func transitions() throws {
        var conditions = [Self.progressing("ReplicaSetUpdated", updated: 50)]
        DeploymentStatusPlan.set(
            &conditions, "Progressing", "True", "ReplicaSetUpdated", "other words", now: Fixture.now)
        #expect(conditions == [Self.progressing("ReplicaSetUpdated", updated: 50)])
        DeploymentStatusPlan.set(&conditions, "Progressing", "True", "NewReplicaSetAvailable", "done", now: Fixture.now)
        #expect(conditions.first?.lastUpdateTime == Fixture.now)
        #expect(conditions.first?.lastTransitionTime == Fixture.ago(5000))
        DeploymentStatusPlan.set(
            &conditions, "Progressing", "False", "ProgressDeadlineExceeded", "stuck", now: Fixture.now)
        #expect(conditions.first?.lastTransitionTime == Fixture.now)
        #expect(conditions.count == 1)
    }
}
