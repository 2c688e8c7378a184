// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import LoadGenerator

let startWorkload = Workload(name: "start", what: "start of the control plane", need: .binary) { bench in
    var first: [Double] = []
    var again: [Double] = []
    let role = ["server", "--disable-agent"]
    for _ in 0..<5 {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        first.append(try await bench.withLaunched(bench.binary, role, directory) { $0.secondsToReady })
        again.append(try await bench.withLaunched(bench.binary, role, directory) { $0.secondsToReady })
    }
    await bench.add("start.ready.new", "start to /readyz, no data", "s", first)
    await bench.add("start.ready.again", "start to /readyz, again", "s", again)
}

let idleWorkload = Workload(name: "idle", what: "memory and processor of an idle control plane", need: .binary) {
    bench in
    try await bench.withServer(["server", "--disable-agent"]) { server in
        try await Task.sleep(for: .seconds(min(10, bench.sizes.idleSeconds)))
        let before = server.process.processorSeconds
        try await Task.sleep(for: .seconds(bench.sizes.idleSeconds))
        let used = server.process.processorSeconds - before
        let note = String(format: "%.1f MB of it anonymous", server.process.anonymousMegabytes)
        await bench.add(
            "idle.memory", "resident, idle control plane", "MB", server.process.residentMegabytes, note: note)
        await bench.add("idle.processor", "processor, idle control plane", "%", 100 * used / bench.sizes.idleSeconds)
    }
}
