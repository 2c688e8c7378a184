// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc
import Logging
import Testing

@testable import Kubelet

@Suite(.enabled(if: ScratchContainerd.isPossible("ContainerdSupervisorTests")), .serialized)
struct ContainerdSupervisorTests {
    private static func containerdPid(_ paths: ContainerdPaths) -> Int32? {
        HostFile.readText(paths.pidFile).flatMap { ProcessIdentity(text: $0) }?.pid
    }

    private static func start(_ scratch: ScratchContainerd) async throws -> String {
        let config = scratch.sandboxConfig("stays")
        let sandbox = try await scratch.runtime.runPodSandbox(config)
        return try await scratch.startContainer("main", in: sandbox, config, script: "while true; do sleep 1; done")
    }

    @Test("containerd is started again when it dies, and containers do not notice", .timeLimit(.minutes(2)))
    func death() async throws {
        try await ScratchContainerd.with { scratch in
            let id = try await Self.start(scratch)
            let before = try await scratch.runtime.containerStatus(id)
            var events = try await scratch.runtime.containerEvents().makeAsyncIterator()
            let pid = try #require(Self.containerdPid(scratch.paths))
            kill(pid, SIGKILL)
            let lost = await #expect(throws: RuntimeError.self) { () async throws in
                while try await events.next() != nil {}
            }
            #expect(lost?.isRetryable == true)
            while Self.containerdPid(scratch.paths) == pid { try await Task.sleep(for: .milliseconds(10)) }
            var after: CRI.ContainerStatus?
            while after == nil {
                do { after = try await scratch.runtime.containerStatus(id) } catch {
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            #expect(after == before)
        }
    }

    @Test("a later martlet adopts the containerd that an earlier one left", .timeLimit(.minutes(2)))
    func adoption() async throws {
        try await ScratchContainerd.with { scratch in
            let id = try await Self.start(scratch)
            let pid = try #require(Self.containerdPid(scratch.paths))
            // A second supervisor beside the first finds what it would find had the first been killed.
            try await ScratchContainerd.run(
                scratch.paths, Logger(label: "second", factory: { _ in SwiftLogNoOpLogHandler() })
            ) { second in
                #expect(Self.containerdPid(second.paths) == pid)
                let status = try await second.runtime.containerStatus(id)
                #expect(status.state == .running)
            }
        }
    }

    @Test("containers outlive an orderly stop, and clean-up ends them", .timeLimit(.minutes(2)))
    func stop() async throws {
        try await ScratchContainerd.with { scratch in
            let quiet = Logger(label: "quiet", factory: { _ in SwiftLogNoOpLogHandler() })
            let other = ContainerdPaths(dataDirectory: scratch.paths.base + "/x")
            try await ScratchContainerd.run(other, quiet) { _ = try await Self.start($0) }
            #expect(Self.containerdPid(other) == nil && !UnixSocket.accepts(other.socket))
            try await ScratchContainerd.run(other, quiet) { scratch in
                let containers = try await scratch.runtime.listContainers(.init(state: .running))
                #expect(containers.count == 1)
            }
            await ContainerdCleanup(paths: other, logger: quiet).run()
            let mounts = HostFile.readText("/proc/self/mountinfo") ?? ""
            #expect(ContainerdCleanup.mountPoints(mounts, below: other.agent).isEmpty)
        }
    }
}
