// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import ClientTestKit
import KubernetesAPI
import Testing
import Wire

@testable import Kubelet

@Suite(.timeLimit(.minutes(1)))
struct StaticPodsTests {
    private static func manifest(_ image: String) -> [UInt8] {
        Array(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: static}
            spec: {terminationGracePeriodSeconds: 1, containers: [{name: app, image: "\(image)"}]}

            """.utf8)
    }

    private static func mirror(_ cluster: FakeCluster) -> Pod? {
        cluster.get(Pod.self, namespace: "default", name: "static-node-1")
    }

    @Test("a manifest runs and is shown by a mirror; a deleted mirror comes back; a removed manifest ends it all")
    func life() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/static.yaml"
        try FileSystem.write(Self.manifest("web:1"), to: path, mode: 0o644)
        try await KubeletHarness(staticPodPath: directory.path).run { harness in
            await harness.cluster.wait { Self.mirror($0)?.isReady == true }
            let first = try #require(Self.mirror(harness.cluster))
            #expect(StaticPodRules.isMirror(first))
            #expect(first.metadata.ownerReferences.first?.kind == "Node")
            #expect(first.status.phase == "Running")
            let container = try #require(await harness.runtime.container(named: "app"))

            // The mirror is only a mirror: deleting it restarts nothing.
            try await harness.cluster.client.delete(Pod.self, namespace: "default", name: "static-node-1")
            await harness.cluster.wait {
                Self.mirror($0).map { $0.metadata.uid != first.metadata.uid && $0.isReady } ?? false
            }
            #expect(await harness.runtime.container(named: "app")?.status.id == container.status.id)

            // A new manifest takes the place of the old one.
            await harness.runtime.addImage("web:2")
            try FileSystem.write(Self.manifest("web:2"), to: path, mode: 0o644)
            await harness.cluster.wait {
                Self.mirror($0).map { $0.spec.containers.first?.image == "web:2" && $0.isReady } ?? false
            }
            try FileSystem.remove(path)
            await harness.cluster.wait { Self.mirror($0) == nil }
            await harness.runtime.waitForCalls("RemovePodSandbox", count: 2)
        }
    }

    @Test("a mirror of a node without manifests is removed")
    func leftOver() async throws {
        try await KubeletHarness().run { harness in
            try harness.add(
                makePod {
                    $0.metadata.name = "static-node-1"
                    $0.metadata.annotations[StaticPodRules.mirror] = "h"
                })
            await harness.cluster.wait { Self.mirror($0) == nil }
            #expect(await harness.runtime.sandboxes.isEmpty)
        }
    }
}
