// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import LoadGenerator

/// One group of figures.
struct Workload: Sendable {
    enum Need: Sendable {
        /// Any API server, started here or running already.
        case server
        /// A server that is started here.
        case binary
        /// As `binary`, and a node with a container runtime on this machine.
        case node
    }

    var name: String
    var what: String
    var need: Need
    var run: @Sendable (Bench) async throws -> Void
}

enum Workloads {
    static let all: [Workload] = [
        startWorkload, idleWorkload, storedWorkload, writeWorkload, readWorkload, watchWorkload, scheduleWorkload,
        overloadWorkload, nodeWorkload, churnWorkload,
    ]
}

/// What workloads share: whom to ask, how much, and where the figures go.
actor Bench {
    nonisolated let target: Target
    nonisolated let generator: LoadGenerator
    nonisolated let sizes: Sizes
    private(set) var report: Report

    init(target: Target, generator: LoadGenerator, sizes: Sizes, report: Report) {
        self.target = target
        self.generator = generator
        self.sizes = sizes
        self.report = report
    }

    func add(_ id: String, _ title: String, _ unit: String, _ values: [Double], note: String = "") {
        report.add(Row(id: id, title: title, unit: unit, values: values, note: note))
    }

    func add(_ id: String, _ title: String, _ unit: String, _ value: Double, note: String = "") {
        add(id, title, unit, [value], note: note)
    }

    func add(problem: String) { report.add(problem: problem) }

    /// Runs a workload; what goes wrong is reported, and the next one is run.
    func perform(_ workload: Workload) async {
        FileHandle.standardError.write(Data("bench: \(workload.name): \(workload.what)\n".utf8))
        if case .running = target, workload.need != .server {
            return add(problem: "\(workload.name): needs --martlet, since it starts the server itself")
        }
        if workload.need == .node, let obstacle = NodeHost.obstacle {
            return add(problem: "\(workload.name): \(obstacle)")
        }
        do {
            try await workload.run(self)
        } catch {
            add(problem: "\(workload.name): \(error)")
        }
    }

    /// Gives `body` a server: a new one, or the one that runs.
    ///
    /// - Parameter role: how the binary is started.
    nonisolated func withServer<Result: Sendable>(
        _ role: [String] = ["apiserver"], _ body: @Sendable (ServerUnderTest) async throws -> Result
    ) async throws -> Result {
        switch target {
        case .running(let endpoint, let processes):
            let server = ServerUnderTest(endpoint, ProcessFacts(pids: processes), generator)
            do {
                let result = try await body(server)
                await server.cleanUp()
                return result
            } catch {
                await server.cleanUp()
                throw error
            }
        case .binary(let path):
            let directory = try TemporaryDirectory()
            defer { directory.remove() }
            return try await withLaunched(path, role, directory, body)
        }
    }

    /// Starts the binary with the data of a directory, and ends it.
    nonisolated func withLaunched<Result: Sendable>(
        _ path: String, _ role: [String], _ directory: TemporaryDirectory,
        _ body: @Sendable (ServerUnderTest) async throws -> Result
    ) async throws -> Result {
        let launched = try LaunchedProcess(path, role, directory)
        do {
            let endpoint = try Endpoint(host: "127.0.0.1", port: launched.port, token: LaunchedProcess.token)
            let server = ServerUnderTest(endpoint, ProcessFacts(pids: [launched.pid]), generator)
            server.secondsToReady = try await launched.waitUntilReady(server.session)
            let result = try await body(server)
            await server.session.close()
            launched.end()
            return result
        } catch {
            let hasEnded = !launched.isRunning
            launched.end()
            throw hasEnded ? LoadError.notReady("the server ended: \(launched.logTail) (\(error))") : error
        }
    }

    /// The binary, for workloads that start it themselves.
    nonisolated var binary: String {
        get throws {
            guard case .binary(let path) = target else { throw LoadError.notReady("no binary to start") }
            return path
        }
    }
}

extension Workload.Need: Equatable {}
