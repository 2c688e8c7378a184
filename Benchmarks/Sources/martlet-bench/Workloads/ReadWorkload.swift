// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import LoadGenerator

let readWorkload = Workload(name: "read", what: "GETs of a small object", need: .server) { bench in
    try await bench.withServer { server in
        let path = "/api/v1/namespaces/\(try await server.makeNamespace())"
        for version in HTTPVersion.allCases {
            for clients in [1, 16, 128] where bench.sizes.isFull || clients != 128 {
                let shape = LoadShape(
                    version, clients: clients, count: clients == 1 ? bench.sizes.reads / 5 : bench.sizes.reads)
                var rates: [Double] = []
                var note = ""
                for _ in 0..<max(3, bench.sizes.runs) {
                    let result = try await server.load(shape) { _ in Request("GET", path) }
                    rates.append(result.perSecond)
                    note = Notes.latency(result)
                }
                await bench.add(
                    "read.\(version.tag).\(clients)", "GET a namespace, \(version.rawValue), \(clients) at once", "/s",
                    rates, note: note)
            }
        }
    }
}
