// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
public import Logging
import Synchronization
import Wire

/// Tells users what happened to an object, as `Event` objects. Recording never waits and never fails: events that cannot be sent
/// are dropped.
///
/// - SeeAlso: `k8s.io/client-go/tools/record`.
public final class EventRecorder: Sendable {
    /// The `type` of an event.
    public enum Kind: String, Sendable, Hashable {
        case normal = "Normal"
        case warning = "Warning"
    }

    private let client: KubernetesClient
    private let component: String
    private let host: String
    private let logger: Logger
    private let timekeeper: Timekeeper
    private let pending: AsyncStream<Event>
    private let continuation: AsyncStream<Event>.Continuation
    private let lastStamp = Mutex<UInt64>(0)

    /// How many events wait at most; more are dropped.
    private static let backlog = 1000
    private static let tries = 12
    private static let retryPeriod = Duration.seconds(10)

    /// - Parameters:
    ///   - component: who tells, for example `default-scheduler`.
    ///   - host: on which node; empty for none.
    public init(
        client: KubernetesClient, component: String, host: String = "", logger: Logger,
        timekeeper: Timekeeper = Timekeeper()
    ) {
        self.client = client
        self.component = component
        self.host = host
        self.logger = logger
        self.timekeeper = timekeeper
        (pending, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.backlog))
    }

    /// Records an event about an object.
    ///
    /// - Parameter reason: one word in upper camel case, for example `Scheduled`.
    public func record(_ kind: Kind, reason: String, message: String, about object: some KubernetesObject) {
        record(kind, reason: reason, message: message, about: ObjectReference(to: object))
    }

    /// Records an event about the object of a reference.
    public func record(_ kind: Kind, reason: String, message: String, about reference: ObjectReference) {
        let now = timekeeper.time
        let stamp = uniqueStamp()
        continuation.yield(
            Event {
                $0.metadata.namespace = reference.namespace.isEmpty ? "default" : reference.namespace
                $0.metadata.name = "\(reference.name).\(String(stamp, radix: 16))"
                $0.involvedObject = reference
                $0.reason = reason
                $0.message = message
                $0.type = kind.rawValue
                $0.source.component = component
                $0.source.host = host
                $0.reportingComponent = component
                $0.reportingInstance = host
                $0.firstTimestamp = now
                $0.lastTimestamp = now
                $0.count = 1
            })
    }

    /// Sends what is recorded, until the task is cancelled. To be called once.
    public func run() async {
        var correlator = EventCorrelator()
        for await event in pending {
            switch correlator.correlate(event, now: timekeeper.elapsed) {
            case .drop: continue
            case .create(let event): await send(event, isNew: true, &correlator)
            case .update(let event): await send(event, isNew: false, &correlator)
            }
        }
    }

    private func send(_ event: Event, isNew: Bool, _ correlator: inout EventCorrelator) async {
        var isNew = isNew
        for _ in 0..<Self.tries {
            do {
                if isNew { _ = try await client.create(event) } else { try await countUp(event) }
                return correlator.remember(event)
            } catch  where error.isNotFound && !isNew {
                isNew = true
            } catch {
                guard error.isRetryable else { return refused(event, error) }
                do { try await timekeeper.sleep(for: Self.retryPeriod) } catch { return }
            }
        }
    }

    private func countUp(_ event: Event) async throws(ClientError) {
        let patch: JSONValue = [
            "count": .int(event.count), "message": .string(event.message),
            "lastTimestamp": .string(event.lastTimestamp.text),
        ]
        _ = try await client.patch(
            Event.self, namespace: event.metadata.namespace, name: event.metadata.name, .merge(patch.bytes()))
    }

    private func refused(_ event: Event, _ error: ClientError) {
        if error.isNamespaceTerminating || error.code == .cancelled { return }
        logger.warning(
            "an event was refused",
            metadata: ["object": "\(event.involvedObject.name)", "reason": "\(event.reason)", "error": "\(error)"])
    }

    /// Nanoseconds since 1970, made larger where needed, so that no two events of this recorder have the same name.
    private func uniqueStamp() -> UInt64 {
        let time = timekeeper.microTime
        let nanoseconds = UInt64(clamping: time.seconds) &* 1_000_000_000 &+ UInt64(clamping: time.nanos)
        return lastStamp.withLock { last in
            last = max(nanoseconds, last &+ 1)
            return last
        }
    }
}

extension ObjectReference {
    /// A reference to an object, with its UID and resource version.
    public init<T: KubernetesObject>(to object: T) {
        self.init {
            $0.apiVersion = T.apiVersion
            $0.kind = T.kind
            $0.namespace = object.metadata.namespace
            $0.name = object.metadata.name
            $0.uid = object.metadata.uid
            $0.resourceVersion = object.metadata.resourceVersion
        }
    }
}
