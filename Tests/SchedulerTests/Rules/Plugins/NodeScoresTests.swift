// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Scheduler

struct NodeScoresTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var cpu: String, memory: String, requested: String, requestedMemory: String
        var least: Int64, balanced: Int64
        var testDescription: String { name }
    }

    @Test(
        "emptier and more balanced nodes are better",
        arguments: [
            Case(
                name: "all taken", cpu: "1", memory: "1Gi", requested: "1", requestedMemory: "1Gi", least: 0,
                balanced: 100),
            Case(
                name: "half taken", cpu: "2", memory: "2Gi", requested: "1", requestedMemory: "1Gi", least: 50,
                balanced: 100),
            Case(
                name: "lopsided", cpu: "1", memory: "4Gi", requested: "1", requestedMemory: "1Gi", least: 37,
                balanced: 62),
        ])
    func resources(_ c: Case) {
        let cluster = Fixture.cluster([Fixture.node("n", cpu: c.cpu, memory: c.memory)])
        let pod = PodInfo(Fixture.pod("p", cpu: c.requested, memory: c.requestedMemory))
        #expect(NodeResourcesFit.leastAllocated(pod, cluster.numbers[0]) == c.least)
        #expect(NodeResourcesFit.balanced(pod, cluster.numbers[0]) == c.balanced)
    }

    @Test("scores are scaled to 100, reversed for what is bad")
    func normalized() {
        #expect(NodeScores.normalized([0, 5, 10], isReversed: false) == [0, 50, 100])
        #expect(NodeScores.normalized([0, 1, 2], isReversed: true) == [100, 50, 0])
        #expect(NodeScores.normalized([0, 0], isReversed: true) == [100, 100])
        #expect(NodeScores.normalized([0, 0], isReversed: false) == [0, 0])
    }

    @Test("a node without unwelcome taints, and one that is preferred, wins")
    func preferences() {
        var cluster = Fixture.cluster([
            Fixture.node("tainted") {
                $0.spec.taints = [
                    Taint {
                        $0.key = "k"
                        $0.effect = "PreferNoSchedule"
                    }
                ]
            },
            Fixture.node("plain"), Fixture.node("preferred", labels: ["disk": "ssd"]),
        ])
        let pod = Fixture.pod("p") {
            $0.spec.affinity = Affinity {
                $0.nodeAffinity = NodeAffinity {
                    $0.preferredDuringSchedulingIgnoredDuringExecution = [
                        PreferredSchedulingTerm {
                            $0.weight = 1
                            $0.preference = NodeSelectorTerm {
                                $0.matchExpressions = [Fixture.requirement("disk", "Exists")]
                            }
                        }
                    ]
                }
            }
        }
        let slots = ["tainted", "plain", "preferred"].compactMap { cluster.slot(of: $0) }
        let scores = NodeScores.total(PodInfo(pod), slots, &cluster)
        #expect(scores[1] - scores[0] == 300)
        #expect(scores[2] - scores[1] == 200)
    }

    @Test("nodes that have a large image are better, by how many have it")
    func images() {
        let megabytes: Int64 = 1024 * 1024
        var nodes = (0..<4).map { Fixture.node("n\($0)") }
        for at in 0..<2 {
            nodes[at].status.images = [
                ContainerImage {
                    $0.names = ["app:1", "app@sha256:x"]
                    $0.sizeBytes = 1000 * megabytes
                }
            ]
        }
        let cluster = Fixture.cluster(nodes)
        let scores = ImageLocality.scores(PodInfo(Fixture.pod("p")), cluster)
        #expect(scores.count == 2)
        #expect(scores[0] == 48)
        #expect(PodInfo.normalized(image: "reg:5000/app") == "reg:5000/app:latest")
        #expect(PodInfo.normalized(image: "app@sha256:x") == "app@sha256:x")
    }
}
