// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import LoadGenerator

let watchWorkload = Workload(name: "watch", what: "delay of events to many watchers", need: .server) { bench in
    try await bench.withServer { server in
        let fan = FanOut(bench: bench, server: server, namespace: try await server.makeNamespace())
        try await fan.makeObjects()
        try await fan.selective()
        try await fan.all()
    }
}

/// Small objects are changed at a fixed rate; each change carries the time at which it was sent.
private struct FanOut {
    let bench: Bench
    let server: ServerUnderTest
    let namespace: String

    private var path: String { "/api/v1/namespaces/\(namespace)/configmaps" }
    private var seconds: Double { bench.sizes.isFull ? 30 : 5 }

    func makeObjects() async throws {
        let path = path
        let template = Template(
            #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"watched-@@@@@@"},"data":{"sent":""}}"#)
        _ = try await server.load(LoadShape(clients: 32, count: bench.sizes.watchers)) {
            Request("POST", path, body: template.with($0))
        }
    }

    /// Each watcher watches one object, as a kubelet does its node.
    func selective() async throws {
        let selector = Template("\(path)?watch=1&fieldSelector=metadata.name%3Dwatched-@@@@@@")
        try await measure("selective", "each sees its own", objects: bench.sizes.watchers, eachSees: 1) {
            Request("GET", selector.text($0))
        }
    }

    /// All watch all.
    func all() async throws {
        let watch = Request("GET", path + "?watch=1")
        try await measure("all", "each sees all", objects: 100, eachSees: bench.sizes.watchers) { _ in watch }
    }

    private func measure(
        _ id: String, _ title: String, objects: Int, eachSees: Int, _ watch: @escaping @Sendable (Int) -> Request
    ) async throws {
        let sample = eachSees == 1 ? 1 : 50
        let watchers = try await server.generator.watch(
            server.endpoint, count: bench.sizes.watchers, sample: sample, watch)
        defer { watchers.close() }
        try await Task.sleep(for: .seconds(1))
        watchers.forgetDelays()
        let before = watchers.events
        let name = Template("\(path)/watched-@@@@@@")
        let memory = server.process.residentMegabytes
        server.process.forgetPeak()
        let begin = ContinuousClock.now
        let (sent, failures) = try await server.generator.paced(
            server.endpoint, perSecond: bench.sizes.eventsPerSecond, seconds: seconds
        ) {
            Request(
                "PATCH", name.text($0 % objects), json: "{\"data\":{\(SentMark.member)}}",
                contentType: "application/merge-patch+json")
        }
        let expected = (sent - failures) * eachSees
        while watchers.events - before < expected, ContinuousClock.now - begin < .seconds(seconds + 60) {
            try await Task.sleep(for: .milliseconds(20))
        }
        let took = (ContinuousClock.now - begin).inSeconds
        let came = watchers.events - before
        let delays = watchers.delays
        let what = "watch, \(bench.sizes.watchers) watchers, \(bench.sizes.eventsPerSecond) events/s, \(title)"
        await bench.add(
            "watch.\(id).p99", "\(what): p99", "s", LoadResult.percentile(delays, 0.99),
            note: String(
                format: "p50 %.3f s; %d of %d events in %.1f s; %d watches ended", LoadResult.percentile(delays, 0.5),
                came,
                expected, took, watchers.ended))
        if server.process.pids.isEmpty { return }
        await bench.add(
            "watch.\(id).memory", "memory that this takes", "MB", max(0, server.process.peakMegabytes - memory))
    }
}
