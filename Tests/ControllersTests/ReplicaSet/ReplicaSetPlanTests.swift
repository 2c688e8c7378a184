// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Controllers

struct ReplicaSetPlanTests {
    struct Count: Sendable, CustomTestStringConvertible {
        var name: String
        var wanted: Int32?
        var present: Int
        var created = 0
        var deleted = 0
        var testDescription: String { name }
    }

    @Test(
        "pods are made and deleted until there are as many as wanted",
        arguments: [
            Count(name: "none yet", wanted: 3, present: 0, created: 3),
            Count(name: "one is missing", wanted: 3, present: 2, created: 1),
            Count(name: "as many as wanted", wanted: 3, present: 3),
            Count(name: "one too many", wanted: 3, present: 4, deleted: 1),
            Count(name: "scaled to nothing", wanted: 0, present: 2, deleted: 2),
            Count(name: "one where nothing is said", wanted: nil, present: 0, created: 1),
            Count(name: "at most 500 are made at once", wanted: 1000, present: 0, created: 500),
            Count(name: "at most 500 are deleted at once", wanted: 0, present: 700, deleted: 500),
        ])
    func count(_ c: Count) {
        let set = Fixture.replicaSet("web", replicas: 0) { $0.spec.replicas = c.wanted }
        let pods = (0..<c.present).map { Fixture.pod("p\($0)", isReady: true) }
        var created = 0
        var deleted = 0
        switch ReplicaSetPlan.change(set, active: pods, now: Fixture.now) {
        case .none: break
        case .create(let count): created = count
        case .delete(let doomed): deleted = doomed.count
        }
        #expect(created == c.created)
        #expect(deleted == c.deleted)
    }

    struct Order: Sendable, CustomTestStringConvertible {
        var name: String
        var first: Pod
        var second: Pod
        var crowdFirst = 1
        var crowdSecond = 1
        var testDescription: String { name }
    }

    @Test(
        "of two pods, the one that serves less is deleted first",
        arguments: [
            Order(
                name: "without a node before with one", first: Fixture.pod("z", on: ""),
                second: Fixture.pod("a", phase: PodPhase.pending)),
            Order(
                name: "pending before running", first: Fixture.pod("z", phase: PodPhase.pending),
                second: Fixture.pod("a")),
            Order(name: "not ready before ready", first: Fixture.pod("z"), second: Fixture.pod("a", isReady: true)),
            Order(
                name: "cheap before dear",
                first: Fixture.pod("z", isReady: true) {
                    $0.metadata.annotations["controller.kubernetes.io/pod-deletion-cost"] = "-5"
                }, second: Fixture.pod("a", isReady: true)),
            Order(
                name: "on a crowded node before on an empty one", first: Fixture.pod("z", isReady: true),
                second: Fixture.pod("a", isReady: true), crowdFirst: 3, crowdSecond: 1),
            Order(
                name: "ready for a short time before ready for long",
                first: Fixture.pod("z", isReady: true, readySince: Fixture.ago(1)),
                second: Fixture.pod("a", isReady: true, readySince: Fixture.ago(50))),
            Order(
                name: "restarted often before never restarted",
                first: Fixture.pod("z", isReady: true) {
                    $0.status.containerStatuses = [ContainerStatus { $0.restartCount = 4 }]
                },
                second: Fixture.pod("a", isReady: true)),
            Order(
                name: "young before old",
                first: Fixture.pod("z", isReady: true) { $0.metadata.creationTimestamp = Fixture.ago(1) },
                second: Fixture.pod("a", isReady: true)),
        ])
    func order(_ c: Order) {
        #expect(ReplicaSetPlan.precedes(c.first, c.second, crowdA: c.crowdFirst, crowdB: c.crowdSecond))
        #expect(!ReplicaSetPlan.precedes(c.second, c.first, crowdA: c.crowdSecond, crowdB: c.crowdFirst))
    }

    @Test("the status counts pods by label, readiness and the time that they have been ready")
    func counts() {
        let set = Fixture.replicaSet("web", replicas: 4) {
            $0.metadata.generation = 7
            $0.spec.minReadySeconds = 10
            $0.spec.template.metadata.labels = ["app": "web", "tier": "front"]
        }
        let full = ["app": "web", "tier": "front", "more": "x"]
        let pods = [
            Fixture.pod("a", isReady: true, readySince: Fixture.ago(10), labels: full),
            Fixture.pod("b", isReady: true, readySince: Fixture.ago(9), labels: full),
            Fixture.pod("c", labels: full), Fixture.pod("d"),
        ]
        let status = ReplicaSetPlan.status(set, active: pods, terminating: 2, failure: nil, now: Fixture.now)
        #expect(status.replicas == 4)
        #expect(status.fullyLabeledReplicas == 3)
        #expect(status.readyReplicas == 2)
        #expect(status.availableReplicas == 1)
        #expect(status.terminatingReplicas == 2)
        #expect(status.observedGeneration == 7)
        #expect(status.conditions.isEmpty)
    }

    @Test("a failure is a condition that keeps its time, and goes when pods can be made again")
    func failure() throws {
        var set = Fixture.replicaSet("web", replicas: 1)
        set.status = ReplicaSetPlan.status(set, active: [], terminating: 0, failure: "no quota", now: Fixture.ago(60))
        let again = ReplicaSetPlan.status(set, active: [], terminating: 0, failure: "still none", now: Fixture.now)
        let condition = try #require(again.conditions.first)
        #expect(again.conditions.count == 1)
        #expect(condition.type == "ReplicaFailure")
        #expect(condition.reason == "FailedCreate")
        #expect(condition.message == "still none")
        #expect(condition.lastTransitionTime == Fixture.ago(60))
        set.status = again
        #expect(
            ReplicaSetPlan.status(set, active: [], terminating: 0, failure: nil, now: Fixture.now).conditions.isEmpty)
    }
}
