// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import ClientTestKit
import KubernetesAPI
import Logging
import Testing
import Wire

@testable import Controllers

/// Deployments and ReplicaSets together, against an API in memory; the test is the kubelet that makes pods ready.
@Suite(.timeLimit(.minutes(1)))
struct ControllersTests {
    private let cluster = FakeCluster()

    private func withControllers(_ body: () async throws -> Void) async throws {
        let logger = Logger(label: "test")
        let informers = InformerFactory(client: cluster.client, logger: logger)
        let context = ControllerContext(client: cluster.client, informers: informers, logger: logger)
        let running = Task {  // awaited below
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await informers.run() }
                // ends with the cancellation below
                group.addTask { try? await ReplicaSetController(context).run() }
                group.addTask { try? await DeploymentController(context).run() }
            }
        }
        do {
            try await body()
        } catch {
            running.cancel()
            await running.value
            throw error
        }
        running.cancel()
        await running.value
    }

    /// Makes every pod ready until the condition holds.
    private func makeReady(until isDone: @escaping @Sendable (FakeCluster) -> Bool) async throws {
        while true {
            await cluster.wait { cluster in isDone(cluster) || cluster.list(Pod.self).contains { !$0.isReady } }
            if isDone(cluster) { return }
            for var pod in cluster.list(Pod.self) where !pod.isReady {
                pod.status.phase = PodPhase.running
                pod.status.conditions = [
                    PodCondition {
                        $0.type = "Ready"
                        $0.status = "True"
                    }
                ]
                do throws(ClientError) {
                    _ = try await cluster.client.updateStatus(pod)
                } catch {
                    // the controller was faster: the pod is looked at again
                    guard error.isNotFound || error.isConflict else { throw error }
                }
            }
        }
    }

    @Test("a ReplicaSet gets its pods, a lost one again, and gives them up when it is scaled down")
    func replicaSet() async throws {
        let set = Fixture.replicaSet("web", replicas: 3) { $0.status = ReplicaSetStatus() }
        try cluster.add(set)
        try await withControllers {
            await cluster.wait {
                $0.list(Pod.self).count == 3
                    && $0.get(ReplicaSet.self, namespace: "default", name: "web")?.status.replicas == 3
            }
            let pods = cluster.list(Pod.self)
            #expect(
                pods.allSatisfy {
                    $0.metadata.name.hasPrefix("web-") && $0.controllerReference?.uid == set.metadata.uid
                })
            let lost = try #require(pods.first)
            cluster.remove(Pod.self, namespace: "default", name: lost.metadata.name)
            await cluster.wait { cluster in
                let pods = cluster.list(Pod.self)
                return pods.count == 3 && !pods.contains { $0.metadata.uid == lost.metadata.uid }
            }
            var smaller = try #require(cluster.get(ReplicaSet.self, namespace: "default", name: "web"))
            smaller.spec.replicas = 1
            try cluster.add(smaller)
            await cluster.wait { $0.list(Pod.self).count == 1 }
        }
    }

    @Test("a Deployment rolls from one template to the next without falling below what must be available")
    func rollout() async throws {
        try cluster.add(Fixture.deployment(replicas: 3))
        try await withControllers {
            try await makeReady {
                $0.get(Deployment.self, namespace: "default", name: "web")?.status.availableReplicas == 3
            }
            #expect(cluster.list(ReplicaSet.self).count == 1)
            var changed = try #require(cluster.get(Deployment.self, namespace: "default", name: "web"))
            changed.spec.template.spec.containers[0].image = "app:2"
            changed.metadata.generation = 2
            try cluster.add(changed)
            try await makeReady { cluster in
                #expect(cluster.list(Pod.self).count(where: \.isReady) >= 3)
                let status = cluster.get(Deployment.self, namespace: "default", name: "web")?.status
                return status?.observedGeneration == 2 && status?.updatedReplicas == 3 && status?.replicas == 3
                    && status?.availableReplicas == 3
            }
            #expect(cluster.list(Pod.self).allSatisfy { $0.spec.containers.first?.image == "app:2" })
            let sets = cluster.list(ReplicaSet.self).sorted {
                DeploymentSets.revisionNumber($0) < DeploymentSets.revisionNumber($1)
            }
            #expect(sets.map { $0.spec.replicas ?? 0 } == [0, 3])
            #expect(sets.map(DeploymentSets.revisionNumber) == [1, 2])
            let labels = Set(cluster.list(Pod.self).compactMap { $0.metadata.labels[DeploymentHash.label] })
            #expect(labels.count == 1)
        }
    }
}
