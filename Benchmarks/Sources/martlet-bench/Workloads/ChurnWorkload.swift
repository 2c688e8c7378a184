// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import LoadGenerator

let churnWorkload = Workload(
    name: "churn", what: "the database after lease renewals by 100 nodes", need: .binary
) { bench in
    let nodes = 100
    // A lease is renewed every 10 s.
    let hours = bench.sizes.isFull ? 24 : 1
    let writes = nodes * hours * 360
    // The writes take some thousandth of the time; history is kept that much shorter too.
    let expectedSeconds = Double(writes) / 5_000
    let interval = max(100, Int(300_000 * expectedSeconds / Double(hours * 3600)))
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let role = ["apiserver", "--etcd-compaction-interval", "\(interval)ms"]
    try await bench.withLaunched(bench.binary, role, directory) { server in
        let path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
        let lease = Template(
            #"{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"node-@@@@@@","ownerReferences":["#
                + #"{"apiVersion":"v1","kind":"Node","name":"node-@@@@@@","uid":"00000000-0000-4000-8000-000000@@@@@@"}]},"#
                + #""spec":{"holderIdentity":"node-@@@@@@","leaseDurationSeconds":40,"renewTime":"2026-01-01T00:00:00.000000Z"}}"#
        )
        _ = try await server.load(LoadShape(clients: 16, count: nodes)) {
            Request("POST", path, body: lease.with($0))
        }
        let name = Template("\(path)/node-@@@@@@")
        let renewal = Template(#"{"spec":{"renewTime":"2026-01-01T00:00:00.@@@@@@Z"}}"#)
        let result = try await server.load(LoadShape(clients: 32, count: writes)) {
            Request(
                "PATCH", name.text($0 % nodes), contentType: "application/merge-patch+json", body: renewal.with($0))
        }
        try await Task.sleep(for: .milliseconds(2 * interval + 1000))
        await bench.add(
            "churn.size", "database after \(hours) h of lease renewals", "MB",
            Files.megabytes(directory.path + "/data/db"),
            note: String(format: "%d writes, %.0f /s", writes, result.perSecond))
    }
}

enum Files {
    /// What the files of a directory take, in 10^6 bytes.
    static func megabytes(_ directory: String) -> Double {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: directory)) ?? []
        let sizes = names.map { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: directory + "/" + name)
            return attributes?[.type] as? FileAttributeType == .typeRegular ? attributes?[.size] as? Int ?? 0 : 0
        }
        return Double(sizes.reduce(0, +)) / 1e6
    }
}
