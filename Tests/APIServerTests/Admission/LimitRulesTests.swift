// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Testing
import Wire

@testable import APIServer

struct LimitRulesTests {
    private static func container(_ name: String, _ requests: ResourceAmounts, _ limits: ResourceAmounts) -> Container {
        Container {
            $0.name = name
            $0.resources.requests = requests
            $0.resources.limits = limits
        }
    }

    private static func range(_ type: String, _ change: (inout LimitRangeItem) -> Void) -> LimitRange {
        var item = LimitRangeItem { $0.type = type }
        change(&item)
        return LimitRange { $0.spec.limits = [item] }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var range: LimitRange
        var pod: Pod
        var expected: [String]
        var testDescription: String { expected.joined(separator: "; ") }
    }

    private static let one = Pod { $0.spec.containers = [container("c", ["cpu": "100m"], ["cpu": "500m"])] }
    private static let withSidecar = Pod {
        $0.spec.containers = [container("c", ["cpu": "1"], ["cpu": "1"])]
        $0.spec.initContainers = [container("s", ["cpu": "1"], ["cpu": "1"])]
        $0.spec.initContainers[0].restartPolicy = "Always"
    }

    @Test(
        "pods are held to limits",
        arguments: [
            Case(range: range("Container") { $0.min = ["cpu": "50m"] }, pod: one, expected: []),
            Case(
                range: range("Container") { $0.min = ["memory": "1Mi"] }, pod: one,
                expected: ["minimum memory usage per Container is 1Mi.  No request is specified"]),
            Case(
                range: range("Container") { $0.max = ["memory": "1Mi"] }, pod: one,
                expected: ["maximum memory usage per Container is 1Mi.  No limit is specified"]),
            Case(
                range: range("Container") { $0.maxLimitRequestRatio = ["cpu": "2"] }, pod: one,
                expected: ["cpu max limit to request ratio per Container is 2, but provided ratio is 5.000000"]),
            Case(
                range: range("Container") { $0.maxLimitRequestRatio = ["memory": "2"] }, pod: one,
                expected: [
                    "memory max limit to request ratio per Container is 2, but no request is specified or request is 0"
                ]),
            Case(
                range: range("Pod") { $0.max = ["cpu": "1"] }, pod: withSidecar,
                expected: ["maximum cpu usage per Pod is 1, but limit is 2"]),
        ])
    func pods(_ c: Case) { #expect(LimitRules.faults(c.pod, c.range) == c.expected) }

    @Test(
        "claims are held to limits",
        arguments: [
            ("1Gi", [String]()),
            ("20Gi", ["maximum storage usage per PersistentVolumeClaim is 10Gi, but request is 20Gi"]),
            ("", ["maximum storage usage per PersistentVolumeClaim is 10Gi.  No request is specified"]),
        ])
    func claims(_ asked: String, _ expected: [String]) {
        let claim = PersistentVolumeClaim {
            if let amount = Quantity(asked) { $0.spec.resources.requests = ["storage": amount] }
        }
        #expect(
            LimitRules.faults(claim, Self.range("PersistentVolumeClaim") { $0.max = ["storage": "10Gi"] }) == expected)
    }
}
