// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Client
import KubernetesAPI
import Synchronization
import Wire

/// An API server in memory, with as much of its behaviour as unit tests of controllers need: resource versions, conflicts,
/// watches, `status`, `generateName`, finalizers, deletion timestamps, bindings, evictions and scales. It checks no rule of any kind and
/// gives no defaults but a pod's phase.
public final class FakeCluster: Transport {
    /// How it departs from a real API server.
    public struct Options: Sendable {
        /// Whether a pod on a node stays with a deletion timestamp until it is deleted without grace, as where there is a kubelet.
        public var boundPodsStayWhileTerminating = false
        /// Whether `update` leaves the status alone.
        public var separatesStatus = true

        public init() {}
    }

    public typealias Reaction = @Sendable (TransportRequest) -> TransportResponse?

    let state: Mutex<FakeClusterState>
    let reactions = Mutex<[Reaction]>([])
    let log = Mutex<[TransportRequest]>([])
    let waiters = FakeWaiters()
    let timekeeper: Timekeeper

    /// - Parameter timekeeper: for creation and deletion timestamps.
    public init(options: Options = Options(), timekeeper: Timekeeper = Timekeeper()) {
        self.timekeeper = timekeeper
        var state = FakeClusterState()
        state.options = options
        self.state = Mutex(state)
    }

    /// A client of this cluster.
    public var client: KubernetesClient { KubernetesClient(transport: self, userAgent: "test") }

    /// Calls `reaction` with every later request first; where it gives an answer, that is it.
    public func react(_ reaction: @escaping Reaction) { reactions.withLock { $0.append(reaction) } }

    /// All requests so far but reads.
    public var writes: [TransportRequest] { log.withLock { $0.filter { $0.method != .get } } }

    /// All requests so far.
    public var requests: [TransportRequest] { log.withLock { $0 } }

    /// The revision of the last write.
    public var revision: UInt64 { state.withLock { $0.revision } }

    public func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
        if Task.isCancelled { throw TransportError(.cancelled, "cancelled") }
        log.withLock { $0.append(request) }
        let response: TransportResponse
        if let answer = reaction(to: request) {
            response = answer
        } else {
            do {
                response = try respond(to: request)
            } catch {
                response = error.response
            }
        }
        waiters.check()
        return response
    }

    public func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
        log.withLock { $0.append(request) }
        if let answer = reaction(to: request) {
            return TransportStream(status: answer.status, headers: answer.headers, body: ByteChunks(whole: answer.body))
        }
        do {
            return TransportStream(status: 200, body: ByteChunks(try watch(request)))
        } catch {
            return TransportStream(status: error.status, body: ByteChunks(whole: error.json.bytes()))
        }
    }

    /// Each reaction is asked once: it may count.
    private func reaction(to request: TransportRequest) -> TransportResponse? {
        for reaction in reactions.withLock({ $0 }) {
            if let answer = reaction(request) { return answer }
        }
        return nil
    }

    private func watch(_ request: TransportRequest) throws(FakeFailure) -> AsyncStream<[UInt8]> {
        guard let path = FakePath(request.path) else { throw .badRequest("no such path: \(request.path)") }
        let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        var namespace = path.namespace
        var selector = Self.selector(request)
        if !path.name.isEmpty { selector = FakeSelector(labels: "", fields: "metadata.name=\(path.name)") }
        if !path.resource.isNamespaced { namespace = "" }
        let watcher = FakeClusterState.Watcher(
            collection: path.collection, namespace: namespace, selector: selector, continuation: continuation)
        let version = request.parameter("resourceVersion") ?? ""
        let outcome = state.withLock { state -> Result<Int, FakeFailure> in
            do throws(FakeFailure) {
                return .success(try state.watch(path, watcher, after: version))
            } catch {
                return .failure(error)
            }
        }
        let id = try outcome.get()
        // Events are sent under the lock, and a task that is being cancelled is locked itself while this runs: whoever waited here could
        // wait for one who waits for the task. A watcher that stays is told nothing any more, since its stream has ended.
        continuation.onTermination = { _ in _ = self.state.withLockIfAvailable { $0.watchers[id] = nil } }
        waiters.check()
        return stream
    }

    static func selector(_ request: TransportRequest) -> FakeSelector {
        FakeSelector(
            labels: request.parameter("labelSelector") ?? "", fields: request.parameter("fieldSelector") ?? "")
    }
}
