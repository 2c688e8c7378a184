// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import Logging
internal import SwiftProtobuf

extension CRIClient {
    public func containerEvents() async throws(RuntimeError) -> AsyncThrowingStream<CRI.ContainerEvent, any Error> {
        let name = try await version().runtimeName
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: CRI.ContainerEvent.self)
        // Nobody awaits this task: it ends with the stream, which cancels it as soon as its reader goes away.
        let reader = Task {
            do {
                if name == "containerd" {
                    try await self.readContainerdEvents { continuation.yield($0) }
                } else {
                    try await self.readRuntimeEvents { continuation.yield($0) }
                }
                continuation.finish(throwing: RuntimeError(.unavailable, "the runtime closed the stream of events"))
            } catch {
                continuation.finish(throwing: error)
            }
        }
        continuation.onTermination = { _ in reader.cancel() }
        return stream
    }

    private func readRuntimeEvents(
        _ yield: @escaping @Sendable (CRI.ContainerEvent) -> Void
    ) async throws(RuntimeError) {
        try await subscribe(.runtime, "GetContainerEvents", Runtime_V1_GetEventsRequest()) {
            (event: Runtime_V1_ContainerEventResponse) in
            guard let kind = CRI.ContainerEvent.Kind(event.containerEventType) else { return }
            yield(
                CRI.ContainerEvent(
                    kind, containerID: event.containerID,
                    podSandboxID: event.hasPodSandboxStatus ? event.podSandboxStatus.id : nil,
                    createdAt: event.createdAt))
        }
    }

    /// containerd has GetContainerEvents from 1.7 on, but has always had a stream of its own on the same socket.
    private func readContainerdEvents(
        _ yield: @escaping @Sendable (CRI.ContainerEvent) -> Void
    ) async throws(RuntimeError) {
        var request = Containerd_Services_Events_V1_SubscribeRequest()
        request.filters = ContainerdEvent.topics.map { "namespace==k8s.io,topic==\"\($0)\"" }
        try await subscribe(.containerdEvents, "Subscribe", request) {
            (envelope: Containerd_Services_Events_V1_Envelope) in
            guard let event = ContainerdEvent(envelope) else { return }
            let sandbox = event.kind == .deleted ? nil : await self.waitUntilSeen(event)
            yield(
                CRI.ContainerEvent(
                    event.kind, containerID: event.containerID, podSandboxID: sandbox, createdAt: event.createdAt))
        }
    }

    /// Waits until CRI tells of a container what containerd's event told: its CRI plugin hears the same event, and may be
    /// some milliseconds behind. Gives up after a second.
    ///
    /// - Returns: the ID of the container's sandbox, which is the container's own for a sandbox.
    private func waitUntilSeen(_ event: ContainerdEvent) async -> String? {
        let stopped = event.kind == .stopped
        var sandboxID: String?
        for delay in [0, 2, 4, 8, 16, 32, 64, 128, 256, 512] {
            do {
                if delay > 0 { try await Task.sleep(for: .milliseconds(delay)) }
                if let container = try await listContainers(CRI.ContainerFilter(id: event.containerID)).first {
                    sandboxID = container.podSandboxID
                    if stopped ? container.state == .exited : container.state != .created { return sandboxID }
                } else if let sandbox = try await listPodSandboxes(CRI.PodSandboxFilter(id: event.containerID)).first {
                    sandboxID = sandbox.id
                    if (sandbox.state == .notReady) == stopped { return sandboxID }
                } else if stopped {
                    return nil
                }
            } catch {
                log.debug(
                    "cannot look at a container that had an event",
                    metadata: ["container": "\(event.containerID)", "error": "\(error)"])
                return sandboxID
            }
        }
        return sandboxID
    }
}

/// What matters of an event of containerd.
struct ContainerdEvent: Equatable {
    var kind: CRI.ContainerEvent.Kind
    var containerID: String
    /// Nanoseconds since 1970.
    var createdAt: Int64

    /// The topics that are understood.
    static let topics = ["/tasks/start", "/tasks/exit", "/containers/delete"]

    /// Nil for events of other topics, for the end of processes that are not a container's own, and for broken ones.
    init?(_ envelope: Containerd_Services_Events_V1_Envelope) {
        let body = envelope.event.value
        do {
            switch envelope.topic {
            case "/tasks/start":
                kind = .started
                containerID = try Containerd_Services_Events_V1_TaskEvent(serializedBytes: body).containerID
            case "/tasks/exit":
                let exit = try Containerd_Services_Events_V1_TaskExit(serializedBytes: body)
                guard exit.id == exit.containerID else { return nil }
                kind = .stopped
                containerID = exit.containerID
            case "/containers/delete":
                kind = .deleted
                containerID = try Containerd_Services_Events_V1_TaskEvent(serializedBytes: body).containerID
            default:
                return nil
            }
        } catch {
            return nil
        }
        let (nanoseconds, overflow) = envelope.timestamp.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        createdAt = overflow ? 0 : nanoseconds &+ Int64(envelope.timestamp.nanos)
    }
}

extension CRI.ContainerEvent.Kind {
    init?(_ type: Runtime_V1_ContainerEventType) {
        switch type {
        case .containerCreatedEvent: self = .created
        case .containerStartedEvent: self = .started
        case .containerStoppedEvent: self = .stopped
        case .containerDeletedEvent: self = .deleted
        case .UNRECOGNIZED: return nil
        }
    }
}
