// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import ClientTestKit
import KubernetesAPI
import Testing
import Wire

@testable import Kubelet

@Suite(.timeLimit(.minutes(1)))
struct KubeletTests {
    @Test("the node is registered and ready, with its lease")
    func node() async throws {
        try await KubeletHarness().run { harness in
            await harness.cluster.wait { cluster in
                cluster.get(Node.self, name: "node-1")?.status.conditions.contains {
                    $0.type == "Ready" && $0.status == "True"
                } ?? false
            }
            let node = try #require(harness.cluster.get(Node.self, name: "node-1"))
            #expect(node.metadata.labels["kubernetes.io/hostname"] == "node-1")
            #expect(node.status.addresses.first?.address == "192.0.2.1")
            #expect((node.status.allocatable["pods"]?.value ?? 0) == 110)
            await harness.cluster.wait { $0.get(Lease.self, namespace: "kube-node-lease", name: "node-1") != nil }
            let lease = try #require(harness.cluster.get(Lease.self, namespace: "kube-node-lease", name: "node-1"))
            #expect(lease.spec.holderIdentity == "node-1")
            #expect(lease.spec.leaseDurationSeconds == 40)
            #expect(lease.metadata.ownerReferences.first?.uid == node.metadata.uid)
        }
    }

    @Test("a pod comes up ready, and goes when it is deleted")
    func lifecycle() async throws {
        try await KubeletHarness().run { harness in
            try harness.add(makePod(["a", "b"]))
            let pod = try #require(await harness.waitForPod { $0.isReady })
            #expect(pod.status.phase == "Running")
            #expect(!pod.status.podIP.isEmpty)
            #expect(pod.status.hostIP == "192.0.2.1")
            #expect(pod.status.containerStatuses.map(\.name) == ["a", "b"])
            #expect(pod.status.containerStatuses.allSatisfy { $0.ready && $0.started == true })
            await harness.waitForEvent("Started")
            _ = try await harness.cluster.client.delete(Pod.self, namespace: "default", name: "web")
            await harness.waitUntilGone()
            await harness.runtime.waitForCalls("RemovePodSandbox")
        }
    }

    @Test("a container that crashes is restarted at once, then with a back-off")
    func crash() async throws {
        try await KubeletHarness().run { harness in
            await harness.runtime.whenStarted("app", .exit(1))
            try harness.add(makePod())
            let pod = try #require(
                await harness.waitForPod {
                    $0.status.containerStatuses.first?.state.waiting?.reason == "CrashLoopBackOff"
                })
            // a slow machine may see the first back-off only when it is over
            #expect((pod.status.containerStatuses.first?.restartCount ?? 0) >= 1)
            #expect(pod.status.containerStatuses.first?.lastState.terminated?.exitCode == 1)
            #expect(pod.status.phase == "Running")
            await harness.waitForEvent("BackOff")
        }
    }

    @Test("a container that ends while the pod runs is started again")
    func restart() async throws {
        try await KubeletHarness().run { harness in
            try harness.add(makePod())
            await harness.waitForPod { $0.isReady }
            let container = try #require(await harness.runtime.container(named: "app"))
            await harness.runtime.exitContainer(container.status.id, code: 137, reason: "OOMKilled")
            let pod = try #require(
                await harness.waitForPod { $0.status.containerStatuses.first?.restartCount == 1 && $0.isReady })
            #expect(pod.status.containerStatuses.first?.lastState.terminated?.reason == "OOMKilled")
        }
    }

    @Test("a job's pod succeeds")
    func success() async throws {
        try await KubeletHarness().run { harness in
            await harness.runtime.whenStarted("app", .exit(0))
            try harness.add(makePod { $0.spec.restartPolicy = "Never" })
            let pod = try #require(await harness.waitForPod { $0.status.phase == "Succeeded" })
            #expect(pod.status.containerStatuses.first?.state.terminated?.reason == "Completed")
            await harness.runtime.waitForCalls("StopPodSandbox")
        }
    }

    @Test("init containers run one after the other before the app")
    func initContainers() async throws {
        try await KubeletHarness().run { harness in
            await harness.runtime.whenStarted("first", .exit(0))
            await harness.runtime.whenStarted("second", .exit(0))
            try harness.add(makePod { $0.spec.initContainers = [makeContainer("first"), makeContainer("second")] })
            let pod = try #require(await harness.waitForPod { $0.isReady })
            #expect(pod.status.initContainerStatuses.allSatisfy { $0.ready })
            let created = await harness.runtime.calls.filter { $0.hasPrefix("CreateContainer") }
            #expect(created == ["CreateContainer first", "CreateContainer second", "CreateContainer app"])
        }
    }

    @Test("an image that cannot be pulled is told, and backed off from")
    func pulling() async throws {
        try await KubeletHarness().run { harness in
            await harness.runtime.setRegistry([])
            try harness.add(makePod { $0.spec.containers[0].image = "missing:1" })
            await harness.waitForPod { $0.status.containerStatuses.first?.state.waiting?.reason == "ErrImagePull" }
            await harness.waitForPod { $0.status.containerStatuses.first?.state.waiting?.reason == "ImagePullBackOff" }
            await harness.waitForEvent("Failed")
        }
    }

    @Test("a missing ConfigMap holds the pod up until it is there")
    func configuration() async throws {
        try await KubeletHarness().run { harness in
            try harness.add(
                makePod {
                    $0.spec.volumes = [
                        Volume {
                            $0.name = "conf"
                            $0.volumeSource.configMap = ConfigMapVolumeSource {
                                $0.localObjectReference.name = "settings"
                            }
                        }
                    ]
                    $0.spec.containers[0].volumeMounts = [
                        VolumeMount {
                            $0.name = "conf"
                            $0.mountPath = "/etc/conf"
                        }
                    ]
                })
            await harness.waitForEvent("FailedMount")
            _ = try harness.cluster.add(
                ConfigMap {
                    $0.metadata.name = "settings"
                    $0.metadata.namespace = "default"
                    $0.data = ["color": "red"]
                })
            await harness.waitForPod { $0.isReady }
            let container = try #require(await harness.runtime.container(named: "app"))
            let mount = try #require(container.config.mounts.first { $0.containerPath == "/etc/conf" })
            #expect(FileSystem.text(mount.hostPath + "/color") == "red")
            #expect(mount.readOnly)
        }
    }

    @Test("a readiness probe decides when the pod is ready; a failing liveness probe restarts its container")
    func probes() async throws {
        try await KubeletHarness().run { harness in
            harness.prober.answer("app", .failure("down"))
            try harness.add(
                makePod {
                    $0.spec.containers[0].readinessProbe = Probe {
                        $0.probeHandler.exec = ExecAction()
                        $0.periodSeconds = 1
                    }
                })
            await harness.waitForEvent("Unhealthy")
            #expect(harness.pod?.isReady == false)
            harness.prober.answer("app", .success())
            await harness.waitForPod { $0.isReady }
        }
    }

    @Test("a liveness probe that fails restarts the container")
    func liveness() async throws {
        try await KubeletHarness().run { harness in
            harness.prober.answer("app", .failure("down"))
            try harness.add(
                makePod {
                    $0.spec.containers[0].livenessProbe = Probe {
                        $0.probeHandler.exec = ExecAction()
                        $0.failureThreshold = 1
                    }
                })
            await harness.waitForPod { ($0.status.containerStatuses.first?.restartCount ?? 0) >= 1 }
            await harness.waitForEvent("Killing")
        }
    }

    @Test("hooks are called: after the start, and before the end")
    func hooks() async throws {
        try await KubeletHarness().run { harness in
            try harness.add(
                makePod {
                    $0.spec.containers[0].lifecycle = Lifecycle {
                        $0.postStart = LifecycleHandler { $0.exec = ExecAction() }
                        $0.preStop = LifecycleHandler { $0.sleep = SleepAction { $0.seconds = 1 } }
                    }
                })
            await harness.waitForPod { $0.isReady }
            #expect(harness.prober.hooks == ["app"])
            _ = try await harness.cluster.client.delete(Pod.self, namespace: "default", name: "web")
            await harness.waitUntilGone()
            #expect(harness.prober.hooks == ["app", "app"])
        }
    }

    @Test("a kubelet that starts again finds its pods and restarts nothing")
    func adoption() async throws {
        let harness = try KubeletHarness()
        try await harness.run { harness in
            try harness.add(makePod())
            await harness.waitForPod { $0.isReady }
        }
        let before = await harness.runtime.calls.filter {
            $0.hasPrefix("CreateContainer") || $0.hasPrefix("RunPodSandbox")
        }
        try await harness.run { harness in
            let container = try #require(await harness.runtime.container(named: "app"))
            await harness.runtime.waitForCalls("ListContainers", count: 2)
            // it is watched again: its end is noticed
            await harness.runtime.exitContainer(container.status.id, code: 1)
            await harness.waitForPod { $0.status.containerStatuses.first?.restartCount == 1 }
        }
        let after = await harness.runtime.calls.filter {
            $0.hasPrefix("CreateContainer") || $0.hasPrefix("RunPodSandbox")
        }
        #expect(after == before + ["CreateContainer app"])
    }

    @Test("sandboxes of pods that are no more are removed")
    func orphans() async throws {
        let harness = try KubeletHarness()
        var config = CRI.PodSandboxConfig(
            metadata: CRI.PodSandboxMetadata(name: "old", uid: "uid-old", namespace: "default"))
        config.labels = [
            RuntimeLabel.podUID: "uid-old", RuntimeLabel.podName: "old", RuntimeLabel.podNamespace: "default",
        ]
        _ = try await harness.runtime.runPodSandbox(config)
        try await harness.run { await $0.runtime.waitForCalls("RemovePodSandbox") }
        #expect(await harness.runtime.sandboxes.isEmpty)
    }

    @Test("a sandbox that dies is made anew, with its containers")
    func sandbox() async throws {
        try await KubeletHarness().run { harness in
            try harness.add(makePod())
            await harness.waitForPod { $0.isReady }
            let container = try #require(await harness.runtime.container(named: "app"))
            await harness.runtime.exitContainer(container.status.id, code: 137)
            await harness.runtime.killSandbox(container.podSandboxID)
            await harness.runtime.waitForCalls("RunPodSandbox", count: 2)
            await harness.waitForPod { $0.isReady && ($0.status.containerStatuses.first?.restartCount ?? 0) >= 1 }
        }
    }
}
