// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Kubelet
import Testing

struct FakeContainerRuntimeTests {
    private let sandboxConfig = CRI.PodSandboxConfig(metadata: .init(name: "web", uid: "u1", namespace: "default"))

    @Test("a container that a test ends is exited, and an event says so")
    func exit() async throws {
        let runtime = FakeContainerRuntime()
        var events = try await runtime.containerEvents().makeAsyncIterator()
        let sandbox = try await runtime.runPodSandbox(sandboxConfig)
        let id = try await runtime.createContainer(
            .init(metadata: .init(name: "main"), image: "app"), in: sandbox, sandbox: sandboxConfig)
        try await runtime.startContainer(id)
        await runtime.exitContainer(id, code: 3)
        let status = try await runtime.containerStatus(id)
        #expect(status.state == .exited && status.exitCode == 3 && status.reason == "Error")
        var kinds: [CRI.ContainerEvent.Kind] = []
        while kinds.last != .stopped, let event = try await events.next() { kinds.append(event.kind) }
        #expect(kinds == [.created, .started, .created, .started, .stopped])
    }

    @Test("a failure asked for is thrown once")
    func failure() async throws {
        let runtime = FakeContainerRuntime()
        await runtime.failNext("RunPodSandbox", with: RuntimeError(.unavailable, "busy"))
        await #expect(throws: RuntimeError(.unavailable, "busy")) { try await runtime.runPodSandbox(sandboxConfig) }
        let id = try await runtime.runPodSandbox(sandboxConfig)
        #expect(await runtime.calls == ["RunPodSandbox web", "RunPodSandbox web"])
        #expect(try await runtime.podSandboxStatus(id).ips.count == 1)
    }
}
