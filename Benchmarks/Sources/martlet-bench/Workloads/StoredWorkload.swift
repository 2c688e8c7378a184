// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import LoadGenerator

let storedWorkload = Workload(name: "stored", what: "many pods: memory, and LIST in each form", need: .server) {
    bench in
    try await bench.withServer { server in
        let stored = StoredPods(bench: bench, server: server, namespace: try await server.makeNamespace())
        try await stored.create(bench.sizes.pods)
        try await stored.lists()
        try await stored.concurrentLists()
        if bench.sizes.isFull {
            try await stored.create(100_000 - bench.sizes.pods, from: bench.sizes.pods, label: "100k")
        }
    }
}

private struct StoredPods {
    let bench: Bench
    let server: ServerUnderTest
    let namespace: String

    private var path: String { "/api/v1/namespaces/\(namespace)/pods" }

    /// One pod of a hundred has another label.
    func create(_ count: Int, from: Int = 0, label: String = "") async throws {
        let path = path
        let stable = Objects.pod("stored-")
        let canary = Objects.pod("stored-", release: "canary")
        let result = try await server.load(LoadShape(clients: 32, count: count)) { number in
            let template = number.isMultiple(of: 100) ? canary : stable
            return Request("POST", path, body: template.with(from + number))
        }
        let suffix = label.isEmpty ? "" : ".\(label)"
        await bench.add(
            "stored.create\(suffix)", "create \(from + count) pods, 32 connections", "/s", result.perSecond,
            note: Notes.latency(result))
        if server.process.pids.isEmpty { return }
        try await Task.sleep(for: .seconds(3))
        await bench.add(
            "stored.memory\(suffix)", "resident, holding \(from + count) pods", "MB", server.process.residentMegabytes)
    }

    func lists() async throws {
        try await list("whole", "LIST \(bench.sizes.pods) pods", path)
        try await list("label", "LIST by label, 1 of 100", path + "?labelSelector=release%3Dcanary")
        try await list(
            "table", "LIST as table", path, accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
        try await list(
            "protobuf", "LIST as protobuf", path, accept: "application/vnd.kubernetes.protobuf,application/json")
        let pages = path + "?limit=500"
        var rates: [Double] = []
        for _ in 0..<bench.sizes.runs {
            rates.append(
                try await server.load(LoadShape(clients: 4, count: bench.sizes.isFull ? 2_000 : 500)) { _ in
                    Request("GET", pages)
                }.perSecond)
        }
        await bench.add("list.pages", "LIST pages of 500, 4 connections", "/s", rates)
    }

    private func list(_ id: String, _ title: String, _ path: String, accept: String = "application/json") async throws {
        var seconds: [Double] = []
        var bytes = 0
        for _ in 0..<5 {
            let begin = ContinuousClock.now
            let answer = try await server.session.call(Request("GET", path, accept: accept), keepsBody: false)
            seconds.append((ContinuousClock.now - begin).inSeconds)
            guard answer.response.status == 200 else {
                throw LoadError.unexpected(status: answer.response.status, body: path)
            }
            bytes = answer.bytes
        }
        let first = String(format: "%.1f MB, the first took %.3f s", Double(bytes) / 1e6, seconds[0])
        await bench.add("list.\(id)", title, "s", seconds, note: first)
    }

    /// 16 clients at once.
    func concurrentLists() async throws {
        let path = path
        let before = server.process.residentMegabytes
        server.process.forgetPeak()
        let result = try await server.load(LoadShape(clients: 16, count: 32)) { _ in Request("GET", path) }
        let megabytes = Double(result.bytes) / 1e6
        await bench.add(
            "list.concurrent", "16 clients LIST all at once", "MB/s", megabytes / result.seconds,
            note: String(format: "p99 %.2f s", result.p99))
        if server.process.pids.isEmpty { return }
        await bench.add(
            "list.concurrent.memory", "memory that this takes", "MB", max(0, server.process.peakMegabytes - before))
    }
}

enum Notes {
    static func latency(_ result: LoadResult) -> String {
        String(format: "p50 %.2f ms, p99 %.2f ms", result.p50 * 1000, result.p99 * 1000)
    }
}
