// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import ClientTestKit
import KubernetesAPI
import Logging
import Synchronization
import Wire

@testable import Kubelet

/// A kubelet with a runtime, an API and probes in memory.
final class KubeletHarness: Sendable {
    let cluster: FakeCluster
    let runtime = FakeContainerRuntime()
    let prober = FakeProber()
    let directory: TemporaryDirectory
    let kubelet: Kubelet

    init(staticPodPath: String? = nil) throws {
        var options = FakeCluster.Options()
        options.boundPodsStayWhileTerminating = true
        cluster = FakeCluster(options: options)
        directory = try TemporaryDirectory()
        var configuration = KubeletConfiguration(nodeName: "node-1", rootDirectory: directory.path + "/kubelet")
        configuration.podLogsDirectory = directory.path + "/logs"
        configuration.nodeIPs = ["192.0.2.1"]
        configuration.staticPodPath = staticPodPath
        let prober = prober
        kubelet = Kubelet(
            configuration: configuration, client: KubernetesClient(transport: StrategicTransport(cluster: cluster)),
            runtime: runtime, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            timekeeper: Timekeeper(),
            mounter: FakeMounter(), makeProber: { prober })
    }

    /// Runs the kubelet beside `body`.
    func run(_ body: @Sendable @escaping (KubeletHarness) async throws -> Void) async throws {
        await runtime.addImage("web:1")
        await runtime.setTime(nanoseconds: Time.now().seconds * 1_000_000_000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.kubelet.run() }
            try await body(self)
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    func add(_ pod: Pod) throws { _ = try cluster.add(pod) }

    var pod: Pod? { cluster.get(Pod.self, namespace: "default", name: "web") }

    /// Waits until the pod in the API is as wanted.
    @discardableResult
    func waitForPod(_ condition: @escaping @Sendable (Pod) -> Bool) async -> Pod? {
        await cluster.wait { cluster in
            cluster.get(Pod.self, namespace: "default", name: "web").map(condition) ?? false
        }
        return pod
    }

    func waitUntilGone() async {
        await cluster.wait { $0.get(Pod.self, namespace: "default", name: "web") == nil }
    }

    func waitForEvent(_ reason: String) async {
        await cluster.wait { $0.list(Event.self, namespace: "default").contains { $0.reason == reason } }
    }
}

extension Pod {
    func condition(_ type: String) -> String? { status.conditions.first { $0.type == type }?.status }
    var isReady: Bool { condition("Ready") == "True" }
}

/// Answers probes as told.
final class FakeProber: Prober {
    private let answers = Mutex<[String: ProbeFinding]>([:])
    private let called = Mutex<[String]>([])

    /// By container name; others succeed.
    func answer(_ container: String, _ finding: ProbeFinding) { answers.withLock { $0[container] = finding } }
    var hooks: [String] { called.withLock { $0 } }

    func probe(_ handler: ProbeHandler, _ target: ProbeTarget, timeout: Duration) async -> ProbeFinding {
        answers.withLock { $0[target.container.name] } ?? .success()
    }

    func call(_ handler: LifecycleHandler, _ target: ProbeTarget, timeout: Duration) async -> ProbeFinding {
        called.withLock { $0.append(target.container.name) }
        if handler.exec?.command == ["hang"] {
            // until it is cancelled
            do { try await Task.sleep(for: timeout) } catch { return .failure("cut short") }
        }
        return .success()
    }
}

/// Turns the kubelet's strategic merge patches of pod statuses into merge patches, which the fake cluster knows.
struct StrategicTransport: Transport {
    let cluster: FakeCluster

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
        guard request.header("content-type") == "application/strategic-merge-patch+json" else {
            return try await cluster.send(request)
        }
        var request = request
        request.headers = [("content-type", "application/merge-patch+json")]
        let path = request.path.hasSuffix("/status") ? String(request.path.dropLast("/status".count)) : request.path
        let current = try await cluster.send(TransportRequest(.get, path))
        let before = try? JSONValue.parse(current.body)
        guard var patch = try? JSONValue.parse(request.body) else { return try await cluster.send(request) }
        if var status = patch["status"] {
            for key in ["podIPs", "hostIPs"] {
                if let list = status[key]?.arrayValue { status[key] = .array(list.filter { $0["$patch"] == nil }) }
            }
            if let changed = status["conditions"]?.arrayValue {
                let types = Set(changed.compactMap { $0["type"]?.stringValue })
                let kept = (before?.at("status", "conditions")?.arrayValue ?? []).filter {
                    !types.contains($0["type"]?.stringValue ?? "")
                }
                status["conditions"] = .array(kept + changed)
            }
            patch["status"] = status
        }
        request.body = patch.bytes()
        return try await cluster.send(request)
    }

    func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
        try await cluster.stream(request)
    }
}
