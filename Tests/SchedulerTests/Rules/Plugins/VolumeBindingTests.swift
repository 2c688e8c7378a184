// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Scheduler

struct VolumeBindingTests {
    private func pod() -> Pod {
        Fixture.pod("p") {
            $0.spec.volumes = [
                Volume {
                    $0.name = "data"
                    $0.volumeSource.persistentVolumeClaim = PersistentVolumeClaimVolumeSource { $0.claimName = "data" }
                }
            ]
        }
    }

    private func claim(volume: String) -> PersistentVolumeClaim {
        PersistentVolumeClaim {
            $0.metadata.name = "data"
            $0.spec.volumeName = volume
        }
    }

    @Test("a claim that is missing or not bound keeps the pod waiting")
    func unbound() {
        var cluster = Fixture.cluster([Fixture.node("n")])
        let missing = #expect(throws: PreFilterFailure.self) { _ = try Fixture.failures(pod(), &cluster) }
        #expect(missing?.message == "persistentvolumeclaim \"data\" not found")
        cluster.volumes.claims["default/data"] = claim(volume: "")
        let unbound = #expect(throws: PreFilterFailure.self) { _ = try Fixture.failures(pod(), &cluster) }
        #expect(unbound?.message == "pod has unbound immediate PersistentVolumeClaims")
    }

    @Test("the volume's nodes are the only ones")
    func nodeAffinity() throws {
        var cluster = Fixture.cluster([Fixture.node("n"), Fixture.node("m")])
        cluster.volumes.claims["default/data"] = claim(volume: "v")
        cluster.volumes.volumes["v"] = PersistentVolume {
            $0.spec.nodeAffinity = VolumeNodeAffinity {
                $0.required = NodeSelector {
                    $0.nodeSelectorTerms = [
                        NodeSelectorTerm {
                            $0.matchExpressions = [Fixture.requirement("kubernetes.io/hostname", "In", ["m"])]
                        }
                    ]
                }
            }
        }
        #expect(try Fixture.failures(pod(), &cluster) == ["n": .volumeNodeAffinity])
    }

    private func waitingClaim(_ name: String = "data", size: String = "5Gi") -> PersistentVolumeClaim {
        PersistentVolumeClaim {
            $0.metadata.namespace = "default"
            $0.metadata.name = name
            $0.metadata.uid = "uid-\(name)"
            $0.spec.storageClassName = "local"
            $0.spec.accessModes = ["ReadWriteOnce"]
            $0.spec.resources.requests["storage"] = Quantity(size)
        }
    }

    private func volume(_ name: String, size: String = "10Gi", node: String? = nil) -> PersistentVolume {
        PersistentVolume {
            $0.metadata.name = name
            $0.spec.storageClassName = "local"
            $0.spec.accessModes = ["ReadWriteOnce", "ReadOnlyMany"]
            $0.spec.capacity["storage"] = Quantity(size)
            $0.status.phase = "Available"
            guard let node else { return }
            $0.spec.nodeAffinity = VolumeNodeAffinity {
                $0.required = NodeSelector {
                    $0.nodeSelectorTerms = [
                        NodeSelectorTerm {
                            $0.matchExpressions = [Fixture.requirement("kubernetes.io/hostname", "In", [node])]
                        }
                    ]
                }
            }
        }
    }

    private func storageClass(_ provisioner: String, zones: [String] = []) -> StorageClass {
        StorageClass {
            $0.metadata.name = "local"
            $0.provisioner = provisioner
            $0.volumeBindingMode = "WaitForFirstConsumer"
            if zones.isEmpty { return }
            $0.allowedTopologies = [
                TopologySelectorTerm {
                    $0.matchLabelExpressions = [
                        TopologySelectorLabelRequirement {
                            $0.key = "zone"
                            $0.values = zones
                        }
                    ]
                }
            ]
        }
    }

    struct Waiting: Sendable, CustomTestStringConvertible {
        var name: String
        var provisioner = WaitingClaim.noProvisioner
        var zones: [String] = []
        var volumes: [PersistentVolume] = []
        var failures: [String: FilterFailure]
        var testDescription: String { name }
    }

    @Test("a claim that waits for its consumer decides which nodes can do", arguments: 0..<7)
    func waiting(_ number: Int) throws {
        var claimed = volume("v")
        claimed.spec.claimRef = ObjectReference {
            $0.namespace = "default"
            $0.name = "other"
        }
        let cases = [
            Waiting(name: "no volume", failures: ["n": .volumeBindConflict, "m": .volumeBindConflict]),
            Waiting(name: "a volume anywhere", volumes: [volume("v")], failures: [:]),
            Waiting(
                name: "a volume of one node", volumes: [volume("v", node: "m")], failures: ["n": .volumeBindConflict]),
            Waiting(
                name: "a volume that is too small", volumes: [volume("v", size: "1Gi")],
                failures: ["n": .volumeBindConflict, "m": .volumeBindConflict]),
            Waiting(
                name: "a volume of another claim", volumes: [claimed],
                failures: ["n": .volumeBindConflict, "m": .volumeBindConflict]),
            Waiting(name: "volumes are made", provisioner: "example.org/disk", failures: [:]),
            Waiting(
                name: "volumes are made in one zone", provisioner: "example.org/disk", zones: ["a"],
                failures: ["m": .volumeBindConflict]),
        ]
        let c = cases[number]
        var cluster = Fixture.cluster([
            Fixture.node("n", labels: ["zone": "a"]), Fixture.node("m", labels: ["zone": "b"]),
        ])
        cluster.volumes.claims["default/data"] = waitingClaim()
        cluster.volumes.classes["local"] = storageClass(c.provisioner, zones: c.zones)
        for volume in c.volumes { cluster.volumes.volumes[volume.metadata.name] = volume }
        #expect(try Fixture.failures(pod(), &cluster) == c.failures, "\(c.name)")
    }

    @Test("two claims get two volumes, the smallest that do")
    func plan() throws {
        var facts = VolumeFacts()
        facts.classes["local"] = storageClass("example.org/disk")
        for volume in [volume("large", size: "50Gi"), volume("small", size: "6Gi")] {
            facts.volumes[volume.metadata.name] = volume
        }
        let claims = [waitingClaim("big", size: "20Gi"), waitingClaim("data"), waitingClaim("huge", size: "90Gi")]
        let waiting = claims.compactMap { WaitingClaim($0, facts) }
        let cluster = Fixture.cluster([Fixture.node("n")])
        let node = try #require(cluster.nodes[0])
        let work = try #require(VolumeBinding.plan(waiting, node))
        #expect(work.matches.map(\.volume) == ["small", "large"])
        #expect(work.matches.map(\.claim) == ["data", "big"])
        #expect(work.provisions == ["huge"])
        facts.promised["small"] = "uid-somebody"
        let again = try #require(WaitingClaim(waitingClaim(), facts))
        #expect(again.candidates.map(\.name) == ["large"])
    }

    @Test("a volume's zone keeps the pod there, except from nodes that say nothing of zones")
    func zones() throws {
        var cluster = Fixture.cluster([
            Fixture.node("a", labels: ["topology.kubernetes.io/zone": "a"]),
            Fixture.node("b", labels: ["failure-domain.beta.kubernetes.io/zone": "b"]),
            Fixture.node("c", labels: ["topology.kubernetes.io/zone": "c"]), Fixture.node("none"),
        ])
        cluster.volumes.claims["default/data"] = claim(volume: "v")
        cluster.volumes.volumes["v"] = PersistentVolume {
            $0.metadata.labels = ["topology.kubernetes.io/zone": "a__b"]
        }
        #expect(try Fixture.failures(pod(), &cluster) == ["c": .volumeZone])
    }

    @Test("a claim for one pod keeps a second one waiting until the first has gone")
    func exclusive() throws {
        var cluster = Fixture.cluster([Fixture.node("n")])
        var claim = claim(volume: "v")
        claim.spec.accessModes = ["ReadWriteOncePod"]
        cluster.volumes.claims["default/data"] = claim
        cluster.volumes.volumes["v"] = PersistentVolume()
        var first = pod()
        first.metadata.uid = "first"
        cluster.place(PodInfo(first), on: "n")
        #expect(try Fixture.failures(pod(), &cluster) == ["n": .exclusiveClaim])
        cluster.remove(uid: "first")
        #expect(try Fixture.failures(pod(), &cluster).isEmpty)
    }
}
