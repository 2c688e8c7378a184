// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Kubelet

struct StatusPatchTests {
    @Test("only what changed is sent, of conditions only the kubelet's own")
    func changes() throws {
        let old = PodStatus {
            $0.phase = "Pending"
            $0.hostIPs = [HostIP { $0.ip = "192.0.2.1" }]
        }
        var new = old
        new.phase = "Running"
        new.podIP = "10.244.0.2"
        new.podIPs = [PodIP { $0.ip = "10.244.0.2" }]
        new.hostIPs = [HostIP { $0.ip = "192.0.2.2" }]
        new.conditions = [
            PodCondition {
                $0.type = "Ready"
                $0.status = "True"
            },
            PodCondition {
                $0.type = "example.com/gate"
                $0.status = "True"
            },
        ]
        let bytes = try #require(StatusPatch.make(from: old, to: new, uid: "u"))
        let patch = try JSONValue.parse(bytes)
        #expect(patch.at("metadata", "uid")?.stringValue == "u")
        #expect(patch.at("status", "phase")?.stringValue == "Running")
        #expect(patch.at("status", "podIPs") == [["ip": "10.244.0.2"]])
        #expect(patch.at("status", "hostIPs") == [["$patch": "replace"], ["ip": "192.0.2.2"]])
        #expect(patch.at("status", "conditions")?.arrayValue?.map { $0["type"]?.stringValue } == ["Ready"])
        #expect(patch.at("status", "hostIP") == nil)
    }

    @Test("nothing changed, nothing is sent")
    func nothing() {
        let status = PodStatus { $0.phase = "Running" }
        #expect(StatusPatch.make(from: status, to: status, uid: "u") == nil)
    }
}
