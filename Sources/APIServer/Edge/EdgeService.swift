// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import NIOCore
import Synchronization

/// A request as it came off the wire: nothing of Kubernetes yet.
package struct EdgeRequest: Sendable {
    /// As sent.
    package var method: String
    /// The target of the request line, not decoded.
    package var target: String
    /// Fields in the order sent; names in lower case.
    package var headers: [(name: String, value: String)]
    /// The whole body.
    package var body: [UInt8]
    /// Who is at the other end of the connection.
    package var peer: PeerConnection
    /// Whether the connection can be taken over (HTTP/1.1 only).
    package var canUpgrade: Bool

    package init(
        method: String, target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        peer: PeerConnection, canUpgrade: Bool = false
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.peer = peer
        self.canUpgrade = canUpgrade
    }

    /// The first value of a field (name in lower case).
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// The other end of a connection, and what was found out about it once for all of its requests.
package final class PeerConnection: Sendable {
    /// The remote address without port.
    package let remoteAddress: String
    /// The event loop that owns the connection.
    package let eventLoop: any EventLoop
    private let state = Mutex(State())

    private struct State {
        var certificates: [[UInt8]] = []
        var identity: ClientIdentity?
    }

    package init(remoteAddress: String, eventLoop: any EventLoop) {
        self.remoteAddress = remoteAddress
        self.eventLoop = eventLoop
    }

    /// The DER certificates that the client presented, its own first; not verified. Empty where it presented none.
    package var certificates: [[UInt8]] {
        get { state.withLock { $0.certificates } }
        set { state.withLock { $0.certificates = newValue } }
    }

    /// What the certificates prove, once that was asked.
    package var identity: ClientIdentity? {
        get { state.withLock { $0.identity } }
        set { state.withLock { $0.identity = newValue } }
    }
}

/// What the certificates of a connection prove about the client.
package enum ClientIdentity: Sendable, Equatable {
    /// No certificate was presented.
    case none
    /// A certificate of the cluster's authority.
    case user(RequestUser)
    /// A certificate that proves nothing, and why.
    case rejected(String)
}

/// An answer at the edge: the plain kind, or a connection to be taken over.
package enum EdgeResponse: Sendable {
    case answer(APIResponse)
    case upgrade(EdgeUpgrade)
}

/// The switch of a connection to another protocol.
package struct EdgeUpgrade: Sendable {
    /// The fields of the 101 answer, `Upgrade` and `Connection` among them.
    package var headers: [(name: String, value: String)]
    /// Called on the connection's event loop once the 101 answer is written and HTTP is out of the pipeline; adds the
    /// handlers that speak the new protocol. Bytes that came early are read by them.
    package var takeOver: @Sendable (any Channel) throws -> Void
    /// Called instead of ``takeOver`` where the client has gone before.
    package var cancel: @Sendable () -> Void

    package init(
        headers: [(name: String, value: String)], takeOver: @escaping @Sendable (any Channel) throws -> Void,
        cancel: @escaping @Sendable () -> Void
    ) {
        self.headers = headers
        self.takeOver = takeOver
        self.cancel = cancel
    }
}

/// What stands behind the listeners.
package protocol EdgeService: Sendable {
    /// Answers one request. Runs on the connection's event loop: it must not block. Its task is cancelled when the client
    /// goes, and for long-running requests when the server stops.
    func respond(to request: EdgeRequest) async -> EdgeResponse

    /// How long the answer to a request may take, the sending of it included; nil for as long as it likes. Asked once, and
    /// only about requests that take more than a moment.
    func timeLimit(of request: EdgeRequest) -> Duration?
}
