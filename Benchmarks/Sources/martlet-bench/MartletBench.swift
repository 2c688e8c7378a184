// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import ArgumentParser
import Foundation
import LoadGenerator

@main
struct MartletBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet-bench",
        abstract: "Measure a Kubernetes API server: one that is started for each workload, or any that runs.",
        discussion: """
            Without --server, the binary of --martlet is started with data in a temporary directory, on loopback. With --server, the \
            workloads that need nothing but an API server are measured there; --pid (repeated for each process, such as kube-apiserver \
            and etcd) adds its memory. Objects are made in a namespace of their own and deleted at the end.
            """)

    @OptionGroup var target: TargetOptions

    @Flag(help: "All sizes and repetitions; without it a selection that takes some four minutes.")
    var full = false

    @Option(help: "Only rows of the workloads whose names begin so; may be repeated. --list shows them.")
    var only: [String] = []

    @Flag(help: "Show the workloads.")
    var list = false

    @Option(help: "Write the figures to this file, as JSON.")
    var json: String?

    @Option(help: "Take the reference column from this file, written with --json earlier, instead of the thresholds.")
    var reference: String?

    @Option(help: "File of references and targets.")
    var thresholds: String?

    @Option(help: "How many pods to store and list.")
    var pods: Int?

    @Option(help: "How often each figure is taken; the median is shown.")
    var runs: Int?

    @Option(help: "Threads of the load generator.")
    var threads = 1

    @Flag(help: "Exit with status 1 where a target is missed.")
    var check = false

    func run() async throws {
        if list {
            for workload in Workloads.all { print("\(workload.name)\t\(workload.what)") }
            return
        }
        Children.endWithUs()
        let generator = LoadGenerator(threads: threads)
        var sizes = full ? Sizes.full : Sizes.quick
        if let pods { sizes.pods = pods }
        if let runs { sizes.runs = runs }
        let goals = try Goals(thresholds: thresholds, reference: reference)
        let bench = Bench(
            target: try target.target(), generator: generator, sizes: sizes, report: Report(goals: goals))
        for workload in Workloads.all where only.isEmpty || only.contains(where: workload.name.hasPrefix) {
            await bench.perform(workload)
        }
        let report = await bench.report
        report.show()
        if let json { try report.write(to: json, target: bench.target) }
        try await generator.shutDown()
        if check, report.misses > 0 { throw ExitCode(1) }
    }
}

/// How much is done.
struct Sizes: Sendable {
    var isFull: Bool
    var runs: Int
    var pods: Int
    /// Writes for one figure: with one client, and with more.
    var writesAlone: Int
    var writes: Int
    var reads: Int
    var clients: [Int]
    var idleSeconds: Double
    var watchers: Int
    var eventsPerSecond: Int
    var nodes: Int

    static let quick = Sizes(
        isFull: false, runs: 1, pods: 12_900, writesAlone: 200, writes: 2_000, reads: 10_000, clients: [1, 32],
        idleSeconds: 30, watchers: 1_000, eventsPerSecond: 1_000, nodes: 1_000)
    static let full = Sizes(
        isFull: true, runs: 3, pods: 12_900, writesAlone: 1_000, writes: 10_000, reads: 50_000, clients: [1, 32, 128],
        idleSeconds: 300, watchers: 1_000, eventsPerSecond: 1_000, nodes: 1_000)
}
