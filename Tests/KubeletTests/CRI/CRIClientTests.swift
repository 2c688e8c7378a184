// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc
import Testing

@testable import Kubelet

@Suite(.enabled(if: ScratchContainerd.isPossible("CRIClientTests")), .serialized)
struct CRIClientTests {
    @Test("many calls in a short time leave the connection and what goes over it alone")
    func manyCalls() async throws {
        try await ScratchContainerd.with { scratch in
            let runtime = scratch.runtime
            let sandbox = try await runtime.runPodSandbox(scratch.sandboxConfig("many"))
            for _ in 0..<500 { _ = try await runtime.podSandboxStatus(sandbox) }
            try await runtime.stopPodSandbox(sandbox)
            try await runtime.removePodSandbox(sandbox)
        }
    }

    @Test("a pod runs, is looked at, executes, ends and is removed", .timeLimit(.minutes(2)))
    func life() async throws {
        try await ScratchContainerd.with { scratch in
            let runtime = scratch.runtime
            #expect(try await runtime.version().runtimeName == "containerd")
            #expect(try await runtime.status().runtimeProblem == nil)
            _ = try await runtime.cgroupDriver()
            var events = try await runtime.containerEvents().makeAsyncIterator()

            let config = scratch.sandboxConfig("life")
            let sandbox = try await runtime.runPodSandbox(config)
            let status = try await runtime.podSandboxStatus(sandbox)
            #expect(status.sandbox.state == .ready && status.sandbox.metadata == config.metadata)
            #expect(status.namespaces.network == .node && status.sandbox.labels == ["app": "life"])
            #expect(
                try await runtime.listPodSandboxes(.init(state: .ready, labels: ["app": "life"])).map(\.id) == [sandbox]
            )
            #expect(try await runtime.listPodSandboxes(.init(labels: ["app": "other"])).isEmpty)

            let id = try await scratch.startContainer(
                "main", in: sandbox, config, script: "echo $GREETING; trap 'exit 3' TERM; while true; do sleep 1; done")
            #expect(try await runtime.containerStatus(id).state == .running)
            #expect(try await runtime.listContainers(.init(state: .running, podSandboxID: sandbox)).map(\.id) == [id])
            let result = try await runtime.execSync(
                id, command: ["sh", "-c", "echo out; echo err >&2; exit 7"], timeout: .seconds(10))
            #expect(result == .init(stdout: Array("out\n".utf8), stderr: Array("err\n".utf8), exitCode: 7))
            let late = await #expect(throws: RuntimeError.self) {
                try await runtime.execSync(id, command: ["sleep", "60"], timeout: .seconds(1))
            }
            #expect(late?.code == .deadlineExceeded)
            #expect(try await runtime.containerStats(id).id == id)
            #expect(try await runtime.listContainerStats(.init(podSandboxID: sandbox)).map(\.id) == [id])

            try await runtime.stopContainer(id, timeout: .seconds(20))
            let ended = try await runtime.containerStatus(id)
            #expect(ended.state == .exited && ended.exitCode == 3 && ended.reason == "Error")
            let log = try #require(HostFile.readText(ended.logPath))
            #expect(log.hasSuffix(" stdout F hello\n"))

            var seen: [CRI.ContainerEvent.Kind] = []
            while seen.last != .stopped, let event = try await events.next() {
                guard event.containerID == id else { continue }
                #expect(event.podSandboxID == sandbox)
                seen.append(event.kind)
            }
            #expect(seen == [.started, .stopped])
            try await runtime.stopPodSandbox(sandbox)
            try await runtime.removePodSandbox(sandbox)
            try await runtime.removePodSandbox(sandbox)
            let gone = await #expect(throws: RuntimeError.self) { try await runtime.containerStatus(id) }
            #expect(gone?.code == .notFound)
        }
    }

    @Test("images: the sandbox image is there, a missing one is nil")
    func images() async throws {
        try await ScratchContainerd.with { scratch in
            let runtime = scratch.runtime
            #expect(try await runtime.imageStatus("martlet.local/missing:1") == nil)
            let pause = try #require(try await runtime.imageStatus(PauseImage.name))
            #expect(pause.repoTags == [PauseImage.name] && pause.uid == 65535)
            #expect(
                Set(try await runtime.listImages().flatMap(\.repoTags)) == [PauseImage.name, ScratchContainerd.image])
            try await runtime.removeImage(ScratchContainerd.image)
            #expect(try await runtime.imageStatus(ScratchContainerd.image) == nil)
            #expect(try await runtime.imageFilesystems().count == 1)
        }
    }
}
