// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Testing
import Wire

@testable import APIServer

struct PodResizeRulesTests {
    private static func pod(_ amounts: ResourceAmounts, podLevel: ResourceAmounts? = nil) -> Pod {
        Pod { pod in
            pod.spec.nodeName = "n"
            pod.spec.containers = [Container { $0.resources.requests = amounts }]
            if let podLevel { pod.spec.resources = ResourceRequirements { $0.requests = podLevel } }
        }
    }

    private static func node(_ system: String?, features: [String] = []) -> Node {
        Node {
            $0.metadata.name = "n"
            if let system { $0.metadata.labels["kubernetes.io/os"] = system }
            $0.status.allocatable = ["cpu": "2", "memory": "1Ki"]
            $0.status.declaredFeatures = features
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var pod: Pod
        var node: Node?
        var refusal: PodResizeRules.Refusal?
        var testDescription: String { refusal?.message ?? "allowed" }
    }

    @Test(
        "a node resizes what it can",
        arguments: [
            Case(pod: pod(["cpu": "2", "memory": "1Ki"]), node: node("linux")),
            Case(pod: pod(["cpu": "1"]), node: node(nil)),
            Case(pod: pod(["cpu": "1"]), node: nil, refusal: .init(message: #"node "n" not found"#)),
            Case(
                pod: pod(["cpu": "1"]), node: node("windows"),
                refusal: .init(
                    reason: "UnsupportedPlatform",
                    message: #"pod resize is only supported on linux nodes, node "n" is "windows""#)),
            Case(
                pod: pod(["cpu": "2001m", "memory": "2Ki"]), node: node("linux"),
                refusal: .init(
                    reason: "NodeCapacity",
                    message: "node didn't have enough allocatable resources: cpu, requested: 2001, allocatable: 2000; "
                        + "memory, requested: 2048, allocatable: 1024")),
            Case(
                pod: pod([:], podLevel: ["cpu": "1"]), node: node("linux"),
                refusal: .init(
                    message: "pod update requires features InPlacePodLevelResourcesVerticalScaling which are not "
                        + #"available on node "n""#)),
            Case(
                pod: pod([:], podLevel: ["cpu": "1"]),
                node: node("linux", features: ["InPlacePodLevelResourcesVerticalScaling"])),
        ])
    func refusals(_ test: Case) {
        #expect(PodResizeRules.refusal(of: test.pod, from: Self.pod([:]), on: test.node) == test.refusal)
    }
}
