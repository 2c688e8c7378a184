// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Glibc
import KubernetesAPI
import Logging
import Testing
import Wire

/// API server, scheduler and controllers in processes of their own.
@Suite(.timeLimit(.minutes(3)))
struct SeparateRolesTests {
    private static let node = Node {
        $0.metadata.name = "made-by-hand"
        $0.status.capacity = ["cpu": Quantity(8), "memory": Quantity(8 << 30), "pods": Quantity(110)]
        $0.status.allocatable = $0.status.capacity
        $0.status.conditions = [
            NodeCondition {
                $0.type = "Ready"
                $0.status = "True"
                $0.lastHeartbeatTime = Time.now()
                $0.lastTransitionTime = Time.now()
            }
        ]
    }

    private static func deployment(_ name: String) -> Deployment {
        Deployment {
            $0.metadata.name = name
            $0.metadata.namespace = "default"
            $0.spec.replicas = 3
            $0.spec.selector = LabelSelector { $0.matchLabels = ["app": name] }
            $0.spec.template.metadata.labels = ["app": name]
            $0.spec.template.spec.containers = [
                Container {
                    $0.name = "web"
                    $0.image = "web:1"
                }
            ]
        }
    }

    /// Waits until the pods of a Deployment are on the node.
    private static func waitForPods(of name: String, _ client: KubernetesClient) async throws {
        var bound: Set<String> = []
        let list = try await client.list(
            Pod.self, namespace: "default", options: ListQuery(labelSelector: "app=\(name)"))
        for pod in list.items where pod.spec.nodeName == node.metadata.name { bound.insert(pod.metadata.name) }
        if bound.count == 3 { return }
        let changes = try await client.watch(
            Pod.self, namespace: "default", labelSelector: "app=\(name)", after: list.metadata.resourceVersion)
        for try await batch in changes {
            for case .modified(let pod) in batch where pod.spec.nodeName == node.metadata.name {
                bound.insert(pod.metadata.name)
            }
            if bound.count == 3 { return }
        }
    }

    @Test("a Deployment's pods are made and put on a node; after the API server was killed and came back, too")
    func roles() async throws {
        let scratch = try Scratch()
        let data = scratch.path + "/data", kubeconfig = data + "/admin.kubeconfig"
        let port = try Scratch.freePort()
        let serverArguments = [
            "apiserver", "--bind-address", "127.0.0.1", "--secure-port", "\(port)", "--data-dir", data,
        ]
        let server = try MartletProcess(serverArguments, in: scratch)
        let others = try await RemoteProcess.withClient(kubeconfig: kubeconfig) { client in
            let others = [
                try MartletProcess(["scheduler", "--kubeconfig", kubeconfig], in: scratch),
                try MartletProcess(["controller-manager", "--kubeconfig", kubeconfig], in: scratch),
            ]
            _ = try await client.create(Self.node)
            _ = try await client.create(Self.deployment("first"))
            try await Self.waitForPods(of: "first", client)
            for name in ["kube-scheduler", "kube-controller-manager"] {
                let lease = try await client.get(Lease.self, namespace: "kube-system", name: name)
                #expect(lease.spec.holderIdentity?.isEmpty == false)
            }
            return others
        }
        server.signal(SIGKILL)
        _ = await server.waitForEnd()
        let second = try MartletProcess(serverArguments, in: scratch)
        try await RemoteProcess.withClient(kubeconfig: kubeconfig) { client in
            _ = try await client.create(Self.deployment("second"))
            try await Self.waitForPods(of: "second", client)
            for process in others { await process.stop() }
            let lease = try await client.get(Lease.self, namespace: "kube-system", name: "kube-scheduler")
            #expect(lease.spec.holderIdentity?.isEmpty != false, "the lease is given back")
        }
        await second.stop()
        #expect(MartletProcess.traces(of: scratch.path).isEmpty)
    }
}
