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
}
