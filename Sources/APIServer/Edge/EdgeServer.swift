// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Logging
package import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import NIOSSL
import NIOTLS
import Synchronization

/// The HTTPS listeners of the API server: HTTP/2 and HTTP/1.1 by ALPN.
///
/// ``run()`` serves until its task is cancelled or ``beginShutdown()`` is called, and returns when every connection is closed.
package final class EdgeServer: Sendable {
    private enum Phase {
        case idle
        case listening([any Channel])
        case stopping
    }

    private struct State {
        var phase = Phase.idle
        var tls: NIOSSLContext
        var stopped: EventLoopPromise<Void>?
    }

    private let configuration: EdgeConfiguration
    private let service: any EdgeService
    private let group: any EventLoopGroup
    private let loops: [ObjectIdentifier: NIOLoopBoundBox<EdgeLoop>]
    private let logger: Logger
    private let state: Mutex<State>

    /// Makes the server; nothing is bound yet.
    ///
    /// - Parameters:
    ///   - service: answers the requests.
    ///   - tls: the certificate to show and the authorities whose client certificates are asked for.
    ///   - group: one loop serves many connections; `MultiThreadedEventLoopGroup(numberOfThreads:)` says how many.
    /// - Throws: ``EdgeError`` with `tls`.
    package init(
        configuration: EdgeConfiguration, service: any EdgeService, tls: ServingCertificate, group: any EventLoopGroup,
        logger: Logger
    ) throws(EdgeError) {
        self.configuration = configuration
        self.service = service
        self.group = group
        self.logger = logger
        state = Mutex(State(tls: try tls.context()))
        var loops: [ObjectIdentifier: NIOLoopBoundBox<EdgeLoop>] = [:]
        for eventLoop in group.makeIterator() {
            loops[ObjectIdentifier(eventLoop)] = .makeBoxSendingValue(
                EdgeLoop(eventLoop: eventLoop, configuration: configuration), as: EdgeLoop.self, eventLoop: eventLoop)
        }
        self.loops = loops
    }

    /// Shows another certificate from the next connection on.
    package func replace(tls: ServingCertificate) throws(EdgeError) {
        let context = try tls.context()
        state.withLock { $0.tls = context }
    }

    /// Starts to listen on all addresses.
    ///
    /// - Returns: the addresses with the ports that were bound, in the order of the configuration.
    /// - Throws: ``EdgeError`` with `bind`; then nothing listens.
    @discardableResult
    package func bind() async throws(EdgeError) -> [EdgeConfiguration.Address] {
        var channels: [any Channel] = []
        var bound: [EdgeConfiguration.Address] = []
        for address in configuration.addresses {
            do {
                let channel = try await bootstrap().bind(host: address.host, port: address.port).get()
                channels.append(channel)
                bound.append(.init(host: address.host, port: channel.localAddress?.port ?? address.port))
            } catch {
                for channel in channels { channel.close(promise: nil) }
                throw EdgeError(
                    .bind,
                    "cannot listen on \(address.host):\(address.port): \(error); stop what uses it or choose another port",
                    cause: error)
            }
        }
        let tooLate = state.withLock { state in
            if case .stopping = state.phase { return true }
            state.phase = .listening(channels)
            return false
        }
        if tooLate { for channel in channels { channel.close(promise: nil) } }
        for address in bound {
            logger.info("serving securely", metadata: ["host": "\(address.host)", "port": "\(address.port)"])
        }
        return bound
    }

    /// Binds, where ``bind()`` was not called before, and serves until the end.
    package func run() async throws {
        if state.withLock({ if case .idle = $0.phase { true } else { false } }) { try await bind() }
        let stopped = group.next().makePromise(of: Void.self)
        let isStopping = state.withLock { state in
            state.stopped = stopped
            if case .stopping = state.phase { return true }
            return false
        }
        if isStopping { stopped.succeed() }
        await withTaskCancellationHandler {
            _ = try? await stopped.futureResult.get()  // never fails
        } onCancel: {
            beginShutdown()
        }
        for loop in loops.values {
            let drained = loop.eventLoop.flatSubmit { loop.value.stop() }
            _ = try? await drained.get()  // fails only where the loop is shut down, and its connections with it
        }
        logger.info("stopped serving")
    }

    /// Stops accepting, ends watches, lets other requests finish (at most for the shutdown timeout). ``run()`` returns after it.
    package func beginShutdown() {
        let (channels, stopped) = state.withLock { state in
            var channels: [any Channel] = []
            if case .listening(let listening) = state.phase { channels = listening }
            state.phase = .stopping
            return (channels, state.stopped)
        }
        for channel in channels { channel.close(promise: nil) }
        stopped?.succeed()
    }

    private func bootstrap() -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 8 * 1024, high: 32 * 1024))
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try accept(channel) }
            }
    }

    private func accept(_ channel: any Channel) throws {
        guard let loop = loops[ObjectIdentifier(channel.eventLoop)]?.value else {
            throw ChannelError.inappropriateOperationForState
        }
        let peer = PeerConnection(remoteAddress: channel.remoteAddress?.ipAddress ?? "", eventLoop: channel.eventLoop)
        let connection = EdgeConnection(channel: channel, loop: loop, peer: peer)
        let tls = NIOSSLServerHandler(context: state.withLock { $0.tls }) { certificates, result in
            // Not verified here: a wrong certificate is a 401 that says so, not a broken handshake.
            peer.certificates = certificates.compactMap { try? $0.toDERBytes() }
            result.succeed(.certificateVerified)
        }
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(tls)
        try pipeline.addHandler(ProtocolChooser(connection: connection, service: service, tls: tls))
        loop.add(connection)
        let bound = NIOLoopBound(connection, eventLoop: channel.eventLoop)
        channel.closeFuture.whenComplete { _ in bound.value.loop.remove(bound.value) }
    }
}

/// Waits for the end of the TLS handshake, then puts the handlers of the negotiated protocol in its place.
private final class ProtocolChooser: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let connection: EdgeConnection
    private let service: any EdgeService
    private let tls: NIOSSLServerHandler

    init(connection: EdgeConnection, service: any EdgeService, tls: NIOSSLServerHandler) {
        self.connection = connection
        self.service = service
        self.tls = tls
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case TLSUserEvent.handshakeCompleted(let negotiated)? = event as? TLSUserEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        // A resumed session brings the certificate of the first handshake, without asking the callback.
        if connection.peer.certificates.isEmpty, let certificate = tls.peerCertificate,
            let bytes = try? certificate.toDERBytes()
        {
            connection.peer.certificates = [bytes]
        }
        do {
            if negotiated == "h2" { try speakHTTP2(context) } else { try speakHTTP1(context) }
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func speakHTTP1(_ context: ChannelHandlerContext) throws {
        connection.enter(.fresh)
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = connection.loop.configuration.maximumHeaderSize
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits)
        let pipeline = context.pipeline.syncOperations
        try pipeline.addHandler(ByteToMessageHandler(decoder))
        try pipeline.addHandler(HTTP1Connection(connection: connection, service: service))
    }

    private func speakHTTP2(_ context: ChannelHandlerContext) throws {
        connection.becomeHTTP2()
        var settings = NIOHTTP2Handler.ConnectionConfiguration()
        settings.initialSettings = [
            HTTP2Setting(
                parameter: .maxConcurrentStreams, value: connection.loop.configuration.maximumConcurrentStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: connection.loop.configuration.maximumHeaderSize),
            HTTP2Setting(parameter: .initialWindowSize, value: 1 << 20),
        ]
        var streams = NIOHTTP2Handler.StreamConfiguration()
        streams.targetWindowSize = 1 << 20
        streams.outboundBufferSizeHighWatermark = 64 * 1024
        streams.outboundBufferSizeLowWatermark = 16 * 1024
        let bound = NIOLoopBound(connection, eventLoop: context.eventLoop)
        _ = try context.pipeline.syncOperations.configureHTTP2Pipeline(
            mode: .server, connectionConfiguration: settings, streamConfiguration: streams
        ) { [service] stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandlers([
                    HTTP2FramePayloadToHTTP1ServerCodec(),
                    HTTP2Stream(connection: bound.value, service: service),
                ])
            }
        }
    }
}
