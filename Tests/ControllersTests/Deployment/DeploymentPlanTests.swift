// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Controllers

struct DeploymentPlanTests {
    struct Size: Sendable {
        var replicas: Int32
        var available: Int32
    }

    struct Step: Sendable, CustomTestStringConvertible {
        var name: String
        var wanted: Int32 = 10
        var surge: IntOrString = 3
        var unavailable: IntOrString = 2
        var current: Size
        var old: [Size] = []
        /// What each set should have then, by name; those that stay are left out.
        var expected: [String: Int]
        var testDescription: String { name }
    }

    private static func plan(_ c: Step, _ change: (inout Deployment) -> Void = { _ in }) -> DeploymentPlan {
        let deployment = Fixture.deployment(
            replicas: c.wanted, image: "app:new", surge: c.surge, unavailable: c.unavailable, change)
        var sets = c.old.enumerated().map { index, set in
            Fixture.replicaSet(
                "old\(index)", replicas: set.replicas, available: set.available, image: "app:\(index)",
                age: 100 - Int64(index))
        }
        sets.append(
            Fixture.replicaSet(
                "new", replicas: c.current.replicas, available: c.current.available, image: "app:new", age: 1))
        return DeploymentPlan(deployment: deployment, sets: DeploymentSets(of: deployment, sets))
    }

    private static func targets(_ scales: [DeploymentPlan.Scale]) -> [String: Int] {
        Dictionary(scales.map { ($0.set.metadata.name, $0.replicas) }) { first, _ in first }
    }

    @Test(
        "a rolling update keeps within surge and unavailable",
        arguments: [
            Step(
                name: "a new deployment is scaled up at once", current: .init(replicas: 0, available: 0),
                expected: ["new": 10]),
            Step(
                name: "first the new set takes the surge", current: .init(replicas: 0, available: 0),
                old: [.init(replicas: 10, available: 10)], expected: ["new": 3]),
            Step(
                name: "then old pods go as far as enough are available", current: .init(replicas: 3, available: 0),
                old: [.init(replicas: 10, available: 10)], expected: ["old0": 8]),
            Step(
                name: "nothing moves while new pods are not available", current: .init(replicas: 5, available: 0),
                old: [.init(replicas: 8, available: 8)], expected: [:]),
            Step(
                name: "old pods that do not serve go first", current: .init(replicas: 3, available: 3),
                old: [.init(replicas: 5, available: 0), .init(replicas: 5, available: 5)], expected: ["old0": 0]),
            Step(
                name: "the last old pods go", current: .init(replicas: 10, available: 10),
                old: [.init(replicas: 1, available: 1)],
                expected: ["old0": 0]),
            Step(
                name: "a new set that is too large shrinks", current: .init(replicas: 12, available: 12),
                expected: ["new": 10]),
            Step(name: "all is as wanted", current: .init(replicas: 10, available: 10), expected: [:]),
            Step(
                name: "without a surge room is made first", wanted: 4, surge: 0, unavailable: 1,
                current: .init(replicas: 0, available: 0), old: [.init(replicas: 4, available: 4)],
                expected: ["old0": 3]),
            Step(
                name: "with neither one may be unavailable", wanted: 4, surge: 0, unavailable: 0,
                current: .init(replicas: 0, available: 0), old: [.init(replicas: 4, available: 4)],
                expected: ["old0": 3]),
            Step(
                name: "a surge in percent rounds up", wanted: 3, surge: "25%", unavailable: "25%",
                current: .init(replicas: 0, available: 0), old: [.init(replicas: 3, available: 3)], expected: ["new": 1]
            ),
        ])
    func rollingUpdate(_ c: Step) {
        #expect(Self.targets(Self.plan(c).rollingUpdate()) == c.expected)
    }

    @Test(
        "a recreate ends all old pods before it makes new ones",
        arguments: [
            (
                Step(
                    name: "old sets go to nothing", current: .init(replicas: 0, available: 0),
                    old: [.init(replicas: 10, available: 10)],
                    expected: ["old0": 0]), true
            ),
            (
                Step(
                    name: "it waits for old pods", current: .init(replicas: 0, available: 0),
                    old: [.init(replicas: 0, available: 0)],
                    expected: [:]), true
            ),
            (
                Step(
                    name: "then the new set is scaled up", current: .init(replicas: 0, available: 0),
                    old: [.init(replicas: 0, available: 0)], expected: ["new": 10]), false
            ),
        ])
    func recreate(_ c: Step, hasOldPods: Bool) {
        let plan = Self.plan(c) { $0.spec.strategy = DeploymentStrategy { $0.type = DeploymentStrategyType.recreate } }
        #expect(Self.targets(plan.recreate(hasOldPods: hasOldPods)) == c.expected)
    }

    @Test(
        "a change of replicas is spread over the sets in proportion",
        arguments: [
            Step(
                name: "one set takes all", wanted: 15, current: .init(replicas: 10, available: 10),
                expected: ["new": 15]),
            Step(
                name: "the larger set takes more", wanted: 20, surge: 0, unavailable: 2,
                current: .init(replicas: 2, available: 2),
                old: [.init(replicas: 8, available: 8)], expected: ["new": 4, "old0": 16]),
            Step(
                name: "it shrinks in proportion", wanted: 5, surge: 0, unavailable: 2,
                current: .init(replicas: 2, available: 2),
                old: [.init(replicas: 8, available: 8)], expected: ["new": 1, "old0": 4]),
            Step(
                name: "to nothing", wanted: 0, current: .init(replicas: 2, available: 2),
                old: [.init(replicas: 8, available: 8)],
                expected: ["new": 0, "old0": 0]),
            Step(
                name: "a new set that is complete ends the old ones", wanted: 2,
                current: .init(replicas: 2, available: 2),
                old: [.init(replicas: 8, available: 8)], expected: ["old0": 0]),
        ])
    func proportional(_ c: Step) {
        let plan = Self.plan(c) { $0.status.replicas = 10 }
        #expect(Self.targets(plan.proportional()) == c.expected)
    }

    @Test(
        "scaling is seen by the annotation on the sets",
        arguments: [(nil, false), ("10", false), ("4", true)] as [(String?, Bool)])
    func isScaling(annotation: String?, expected: Bool) {
        let deployment = Fixture.deployment(replicas: 10)
        let set = Fixture.replicaSet("web", replicas: 4) {
            $0.metadata.annotations[DeploymentSets.desiredReplicas] = annotation
        }
        #expect(
            DeploymentPlan(deployment: deployment, sets: DeploymentSets(of: deployment, [set])).isScaling == expected)
    }

    @Test(
        "a new set starts with the room that the old ones leave",
        arguments: [(Int32(0), 10), (8, 5), (10, 3), (13, 0), (20, 0)] as [(Int32, Int)])
    func initialReplicas(old: Int32, expected: Int) {
        let deployment = Fixture.deployment(replicas: 10, image: "app:new", surge: 3)
        let sets = DeploymentSets(of: deployment, [Fixture.replicaSet("old", replicas: old, image: "app:0")])
        #expect(DeploymentPlan(deployment: deployment, sets: sets).initialReplicas() == expected)
    }

    @Test("idle sets beyond the history go, oldest revision first, and never one with pods")
    func superfluous() {
        let deployment = Fixture.deployment(replicas: 1, image: "app:new") { $0.spec.revisionHistoryLimit = 1 }
        let sets = [
            Fixture.replicaSet("second", replicas: 0, image: "app:2", age: 90, revision: 2),
            Fixture.replicaSet("first", replicas: 0, image: "app:1", age: 80, revision: 1),
            Fixture.replicaSet("busy", replicas: 1, image: "app:0", age: 70, revision: 0),
            Fixture.replicaSet("new", replicas: 1, image: "app:new", age: 1, revision: 3),
        ]
        let plan = DeploymentPlan(deployment: deployment, sets: DeploymentSets(of: deployment, sets))
        #expect(plan.superfluous().map(\.metadata.name) == ["first", "second"])
    }
}
