// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import LoadGenerator

let nodeWorkload = Workload(
    name: "node", what: "control plane and node in one process, with real containers", need: .node
) {
    bench in
    let directory = try TemporaryDirectory()
    let binary = try bench.binary
    let role = ["server", "--node-name", "bench"]
    defer {
        _ = try? Command.run(binary, ["reset", "--data-dir", directory.path + "/data"])
        directory.remove()
    }
    try await bench.withLaunched(binary, role, directory) { server in
        let node = NodeRound(bench: bench, server: server, directory: directory)
        try await node.waitUntilReady()
        try node.importImage()
        try await node.onePodAtATime()
        try await node.manyAtOnce(20)
        try await node.rollingUpdate(20)
        try await node.idle(pods: 10)
    }
    try await firstPod(bench, binary, role, directory)
}

/// From nothing, but for the image, to Node Ready and to a pod that runs.
private func firstPod(_ bench: Bench, _ binary: String, _ role: [String], _ directory: TemporaryDirectory) async throws
{
    var ready: [Double] = []
    var running: [Double] = []
    for _ in 0..<3 {
        try Command.run(binary, ["reset", "--data-dir", directory.path + "/data"])
        try NodeHost.forgetCluster(directory.path + "/data")
        let begin = ContinuousClock.now
        let times = try await bench.withLaunched(binary, role, directory) { server in
            let node = NodeRound(bench: bench, server: server, directory: directory)
            async let isReady: Void = node.waitUntilReady()
            try await node.waitForAccount()
            let watch = try await node.create("first", count: 1)
            try await isReady
            let nodeReady = (ContinuousClock.now - begin).inSeconds
            try await watch.wait()
            return (nodeReady, (ContinuousClock.now - begin).inSeconds)
        }
        ready.append(times.0)
        running.append(times.1)
    }
    await bench.add("node.ready", "from nothing to Node Ready", "s", ready)
    await bench.add("node.firstPod", "from nothing to the first pod Ready, image present", "s", running)
}
