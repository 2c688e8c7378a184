// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import ClientTestKit
import KubernetesAPI
import Testing
import Wire

struct KubernetesClientTests {
    private let cluster = FakeCluster()
    private var client: KubernetesClient { cluster.client }

    private func configMap(_ name: String, labels: [String: String] = [:]) -> ConfigMap {
        ConfigMap {
            $0.metadata.namespace = "default"
            $0.metadata.name = name
            $0.metadata.labels = labels
        }
    }

    @Test("an object is made, read, replaced and deleted")
    func lifeCycle() async throws {
        var made = try await client.create(configMap("a"))
        #expect(!made.metadata.uid.isEmpty)
        made.data = ["key": "value"]
        let updated = try await client.update(made)
        #expect(updated.metadata.resourceVersion != made.metadata.resourceVersion)
        #expect(try await client.get(ConfigMap.self, namespace: "default", name: "a").data == ["key": "value"])
        let stale = await #expect(throws: ClientError.self) { _ = try await client.update(made) }
        #expect(stale?.isConflict == true)
        try await client.delete(ConfigMap.self, namespace: "default", name: "a")
        let gone = await #expect(throws: ClientError.self) {
            try await client.delete(ConfigMap.self, namespace: "default", name: "a")
        }
        #expect(gone?.isNotFound == true)
    }

    @Test("a list is read page by page, by selector")
    func paging() async throws {
        for number in 0..<7 { try cluster.add(configMap("c\(number)", labels: ["odd": "\(number % 2)"])) }
        let all = try await client.listAll(ConfigMap.self, namespace: "default", pageSize: 3)
        #expect(all.map(\.metadata.name) == (0..<7).map { "c\($0)" })
        let odd = try await client.list(ConfigMap.self, options: ListQuery(labelSelector: "odd=1"))
        #expect(odd.items.count == 3)
    }

    @Test("status is written apart from the rest")
    func status() async throws {
        let made = try cluster.add(
            Deployment {
                $0.metadata.namespace = "default"
                $0.metadata.name = "web"
                $0.spec.replicas = 1
            })
        var changed = made
        changed.status.readyReplicas = 1
        changed.spec.replicas = 5
        let answer = try await client.updateStatus(changed)
        #expect(answer.status.readyReplicas == 1)
        #expect(answer.spec.replicas == 1)
        #expect(answer.metadata.generation == made.metadata.generation)
    }

    @Test(
        "each kind of patch changes what it says",
        arguments: [
            Patch.json(Array(#"[{"op":"add","path":"/data","value":{"k":"v"}}]"#.utf8)),
            .merge(Array(#"{"data":{"k":"v"}}"#.utf8)),
            .strategic(Array(#"{"data":{"k":"v"}}"#.utf8)),
        ])
    func patches(_ patch: Patch) async throws {
        try cluster.add(configMap("a"))
        let patched = try await client.patch(ConfigMap.self, namespace: "default", name: "a", patch)
        #expect(patched.data == ["k": "v"])
        #expect(cluster.requests.last?.header("content-type") == patch.contentType)
    }

    @Test("a pod is bound once")
    func bind() async throws {
        let pod = try cluster.add(
            Pod {
                $0.metadata.namespace = "default"
                $0.metadata.name = "a"
            })
        try await client.bind(namespace: "default", pod: "a", uid: pod.metadata.uid, to: "node-1")
        #expect(cluster.get(Pod.self, namespace: "default", name: "a")?.spec.nodeName == "node-1")
        let again = await #expect(throws: ClientError.self) {
            try await client.bind(namespace: "default", pod: "a", uid: "", to: "node-2")
        }
        #expect(again?.isConflict == true)
    }

    @Test("scale, token and collection requests reach their subresources")
    func subresources() async throws {
        try cluster.add(
            Deployment {
                $0.metadata.namespace = "default"
                $0.metadata.name = "web"
                $0.spec.replicas = 2
            })
        var scale = try await client.scale(of: Deployment.self, namespace: "default", name: "web")
        #expect(scale.spec.replicas == 2)
        scale.spec.replicas = 4
        #expect(try await client.updateScale(of: Deployment.self, scale).spec.replicas == 4)
        try cluster.add(
            ServiceAccount {
                $0.metadata.namespace = "default"
                $0.metadata.name = "default"
            })
        let token = try await client.createToken(
            namespace: "default", serviceAccount: "default", TokenRequest { $0.spec.audiences = ["api"] })
        #expect(!token.status.token.isEmpty)
        try cluster.add(configMap("a", labels: ["x": "1"]))
        try cluster.add(configMap("b"))
        try await client.deleteCollection(
            at: ResourcePath(ConfigMap.resource), namespace: "default", selecting: ListQuery(labelSelector: "x=1"))
        #expect(cluster.list(ConfigMap.self).map(\.metadata.name) == ["b"])
    }

    @Test("a watch tells of what happens after a revision")
    func watch() async throws {
        let from = String(cluster.revision)
        try cluster.add(configMap("a"))
        cluster.remove(ConfigMap.self, namespace: "default", name: "a")
        var seen: [String] = []
        let changes = try await client.watch(ConfigMap.self, namespace: "default", after: from)
        reading: for try await batch in changes {
            for change in batch {
                switch change {
                case .added(let object): seen.append("+\(object.metadata.name)")
                case .deleted(let object):
                    seen.append("-\(object.metadata.name)")
                    break reading
                default: seen.append("?")
                }
            }
        }
        #expect(seen == ["+a", "-a"])
    }

    @Test("the user agent and the accepted type are sent")
    func headers() async throws {
        _ = try await client.named("martlet/test").list(Node.self)
        #expect(cluster.requests.last?.header("user-agent") == "martlet/test")
        #expect(cluster.requests.last?.header("accept") == "application/json")
    }
}
