// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import LoadGenerator

let scheduleWorkload = Workload(name: "schedule", what: "pods onto nodes that nobody runs", need: .server) { bench in
    for variant in ScheduleVariant.all {
        var rates: [Double] = []
        var note = ""
        for _ in 0..<bench.sizes.runs {
            let result = try await Scheduling(bench: bench, variant: variant).run()
            rates.append(Double(bench.sizes.pods) / result.seconds)
            note = result.note
        }
        await bench.add(
            "schedule.\(variant.id)",
            "schedule \(bench.sizes.pods) pods onto \(bench.sizes.nodes) nodes, \(variant.title)",
            "/s", rates, note: note)
    }
}

private struct ScheduleVariant: Sendable {
    var id: String
    var title: String
    /// Fields of each pod's spec.
    var spec: String
    /// Taints of every other node.
    var taints: String

    static let all = [
        ScheduleVariant(id: "plain", title: "plain", spec: "", taints: "null"),
        ScheduleVariant(
            id: "affinity", title: "node affinity and taints",
            spec:
                #""affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"#
                + #""matchExpressions":[{"key":"topology.kubernetes.io/zone","operator":"In","values":["zone-0","zone-1","#
                + #""zone-2","zone-3","zone-4","zone-5","zone-6","zone-7"]}]}]},"#
                + #""preferredDuringSchedulingIgnoredDuringExecution":[{"weight":10,"preference":{"matchExpressions":[{"#
                + #""key":"topology.kubernetes.io/zone","operator":"In","values":["zone-1"]}]}}]}},"#
                + #""tolerations":[{"key":"dedicated","operator":"Equal","value":"bench","effect":"NoSchedule"}],"#,
            taints: #"[{"key":"dedicated","value":"bench","effect":"NoSchedule"}]"#),
    ]
}

private struct Scheduling {
    let bench: Bench
    let variant: ScheduleVariant

    /// - Returns: from when the scheduler could begin until the last pod had a node.
    func run() async throws -> (seconds: Double, note: String) {
        guard case .binary(let path) = bench.target else {
            return try await bench.withServer { server in
                try await makeNodes(server)
                let begin = ContinuousClock.now
                let last = try await makePods(server, try await server.makeNamespace())
                let created = (ContinuousClock.now - begin).inSeconds
                try await waitUntilAllHaveNodes(server, last: last)
                let note = String(format: "pods were made meanwhile, in %.2f s", created)
                return ((ContinuousClock.now - begin).inSeconds, note)
            }
        }
        // All is stored before there is a scheduler, so that nothing else is measured.
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let last = try await bench.withLaunched(path, ["apiserver"], directory) { server in
            try await makeNodes(server)
            return try await makePods(server, try await server.makeNamespace())
        }
        let begin = ContinuousClock.now
        return try await bench.withLaunched(path, ["server", "--disable-agent"], directory) { server in
            try await waitUntilAllHaveNodes(server, last: last)
            let seconds = (ContinuousClock.now - begin).inSeconds
            return (
                seconds,
                String(
                    format: "from the start of the process; %.0f MB at the most, %.2f s of processor",
                    server.process.peakMegabytes, server.process.processorSeconds)
            )
        }
    }

    private func makeNodes(_ server: ServerUnderTest) async throws {
        let time = Date().formatted(.iso8601)
        let zones = (0..<10).map { zone in
            Template(Objects.nodeText.replacing("ZONE", with: "zone-\(zone)").replacing("TIME", with: time))
        }
        let count = bench.sizes.nodes
        let made = try await server.generator.run(server.endpoint, LoadShape(clients: 16, count: count)) {
            Request("POST", "/api/v1/nodes", body: zones[$0 % zones.count].with($0))
        }
        guard made.failures.keys.allSatisfy({ $0 == 409 }) else {
            throw LoadError.notReady("nodes cannot be made: \(made.failures)")
        }
        // New nodes have the taint of nodes that are not ready yet.
        let taints = variant.taints
        let name = Template("/api/v1/nodes/bench-node-@@@@@@")
        _ = try await server.load(LoadShape(clients: 16, count: count)) {
            Request(
                "PATCH", name.text($0), json: #"{"spec":{"taints":\#($0.isMultiple(of: 2) ? taints : "null")}}"#,
                contentType: "application/merge-patch+json")
        }
    }

    /// - Returns: the path of the pod that was made last.
    private func makePods(_ server: ServerUnderTest, _ namespace: String) async throws -> String {
        let template = Objects.pod("pod-", spec: variant.spec)
        _ = try await server.load(LoadShape(clients: 32, count: bench.sizes.pods)) {
            Request("POST", "/api/v1/namespaces/\(namespace)/pods", body: template.with($0))
        }
        return Template("/api/v1/namespaces/\(namespace)/pods/pod-@@@@@@").text(bench.sizes.pods - 1)
    }

    /// - Parameter last: a pod that gets its node late. All others are looked at once it has: asking for those without a node
    ///   has the server read every pod, which takes part of what is measured.
    private func waitUntilAllHaveNodes(_ server: ServerUnderTest, last: String) async throws {
        let begin = ContinuousClock.now
        var isNear = false
        while ContinuousClock.now - begin < .seconds(300) {
            if !isNear {
                let spec = try await server.json(last)["spec"] as? [String: Any]
                isNear = spec?["nodeName"] != nil
            }
            if isNear {
                let waiting = try await server.json("/api/v1/pods?fieldSelector=spec.nodeName%3D&limit=1")
                if (waiting["items"] as? [Any])?.isEmpty == true { return }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw LoadError.notReady("not all pods were scheduled within 300 s")
    }
}
