// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import ClientTestKit
import KubernetesAPI
import Testing
import Wire

@testable import Kubelet

@Suite(.timeLimit(.minutes(1)))
struct PodWorkerTests {
    @Test("a deletion that is repeated with less time cuts a long preStop hook short")
    func shorterGrace() async throws {
        try await KubeletHarness().run { harness in
            try harness.add(
                makePod {
                    $0.spec.terminationGracePeriodSeconds = 600
                    $0.spec.containers[0].lifecycle = Lifecycle {
                        $0.preStop = LifecycleHandler { $0.exec = ExecAction { $0.command = ["hang"] } }
                    }
                })
            await harness.waitForPod { $0.isReady }
            let client = harness.cluster.client
            try await client.delete(
                Pod.self, namespace: "default", name: "web", options: DeleteOptions { $0.gracePeriodSeconds = 600 })
            await harness.waitForEvent("Killing")
            let pod = try #require(harness.pod)
            #expect(pod.metadata.deletionTimestamp != nil)
            // As the API server writes a second deletion.
            var shorter = pod
            shorter.metadata.deletionGracePeriodSeconds = 1
            try harness.add(shorter)
            await harness.waitUntilGone()
        }
    }

    @Test("labels in a volume follow those of the pod")
    func downward() async throws {
        try await KubeletHarness().run { harness in
            try harness.add(
                makePod {
                    $0.metadata.labels = ["color": "red"]
                    $0.spec.volumes = [
                        Volume {
                            $0.name = "info"
                            $0.volumeSource.downwardAPI = DownwardAPIVolumeSource {
                                $0.items = [
                                    DownwardAPIVolumeFile {
                                        $0.path = "labels"
                                        $0.fieldRef = ObjectFieldSelector { $0.fieldPath = "metadata.labels" }
                                    }
                                ]
                            }
                        }
                    ]
                    $0.spec.containers[0].volumeMounts = [
                        VolumeMount {
                            $0.name = "info"
                            $0.mountPath = "/info"
                        }
                    ]
                })
            let pod = try #require(await harness.waitForPod { $0.isReady })
            let container = try #require(await harness.runtime.container(named: "app"))
            let file = try #require(container.config.mounts.first { $0.containerPath == "/info" }).hostPath + "/labels"
            #expect(FileSystem.text(file) == #"color="red""#)
            var changed = pod
            changed.metadata.labels = ["color": "blue"]
            try harness.add(changed)
            while FileSystem.text(file) != #"color="blue""# { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test("a pod that the node does not take fails with the reason, and nothing of it is started")
    func refused() async throws {
        try await KubeletHarness().run { harness in
            try harness.add(
                makePod {
                    $0.spec.securityContext = PodSecurityContext {
                        $0.sysctls = [
                            Sysctl {
                                $0.name = "kernel.msgmax"
                                $0.value = "1"
                            }
                        ]
                    }
                })
            let pod = try #require(await harness.waitForPod { $0.status.phase == "Failed" })
            #expect(pod.status.reason == "SysctlForbidden")
            #expect(pod.status.message == "Pod was rejected: forbidden sysctl: \"kernel.msgmax\" not allowlisted")
            await harness.waitForEvent("SysctlForbidden")
            try await harness.cluster.client.delete(Pod.self, namespace: "default", name: "web")
            await harness.waitUntilGone()
            #expect(await harness.runtime.calls.allSatisfy { !$0.hasPrefix("RunPodSandbox") })
        }
    }
}
