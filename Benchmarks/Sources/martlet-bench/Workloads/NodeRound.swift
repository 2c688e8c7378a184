// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import LoadGenerator

/// What this machine needs so that a node can be started on it.
enum NodeHost {
    static let image = "martlet.local/bench:1"

    /// Why no node can be started here; nil where it can.
    static var obstacle: String? {
        if geteuid() != 0 { return "not root" }
        for program in ["containerd", "runc", "ctr", "nft", "busybox"] {
            let folders = ["/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/bin", "/bin", "/usr/local/bin"]
            if !folders.contains(where: { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }) {
                return "no \(program)"
            }
        }
        if FileManager.default.fileExists(atPath: "/sys/class/net/martlet0") {
            return "a node runs here already (link martlet0)"
        }
        return nil
    }

    /// Removes all data but what the container runtime has, so that images are there and the cluster is new.
    static func forgetCluster(_ data: String) throws {
        for (folder, kept) in [(data, "agent"), (data + "/agent", "containerd")] {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name != kept {
                try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            }
        }
    }

    /// The script that makes an image, beside this package.
    static let imageScript = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../../scripts/make-image").standardizedFileURL.path
}

/// A watch of the pods of one application, until as many are ready as are expected.
struct ReadyWatch: Sendable {
    let watch: WatchLines
    let count: Int

    /// Waits until `count` pods are ready.
    func wait() async throws {
        var ready: Set<String> = []
        for try await line in watch.lines {
            guard let event = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any],
                let pod = event["object"] as? [String: Any], let metadata = pod["metadata"] as? [String: Any],
                let name = metadata["name"] as? String
            else { continue }
            if JSONPaths.isReady(pod) { ready.insert(name) }
            if ready.count >= count {
                watch.close()
                return
            }
        }
        throw LoadError.notReady("only \(ready.count) of \(count) pods became ready")
    }
}

enum JSONPaths {
    /// Whether an object has the condition Ready.
    static func isReady(_ object: [String: Any]) -> Bool {
        let status = object["status"] as? [String: Any]
        let conditions = status?["conditions"] as? [[String: Any]] ?? []
        return conditions.contains { $0["type"] as? String == "Ready" && $0["status"] as? String == "True" }
    }

    static func items(_ list: [String: Any]) -> [[String: Any]] { list["items"] as? [[String: Any]] ?? [] }
}

/// What is measured on a real node.
struct NodeRound: Sendable {
    let bench: Bench
    let server: ServerUnderTest
    let directory: TemporaryDirectory

    private let pods = "/api/v1/namespaces/default/pods"

    init(bench: Bench, server: ServerUnderTest, directory: TemporaryDirectory) {
        self.bench = bench
        self.server = server
        self.directory = directory
    }

    func waitUntilReady() async throws {
        let watch = try await server.generator.lines(
            server.endpoint, Request("GET", "/api/v1/nodes?watch=1&timeoutSeconds=90"))
        defer { watch.close() }
        for try await line in watch.lines {
            let event = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            if let node = event?["object"] as? [String: Any], JSONPaths.isReady(node) { return }
        }
        throw LoadError.notReady("the node did not get ready")
    }

    /// Waits until pods can be made.
    func waitForAccount() async throws {
        for _ in 0..<5_000 {
            let request = Request("GET", "/api/v1/namespaces/default/serviceaccounts/default")
            if try await server.session.call(request).response.status == 200 { return }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw LoadError.notReady("the default service account was not made")
    }

    func importImage() throws {
        let archive = directory.path + "/image.tar"
        try Command.run(NodeHost.imageScript, [NodeHost.image, archive])
        try Command.run(
            "ctr",
            [
                "--address", directory.path + "/data/agent/containerd/containerd.sock", "--namespace", "k8s.io",
                "images",
                "import", archive,
            ])
    }

    private static let podSpec = """
        {"terminationGracePeriodSeconds":0,"containers":[{"name":"c","image":"\(NodeHost.image)","imagePullPolicy":"Never",\
        "command":["sleep","3600"]}]}
        """

    /// Makes pods, all at once.
    ///
    /// - Returns: a watch that began before them.
    func create(_ app: String, count: Int) async throws -> ReadyWatch {
        let watch = try await server.generator.lines(
            server.endpoint, Request("GET", pods + "?watch=1&timeoutSeconds=120&labelSelector=app%3D\(app)"))
        let template = Template(
            #"{"metadata":{"name":"\#(app)-@@@@@@","labels":{"app":"\#(app)"}},"spec":\#(Self.podSpec)}"#)
        let path = pods
        _ = try await server.load(LoadShape(clients: count, count: count)) {
            Request("POST", path, body: template.with($0))
        }
        return ReadyWatch(watch: watch, count: count)
    }

    private func delete(_ app: String) async throws {
        let path = pods + "?labelSelector=app%3D\(app)"
        try await server.session.must(Request("DELETE", path))
        for _ in 0..<6_000 {
            if JSONPaths.items(try await server.json(path)).isEmpty { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw LoadError.notReady("pods of \(app) do not go")
    }

    private func seconds(_ app: String, count: Int) async throws -> Double {
        let begin = ContinuousClock.now
        try await create(app, count: count).wait()
        let took = (ContinuousClock.now - begin).inSeconds
        try await delete(app)
        // The objects go before the last of their processes: the next pods shall find an idle node.
        try await Task.sleep(for: .seconds(2))
        return took
    }

    func onePodAtATime() async throws {
        try await waitForAccount()
        var took: [Double] = []
        for number in 0..<6 { took.append(try await seconds("single\(number)", count: 1)) }
        // The first one warms up.
        await bench.add("node.pod", "one pod, create to Ready", "s", Array(took.dropFirst()))
    }

    func manyAtOnce(_ count: Int) async throws {
        var took: [Double] = []
        for number in 0..<3 { took.append(try await seconds("many\(number)", count: count)) }
        await bench.add("node.pods", "\(count) pods at once, create to all Ready", "s", took)
    }

    func rollingUpdate(_ count: Int) async throws {
        let path = "/apis/apps/v1/namespaces/default/deployments"
        let template =
            #"{"metadata":{"labels":{"app":"roll"}},"spec":\#(Self.podSpec.replacing("\"terminationGracePeriodSeconds\":0,", with: "\"terminationGracePeriodSeconds\":1,"))}"#
        let manifest =
            #"{"metadata":{"name":"roll"},"spec":{"replicas":\#(count),"selector":{"matchLabels":{"app":"roll"}},"#
            + #""template":\#(template)}}"#
        try await server.session.must(Request("POST", path, json: manifest))
        try await waitForRollout(path + "/roll", count)
        let begin = ContinuousClock.now
        let change = #"{"spec":{"template":{"metadata":{"annotations":{"example.org/version":"2"}}}}}"#
        try await server.session.must(
            Request("PATCH", path + "/roll", json: change, contentType: "application/merge-patch+json"))
        try await waitForRollout(path + "/roll", count)
        await bench.add(
            "node.rollout", "rolling update of \(count) replicas", "s", (ContinuousClock.now - begin).inSeconds)
        try await server.session.must(Request("DELETE", path + "/roll?propagationPolicy=Background"))
        try await waitForNoPods()
    }

    private func waitForNoPods() async throws {
        for _ in 0..<6_000 {
            if JSONPaths.items(try await server.json(pods)).isEmpty { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw LoadError.notReady("pods do not go")
    }

    private func waitForRollout(_ path: String, _ count: Int) async throws {
        for _ in 0..<6_000 {
            let deployment = try await server.json(path)
            let generation = (deployment["metadata"] as? [String: Any])?["generation"] as? Int ?? 0
            let status = deployment["status"] as? [String: Any] ?? [:]
            let isDone =
                (status["observedGeneration"] as? Int ?? 0) >= generation
                && ["replicas", "updatedReplicas", "readyReplicas"].allSatisfy { status[$0] as? Int == count }
            if isDone { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw LoadError.notReady("the Deployment did not become ready")
    }

    /// Memory, and processor with some pods.
    func idle(pods count: Int) async throws {
        try await create("idle", count: count).wait()
        try await Task.sleep(for: .seconds(min(10, bench.sizes.idleSeconds)))
        let before = server.process.processorSeconds
        try await Task.sleep(for: .seconds(bench.sizes.idleSeconds))
        let used = server.process.processorSeconds - before
        await bench.add(
            "node.memory", "resident, server and agent with \(count) pods", "MB", server.process.residentMegabytes)
        await bench.add(
            "node.processor", "processor, server and agent with \(count) pods", "%",
            100 * used / bench.sizes.idleSeconds)
        try await delete("idle")
    }
}
