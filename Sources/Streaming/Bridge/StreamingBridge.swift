// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import NIOCore
public import NIOHTTP1

/// What a client asks a kubelet to open a streaming session for.
public enum StreamingSession: Sendable, Equatable {
    case remoteCommand(StreamSelection)
    /// - Parameter ports: those of the request's query; only clients that speak a channel protocol name them there.
    case portForward(ports: [UInt16])
}

/// A streaming session that is open on the runtime's side and waits for the client's connection.
///
/// To be used by an HTTP/1.1 server: ask with ``StreamingBridge/open(_:session:url:on:)``, then
/// ``takeOver(_:encoder:removing:)``. From there on the session runs by itself, until either side hangs up, and closes the
/// connection.
public struct StreamingBridge: Sendable {
    /// The headers of the answer to the client.
    let responseHeaders: HTTPHeaders
    private let runtime: any Channel
    private let translation: Translation

    /// How client and runtime understand each other.
    enum Translation: Sendable, Equatable {
        /// SPDY on both sides.
        case spdy
        /// SPDY within WebSocket messages on the client's side.
        case tunnel
        case remoteCommand(StreamSelection, ChannelProtocol)
        case portForward([UInt16], ChannelProtocol)
    }

    /// The subprotocol of KEP-4006's tunnel.
    static let tunnelProtocol = "SPDY/3.1+portforward.k8s.io"

    /// Whether a request asks for a streaming session at all: for SPDY/3.1 or a WebSocket.
    public static func isUpgrade(_ request: HTTPHeaders) -> Bool {
        !upgrades(request).isDisjoint(with: ["spdy/3.1", "websocket"])
    }

    /// Opens the session at the runtime.
    ///
    /// - Parameters:
    ///   - request: the headers of the client's request.
    ///   - session: what the client asks for; it must be what the runtime's URL was made for.
    ///   - url: what ``ContainerRuntime/exec(_:)`` and its like returned; it is used up.
    ///   - eventLoop: that of the client's connection.
    /// - Returns: a bridge, which must take over a connection or be cancelled; fails with ``StreamingError``.
    public static func open(
        _ request: HTTPHeaders, session: StreamingSession, url: String, on eventLoop: any EventLoop
    ) -> EventLoopFuture<StreamingBridge> {
        do {
            let (headers, translation) = try negotiate(request, session)
            var protocols = ["v4.channel.k8s.io"]
            switch translation {
            case .spdy: protocols = request[canonicalForm: "x-stream-protocol-version"].map(String.init)
            case .tunnel, .portForward: protocols = ["portforward.k8s.io"]
            case .remoteCommand: break
            }
            guard protocols.allSatisfy({ name in name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } }) else {
                throw StreamingError(.badRequest, "X-Stream-Protocol-Version is not valid")
            }
            return RuntimeUpgradeHandler.connect(to: try RuntimeURL(url), protocols: protocols, on: eventLoop).map {
                channel, answer in
                var headers = headers
                if translation == .spdy, let chosen = answer.first(name: "x-stream-protocol-version") {
                    headers.add(name: "X-Stream-Protocol-Version", value: chosen)
                }
                return StreamingBridge(responseHeaders: headers, runtime: channel, translation: translation)
            }
        } catch {
            return eventLoop.makeFailedFuture(error)
        }
    }

    /// Answers the client with `101 Switching Protocols`, takes HTTP out of its connection, and joins it to the session.
    ///
    /// - Parameters:
    ///   - client: the connection, of the event loop that the session was opened for.
    ///   - encoder: the name of the pipeline's `HTTPResponseEncoder`.
    ///   - handlers: the names of all other handlers that speak HTTP, the request decoder (which must forward the bytes that
    ///     it has not used) last.
    /// - Returns: done when the session runs; where it fails, the session is given up.
    public func takeOver(_ client: any Channel, encoder: String, removing handlers: [String]) -> EventLoopFuture<Void> {
        guard client.eventLoop === runtime.eventLoop else {
            cancel()
            return client.eventLoop.makeFailedFuture(
                StreamingError(.unavailable, "the session belongs to another event loop"))
        }
        return client.eventLoop.flatSubmit {
            let head = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: responseHeaders)
            client.write(HTTPServerResponsePart.head(head), promise: nil)
            client.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
            // The encoder goes before the session's handlers may write, the decoder after they can read what it gives back.
            var step = client.pipeline.removeHandler(name: encoder).flatMapThrowing { try joinPipelines(client) }
            for handler in handlers { step = step.flatMap { client.pipeline.removeHandler(name: handler) } }
            return step.flatMap {
                do {
                    let upgrade = try runtime.pipeline.syncOperations.context(handlerType: RuntimeUpgradeHandler.self)
                    return runtime.pipeline.syncOperations.removeHandler(context: upgrade)
                } catch {
                    return client.eventLoop.makeFailedFuture(error)
                }
            }
            .flatMapErrorThrowing { error in
                cancel()
                throw error
            }
        }
    }

    /// Gives the session up without a client.
    public func cancel() { runtime.close(promise: nil) }

    /// On the event loop.
    private func joinPipelines(_ client: any Channel) throws {
        let relay = StreamRelay(makeTranslator())
        let ends = relay.makeEnds()
        if let sendsText {
            try client.pipeline.syncOperations.addHandlers(
                WebSocketMessageHandler.codec() + [WebSocketMessageHandler(sendsText: sendsText), ends.client])
        } else {
            try client.pipeline.syncOperations.addHandler(ends.client)
        }
        try runtime.pipeline.syncOperations.addHandler(ends.runtime)
        relay.start()
        relay.flush(from: .client)
        // Whoever hung up in the meantime has not been heard by the relay.
        if !client.isActive { relay.ended(.client) }
        if !runtime.isActive { relay.ended(.runtime) }
    }

    private func makeTranslator() -> any StreamTranslator {
        switch translation {
        case .spdy, .tunnel: PlainTranslator()
        case .remoteCommand(let selection, let channels): RemoteCommandTranslator(selection, channels)
        case .portForward(let ports, let channels): PortForwardTranslator(ports, channels)
        }
    }

    /// Whether the client's WebSocket gets text messages; nil where it is none.
    private var sendsText: Bool? {
        switch translation {
        case .spdy: nil
        case .tunnel: false
        case .remoteCommand(_, let channels), .portForward(_, let channels): channels.isBase64
        }
    }

    // MARK: negotiation

    /// - Returns: the headers of the 101 answer as far as the client's request determines them.
    static func negotiate(
        _ request: HTTPHeaders, _ session: StreamingSession
    ) throws(StreamingError) -> (HTTPHeaders, Translation) {
        let wanted = upgrades(request)
        if wanted.contains("spdy/3.1") {
            return (HTTPHeaders([("Connection", "Upgrade"), ("Upgrade", "SPDY/3.1")]), .spdy)
        }
        guard wanted.contains("websocket") else {
            throw StreamingError(.badRequest, "unable to upgrade: the request must ask for SPDY/3.1 or websocket")
        }
        switch session {
        case .remoteCommand(let selection):
            let (headers, name) = try WebSocketHandshake.answer(
                request, supported: ChannelProtocol.allCases.map(\.rawValue))
            return (headers, .remoteCommand(selection, name.flatMap(ChannelProtocol.init) ?? .v1))
        case .portForward(let ports):
            let channels = [ChannelProtocol.v4, .v4Base64]
            let (headers, name) = try WebSocketHandshake.answer(
                request, supported: [tunnelProtocol] + channels.map(\.rawValue))
            if name == tunnelProtocol { return (headers, .tunnel) }
            guard (1...100).contains(ports.count) else {
                throw StreamingError(.badRequest, "query parameter \"port\" is required, at most 100 times")
            }
            return (headers, .portForward(ports, name.flatMap(ChannelProtocol.init) ?? .v4))
        }
    }

    private static func upgrades(_ request: HTTPHeaders) -> Set<String> {
        guard request[canonicalForm: "connection"].contains(where: { $0.lowercased() == "upgrade" }) else { return [] }
        return Set(request[canonicalForm: "upgrade"].map { $0.lowercased() })
    }
}
