// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import LoadGenerator

let writeWorkload = Workload(name: "write", what: "writes of pods at several concurrencies", need: .server) { bench in
    for version in HTTPVersion.allCases {
        for clients in bench.sizes.clients {
            let count = clients == 1 ? bench.sizes.writesAlone : bench.sizes.writes
            let shape = LoadShape(version, clients: clients, count: count)
            let rounds = try await bench.withServer { server in
                var rounds: [[LoadResult]] = []
                for _ in 0..<bench.sizes.runs {
                    let namespace = try await server.makeNamespace()
                    rounds.append(try await WriteRound(server: server, namespace: namespace, shape: shape).run())
                }
                return rounds
            }
            for (at, verb) in WriteRound.verbs.enumerated() {
                let results = rounds.map { $0[at] }
                await bench.add(
                    "write.\(verb).\(version.tag).\(clients)", "\(verb), \(version.rawValue), \(clients) at once", "/s",
                    results.map(\.perSecond), note: Notes.latency(results[results.count / 2]))
            }
        }
    }
}

extension HTTPVersion {
    /// As in the names of figures.
    var tag: String { self == .http1 ? "http1" : "http2" }
}

/// Makes pods, changes each in three ways, and deletes them.
private struct WriteRound {
    static let verbs = ["create", "get", "update", "patch", "apply", "delete"]

    let server: ServerUnderTest
    let namespace: String
    let shape: LoadShape

    private var path: String { "/api/v1/namespaces/\(namespace)/pods" }

    /// - Returns: for each of ``verbs`` what came of it.
    func run() async throws -> [LoadResult] {
        let path = path
        let template = Objects.pod("pod-")
        let name = Template("\(path)/pod-@@@@@@")
        var results = [try await server.load(shape) { Request("POST", path, body: template.with($0)) }]
        results.append(try await server.load(shape) { Request("GET", name.text($0)) })
        let changed = try await changedPod()
        results.append(try await server.load(shape) { Request("PUT", name.text($0), body: changed.with($0)) })
        let patch = Template(#"{"metadata":{"annotations":{"example.org/sequence":"@@@@@@"}}}"#)
        results.append(
            try await server.load(shape) {
                Request("PATCH", name.text($0), contentType: "application/merge-patch+json", body: patch.with($0))
            })
        let apply = Template(
            #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"pod-@@@@@@","labels":{"applied":"yes"}}}"#)
        results.append(
            try await server.load(shape) {
                Request(
                    "PATCH", name.text($0) + "?fieldManager=bench-apply", contentType: "application/apply-patch+yaml",
                    body: apply.with($0))
            })
        results.append(try await server.load(shape) { Request("DELETE", name.text($0) + "?gracePeriodSeconds=0") })
        return results
    }

    /// A pod as it is stored, with another annotation and without what is of one pod alone.
    private func changedPod() async throws -> Template {
        var pod = try await server.json(path + "/pod-000000")
        pod["status"] = nil
        var metadata = pod["metadata"] as? [String: Any] ?? [:]
        for key in ["uid", "resourceVersion", "creationTimestamp", "managedFields", "generation"] {
            metadata[key] = nil
        }
        metadata["name"] = "pod-@@@@@@"
        metadata["annotations"] = ["example.org/sequence": "1"]
        pod["metadata"] = metadata
        let data = try JSONSerialization.data(withJSONObject: pod, options: .withoutEscapingSlashes)
        return Template(String(decoding: data, as: UTF8.self))
    }
}
