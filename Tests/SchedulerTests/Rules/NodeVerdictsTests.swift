// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import Scheduler

struct NodeVerdictsTests {
    private static func node(_ name: String, zone: String, tainted: Bool = false) -> Node {
        var node = Fixture.node(name)
        node.metadata.labels["zone"] = zone
        if tainted {
            var taint = Taint()
            (taint.key, taint.value, taint.effect) = ("dedicated", "x", TaintEffect.noSchedule)
            node.spec.taints = [taint]
        }
        return node
    }

    private static func pod(_ name: String, zone: String? = nil, tolerates: Bool = false) -> Pod {
        var pod = Fixture.pod(name)
        if let zone { pod.spec.nodeSelector["zone"] = zone }
        if tolerates {
            var toleration = Toleration()
            (toleration.key, toleration.operator) = ("dedicated", "Exists")
            pod.spec.tolerations = [toleration]
        }
        return pod
    }

    /// Where a pod can be.
    private static func feasible(_ pod: Pod, _ cluster: inout ClusterState) -> Set<String> {
        var search = NodeSearch()
        guard let context = try? FilterContext(PodInfo(pod), &cluster) else { return [] }
        return Set(search.find(context, cluster).feasible.compactMap { cluster.nodes[$0]?.name })
    }

    @Test("pods of other templates have verdicts of their own")
    func templates() {
        var cluster = ClusterState()
        for node in [Self.node("a", zone: "1"), Self.node("b", zone: "2"), Self.node("c", zone: "1", tainted: true)] {
            cluster.set(node)
        }
        for round in ["first", "again"] {
            #expect(Self.feasible(Self.pod(round), &cluster) == ["a", "b"])
            #expect(Self.feasible(Self.pod(round, zone: "1"), &cluster) == ["a"])
            #expect(Self.feasible(Self.pod(round, zone: "1", tolerates: true), &cluster) == ["a", "c"])
            #expect(Self.feasible(Self.pod(round, zone: "3"), &cluster) == [])
        }
    }

    @Test("a node that comes, changes or goes changes the verdicts")
    func changes() {
        var cluster = ClusterState()
        cluster.set(Self.node("a", zone: "1"))
        let pod = Self.pod("p", zone: "1")
        #expect(Self.feasible(pod, &cluster) == ["a"])
        cluster.set(Self.node("b", zone: "1"))
        #expect(Self.feasible(pod, &cluster) == ["a", "b"])
        cluster.set(Self.node("b", zone: "1", tainted: true))
        #expect(Self.feasible(pod, &cluster) == ["a"])
        cluster.set(Self.node("a", zone: "2"))
        #expect(Self.feasible(pod, &cluster) == [])
        cluster.set(Self.node("b", zone: "1"))
        #expect(Self.feasible(pod, &cluster) == ["b"])
        cluster.removeNode(named: "b")
        #expect(Self.feasible(pod, &cluster) == [])
    }

    @Test("more templates than are remembered are judged right all the same")
    func manyTemplates() {
        var cluster = ClusterState()
        for number in 0..<40 { cluster.set(Self.node("n\(number)", zone: "z\(number)")) }
        for _ in 0..<2 {
            for number in 0..<40 {
                #expect(Self.feasible(Self.pod("p", zone: "z\(number)"), &cluster) == ["n\(number)"])
            }
        }
    }
}
