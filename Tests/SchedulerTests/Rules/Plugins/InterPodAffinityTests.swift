// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Scheduler

struct InterPodAffinityTests {
    private static let zone = "topology.kubernetes.io/zone"
    private static let web = ["app": "web"]
    private let nodes = [
        Fixture.node("a1", labels: [zone: "a"]), Fixture.node("a2", labels: [zone: "a"]),
        Fixture.node("b1", labels: [zone: "b"]),
        Fixture.node("none"),
    ]

    private static func near(_ term: PodAffinityTerm, _ pod: inout Pod) {
        pod.spec.affinity = Affinity {
            $0.podAffinity = PodAffinity { $0.requiredDuringSchedulingIgnoredDuringExecution = [term] }
        }
    }

    private static func far(_ term: PodAffinityTerm, _ pod: inout Pod) {
        pod.spec.affinity = Affinity {
            $0.podAntiAffinity = PodAntiAffinity { $0.requiredDuringSchedulingIgnoredDuringExecution = [term] }
        }
    }

    @Test("affinity keeps a pod to the topology of those it wants to be near")
    func affinity() throws {
        var cluster = Fixture.cluster(nodes, [Fixture.pod("web", on: "a1", labels: Self.web)])
        let pod = Fixture.pod("p") { Self.near(Fixture.term(Self.zone, matching: Self.web), &$0) }
        #expect(try Fixture.failures(pod, &cluster) == ["b1": .podAffinity, "none": .podAffinity])
    }

    @Test("the first pod of a group may be anywhere with the label")
    func first() throws {
        var cluster = Fixture.cluster(nodes)
        let pod = Fixture.pod("p", labels: Self.web) { Self.near(Fixture.term(Self.zone, matching: Self.web), &$0) }
        #expect(try Fixture.failures(pod, &cluster) == ["none": .podAffinity])
        let stranger = Fixture.pod("p") { Self.near(Fixture.term(Self.zone, matching: Self.web), &$0) }
        #expect(try Fixture.failures(stranger, &cluster).count == 4)
    }

    @Test("anti-affinity keeps a pod away from others, and others' keeps it away from them")
    func antiAffinity() throws {
        let term = Fixture.term(Self.zone, matching: Self.web)
        var cluster = Fixture.cluster(nodes, [Fixture.pod("web", on: "a1", labels: Self.web)])
        let pod = Fixture.pod("p") { Self.far(term, &$0) }
        #expect(try Fixture.failures(pod, &cluster) == ["a1": .podAntiAffinity, "a2": .podAntiAffinity])
        var other = Fixture.cluster(nodes, [Fixture.pod("lonely", on: "b1") { Self.far(term, &$0) }])
        let incoming = Fixture.pod("p", labels: Self.web)
        #expect(try Fixture.failures(incoming, &other) == ["b1": .existingAntiAffinity])
    }

    @Test("terms count pods of the own namespace, unless they name others")
    func namespaces() throws {
        let elsewhere = Fixture.pod("web", on: "a1", labels: Self.web) { $0.metadata.namespace = "other" }
        var cluster = Fixture.cluster(nodes, [elsewhere])
        cluster.namespaceLabels = ["other": ["team": "x"]]
        var term = Fixture.term(Self.zone, matching: Self.web)
        let own = Fixture.pod("p") { Self.far(term, &$0) }
        #expect(try Fixture.failures(own, &cluster).isEmpty)
        term.namespaceSelector = LabelSelector { $0.matchLabels = ["team": "x"] }
        let selecting = Fixture.pod("p") { Self.far(term, &$0) }
        #expect(try Fixture.failures(selecting, &cluster).count == 2)
    }

    @Test("preferred terms raise and lower scores")
    func scores() throws {
        var cluster = Fixture.cluster(
            nodes, [Fixture.pod("web", on: "a1", labels: Self.web), Fixture.pod("db", on: "b1", labels: ["app": "db"])])
        let pod = Fixture.pod("p") {
            $0.spec.affinity = Affinity {
                $0.podAffinity = PodAffinity {
                    $0.preferredDuringSchedulingIgnoredDuringExecution = [
                        WeightedPodAffinityTerm {
                            $0.weight = 10
                            $0.podAffinityTerm = Fixture.term(Self.zone, matching: Self.web)
                        }
                    ]
                }
                $0.podAntiAffinity = PodAntiAffinity {
                    $0.preferredDuringSchedulingIgnoredDuringExecution = [
                        WeightedPodAffinityTerm {
                            $0.weight = 10
                            $0.podAffinityTerm = Fixture.term(Self.zone, matching: ["app": "db"])
                        }
                    ]
                }
            }
        }
        let slots = ["a1", "a2", "b1", "none"].compactMap { cluster.slot(of: $0) }
        #expect(InterPodAffinityScore.scores(PodInfo(pod), slots, &cluster) == [100, 100, 0, 50])
        #expect(InterPodAffinityScore.scores(PodInfo(Fixture.pod("q")), slots, &cluster) == nil)
    }
}
