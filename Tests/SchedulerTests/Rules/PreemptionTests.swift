// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Scheduler

struct PreemptionTests {
    private func outcome(
        _ pod: Pod, _ cluster: inout ClusterState, budgets: [DisruptionBudget] = []
    ) throws -> Preemption.Outcome {
        let info = PodInfo(pod)
        let context = try FilterContext(info, &cluster)
        var search = NodeSearch()
        let failures = search.find(context, cluster).failures
        return Preemption.find(info, failures, &cluster, budgets: budgets, offset: 0)
    }

    private func choice(
        _ pod: Pod, _ cluster: inout ClusterState, budgets: [DisruptionBudget] = []
    ) throws -> (node: String, victims: [String])? {
        guard case .makesRoom(let choice) = try outcome(pod, &cluster, budgets: budgets) else { return nil }
        return (choice.node, choice.victims.map(\.name).sorted())
    }

    @Test("as few pods as possible go, the least important ones")
    func fewest() throws {
        var cluster = Fixture.cluster(
            [Fixture.node("n", cpu: "3")],
            [
                Fixture.pod("low", cpu: "1", on: "n", priority: 1),
                Fixture.pod("middle", cpu: "1", on: "n", priority: 2),
                Fixture.pod("high", cpu: "1", on: "n", priority: 50),
            ])
        let found = try choice(Fixture.pod("p", cpu: "1", priority: 10), &cluster)
        #expect(found?.node == "n")
        #expect(found?.victims == ["low"])
        #expect(cluster.numbers[0].requestedCPU == 3000)
    }

    @Test("the node that loses the less important pods is chosen")
    func leastImportant() throws {
        var cluster = Fixture.cluster(
            [Fixture.node("a", cpu: "1"), Fixture.node("b", cpu: "1")],
            [Fixture.pod("x", cpu: "1", on: "a", priority: 5), Fixture.pod("y", cpu: "1", on: "b", priority: 3)])
        #expect(try choice(Fixture.pod("p", cpu: "1", priority: 10), &cluster)?.node == "b")
    }

    @Test("a budget is broken only where there is no other way")
    func budgets() throws {
        let pods = [
            Fixture.pod("guarded", cpu: "1", on: "a", labels: ["app": "db"], priority: 1),
            Fixture.pod("free", cpu: "1", on: "b", priority: 5),
        ]
        let budget = DisruptionBudget(namespace: "default", selector: LabelMatcher(labels: ["app": "db"]), allowed: 0)
        var cluster = Fixture.cluster([Fixture.node("a", cpu: "1"), Fixture.node("b", cpu: "1")], pods)
        let pod = Fixture.pod("p", cpu: "1", priority: 10)
        #expect(try choice(pod, &cluster)?.node == "a")
        #expect(try choice(pod, &cluster, budgets: [budget])?.node == "b")
    }

    @Test("pods that exclude the incoming one can go too")
    func antiAffinity() throws {
        let lonely = Fixture.pod("lonely", on: "n", priority: 1) {
            $0.spec.affinity = Affinity {
                $0.podAntiAffinity = PodAntiAffinity {
                    $0.requiredDuringSchedulingIgnoredDuringExecution = [
                        Fixture.term("kubernetes.io/hostname", matching: ["app": "web"])
                    ]
                }
            }
        }
        var cluster = Fixture.cluster([Fixture.node("n")], [lonely])
        #expect(try choice(Fixture.pod("p", labels: ["app": "web"], priority: 2), &cluster)?.victims == ["lonely"])
    }

    @Test("where nothing helps, it says why")
    func messages() throws {
        var cluster = Fixture.cluster(
            [Fixture.node("full", cpu: "1"), Fixture.node("cordoned") { $0.spec.unschedulable = true }],
            [Fixture.pod("x", cpu: "1", on: "full", priority: 100)])
        guard case .none(let message) = try outcome(Fixture.pod("p", cpu: "1"), &cluster) else {
            Issue.record("there is nobody to go")
            return
        }
        #expect(
            message == "preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, "
                + "1 Preemption is not helpful for scheduling.")
        let shy = Fixture.pod("p", cpu: "1", priority: 200) { $0.spec.preemptionPolicy = "Never" }
        guard case .none(let reason) = try outcome(shy, &cluster) else {
            Issue.record("the pod may not preempt")
            return
        }
        #expect(reason == "preemption: not eligible due to preemptionPolicy=Never.")
    }
}
