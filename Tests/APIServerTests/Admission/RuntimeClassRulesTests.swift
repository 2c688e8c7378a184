// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Testing
import Wire

@testable import APIServer

struct RuntimeClassRulesTests {
    private static let runtimeClass = RuntimeClass {
        $0.overhead = Overhead { $0.podFixed = ["cpu": "250m"] }
        $0.scheduling = Scheduling {
            $0.nodeSelector = ["rt": "yes"]
            $0.tolerations = [
                Toleration {
                    $0.key = "rt"
                    $0.`operator` = "Exists"
                }
            ]
        }
    }

    @Test("a pod gets what its runtime class says")
    func applied() {
        var pod = Pod { pod in
            pod.spec.tolerations = [
                Toleration {
                    $0.key = "rt"
                    $0.`operator` = "Exists"
                    $0.effect = "NoSchedule"
                }
            ]
        }
        #expect(RuntimeClassRules.apply(Self.runtimeClass, to: &pod) == nil)
        #expect(pod.spec.overhead == ["cpu": "250m"])
        #expect(pod.spec.nodeSelector == ["rt": "yes"])
        // the wider toleration makes the narrower one needless
        #expect(pod.spec.tolerations == Self.runtimeClass.scheduling?.tolerations)
    }

    @Test("a pod that says otherwise is refused")
    func refused() {
        var selecting = Pod { $0.spec.nodeSelector = ["rt": "no"] }
        #expect(
            RuntimeClassRules.apply(Self.runtimeClass, to: &selecting)
                == "conflict: runtimeClass.scheduling.nodeSelector[rt] = yes; pod.spec.nodeSelector[rt] = no")
        var heavy = Pod { $0.spec.overhead = ["cpu": "1"] }
        let mismatch = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"
        #expect(RuntimeClassRules.apply(Self.runtimeClass, to: &heavy) == mismatch)
        #expect(
            RuntimeClassRules.overheadFault(heavy, nil)
                == "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")
    }
}
