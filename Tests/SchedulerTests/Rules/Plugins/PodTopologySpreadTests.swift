// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Scheduler

struct PodTopologySpreadTests {
    private static let zone = "topology.kubernetes.io/zone"
    private static let web = ["app": "web"]
    private let nodes = [
        Fixture.node("a1", labels: [zone: "a"]), Fixture.node("a2", labels: [zone: "a"]),
        Fixture.node("b1", labels: [zone: "b"]),
        Fixture.node("none"),
    ]

    private func pods(_ nodes: [String]) -> [Pod] {
        nodes.enumerated().map { Fixture.pod("w\($0.offset)", on: $0.element, labels: Self.web) }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var on: [String]
        var skew: Int32
        var minDomains: Int32?
        var expected: [String]
        var testDescription: String { name }
    }

    @Test(
        "a node is out where the pod would make its zone too full",
        arguments: [
            Case(name: "even", on: ["a1", "b1"], skew: 1, expected: []),
            Case(name: "one more in a", on: ["a1"], skew: 1, expected: ["a1", "a2"]),
            Case(name: "one more is allowed", on: ["a1"], skew: 2, expected: []),
            Case(name: "two more", on: ["a1", "a2"], skew: 2, expected: ["a1", "a2"]),
            Case(name: "pods outside of zones do not count", on: ["none", "none"], skew: 1, expected: []),
            Case(
                name: "too few domains count as an empty one", on: ["a1", "b1"], skew: 1, minDomains: 3,
                expected: ["a1", "a2", "b1"]),
        ])
    func hard(_ c: Case) throws {
        var cluster = Fixture.cluster(nodes, pods(c.on))
        let pod = Fixture.pod("p", labels: Self.web) {
            var constraint = Fixture.spread(Self.zone, skew: c.skew, matching: Self.web)
            constraint.minDomains = c.minDomains
            $0.spec.topologySpreadConstraints = [constraint]
        }
        var failures = try Fixture.failures(pod, &cluster)
        #expect(failures.removeValue(forKey: "none") == .topologySpreadLabelMissing)
        #expect(failures.keys.sorted() == c.expected)
        #expect(failures.values.allSatisfy { $0 == .topologySpread })
    }

    @Test("zones that the pod cannot use are not counted")
    func nodeAffinityPolicy() throws {
        var cluster = Fixture.cluster(nodes, pods(["a1"]))
        let pod = Fixture.pod("p", labels: Self.web) {
            $0.spec.nodeSelector = [Self.zone: "a"]
            $0.spec.topologySpreadConstraints = [Fixture.spread(Self.zone, skew: 1, matching: Self.web)]
        }
        let failures = try Fixture.failures(pod, &cluster)
        #expect(failures == ["b1": .nodeAffinity, "none": .nodeAffinity])
    }

    @Test("counts follow pods as they come, change and go")
    func incremental() throws {
        var cluster = Fixture.cluster(nodes, pods(["a1"]))
        let pod = Fixture.pod("p", labels: Self.web) {
            $0.spec.topologySpreadConstraints = [Fixture.spread(Self.zone, skew: 1, matching: Self.web)]
        }
        #expect(try Fixture.failures(pod, &cluster).count == 3)
        cluster.place(PodInfo(Fixture.pod("x", on: "b1", labels: Self.web)), on: "b1")
        #expect(try Fixture.failures(pod, &cluster).count == 1)
        cluster.place(PodInfo(Fixture.pod("x", on: "b1", labels: ["app": "db"])), on: "b1")
        #expect(try Fixture.failures(pod, &cluster).count == 3)
        cluster.remove(uid: "uid-w0")
        #expect(try Fixture.failures(pod, &cluster).count == 1)
    }

    @Test("pods of a service prefer the emptier host, without asking for it")
    func defaults() throws {
        var cluster = Fixture.cluster(nodes, pods(["a1", "a1", "b1"]))
        cluster.workloads.setService(namespace: "default", name: "web", selector: Self.web)
        let slots = ["a1", "a2", "b1"].compactMap { cluster.slot(of: $0) }
        let scores = try #require(
            PodTopologySpreadScore.scores(PodInfo(Fixture.pod("p", labels: Self.web)), slots, &cluster))
        #expect(scores[1] > scores[0])
        #expect(scores[2] > scores[0])
        #expect(scores.max() == 100)
        #expect(PodTopologySpreadScore.scores(PodInfo(Fixture.pod("q")), slots, &cluster) == nil)
    }

    @Test("logarithms are right to 12 digits")
    func logarithm() {
        #expect(abs(Logarithm.natural(2) - 0.693147180559945) < 1e-12)
        #expect(abs(Logarithm.natural(1) - 0) < 1e-12)
        #expect(abs(Logarithm.natural(10) - 2.302585092994046) < 1e-12)
    }
}
