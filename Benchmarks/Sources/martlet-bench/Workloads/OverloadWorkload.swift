// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import LoadGenerator

let overloadWorkload = Workload(
    name: "overload", what: "clients that ask for whole LISTs and hardly read", need: .server
) { bench in
    try await bench.withServer { server in
        let namespace = try await server.makeNamespace()
        let path = "/api/v1/namespaces/\(namespace)/pods"
        let template = Objects.pod("stored-")
        _ = try await server.load(LoadShape(clients: 32, count: bench.sizes.pods)) {
            Request("POST", path, body: template.with($0))
        }
        _ = try await server.session.call(Request("GET", path), keepsBody: false)
        let before = server.process.residentMegabytes
        server.process.forgetPeak()
        let stalled = try await server.generator.stall(server.endpoint, count: 500, Request("GET", path))
        defer { stalled.close() }
        let others = try await server.load(LoadShape(clients: 4, count: bench.sizes.reads)) { _ in
            Request("GET", "/api/v1/namespaces/\(namespace)")
        }
        await bench.add(
            "overload.others", "GETs beside 500 clients that do not read", "/s", others.perSecond,
            note: Notes.latency(others) + ", \(stalled.open) of the 500 still connected")
        if server.process.pids.isEmpty { return }
        try await Task.sleep(for: .seconds(5))
        await bench.add(
            "overload.memory", "memory that 500 such clients take", "MB", max(0, server.process.peakMegabytes - before))
    }
}
