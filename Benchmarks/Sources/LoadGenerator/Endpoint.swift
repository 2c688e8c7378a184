// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// A server, and who asks it.
public struct Endpoint: Sendable {
    public let host: String
    public let port: Int
    let authorizationLine: String
    let authorization: String?
    private let tls1: NIOSSLContext?
    private let tls2: NIOSSLContext?

    var isTLS: Bool { tls1 != nil }
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// - Parameters:
    ///   - token: bearer token; nil for none.
    ///   - certificateAuthority: PEM; nil to trust any server, as is right for one that the benchmark started itself.
    ///   - clientCertificate: PEM of a certificate chain and its key; nil for none.
    ///   - isPlain: whether to speak without TLS.
    public init(
        host: String, port: Int, token: String? = nil, certificateAuthority: [UInt8]? = nil,
        clientCertificate: (chain: [UInt8], key: [UInt8])? = nil, isPlain: Bool = false
    ) throws {
        self.host = host
        self.port = port
        authorization = token.map { "Bearer \($0)" }
        authorizationLine = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        if isPlain {
            tls1 = nil
            tls2 = nil
            return
        }
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let certificateAuthority {
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(certificateAuthority))
        } else {
            configuration.certificateVerification = .none
        }
        if let clientCertificate {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(clientCertificate.chain)
                .map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: clientCertificate.key, format: .pem))
        }
        configuration.applicationProtocols = ["http/1.1"]
        tls1 = try NIOSSLContext(configuration: configuration)
        configuration.applicationProtocols = ["h2"]
        tls2 = try NIOSSLContext(configuration: configuration)
    }

    /// Opens a connection; it is ready for requests when the future is done.
    func connect(_ version: HTTPVersion, on loop: any EventLoop) -> EventLoopFuture<ConnectionBox> {
        let tls = version == .http1 ? tls1 : tls2
        let ready = loop.makePromise(of: ConnectionBox.self)
        let started = ClientBootstrap(group: loop)
            .channelOption(.socketOption(.so_reuseaddr), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.maxMessagesPerRead, value: 16)
            .channelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 4096, maximum: 65_536)
            )
            .connectTimeout(.seconds(20))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handlers = channel.pipeline.syncOperations
                    if let tls { try handlers.addHandler(makeTLS(tls)) }
                    let connection: any Connection & ChannelInboundHandler =
                        version == .http1 ? HTTP1Connection(self) : HTTP2Connection(self)
                    try handlers.addHandler(connection)
                    try handlers.addHandler(
                        Handshake(ConnectionBox(connection, channel), ready, waitsForTLS: tls != nil))
                }
            }
            .connect(host: host, port: port)
        started.whenFailure { ready.fail($0) }
        return ready.futureResult
    }

    private func makeTLS(_ context: NIOSSLContext) throws -> NIOSSLClientHandler {
        // An address is no name for SNI.
        let isName = host.contains { $0.isLetter } && !host.contains(":")
        return try NIOSSLClientHandler(context: context, serverHostname: isName ? host : nil)
    }
}

/// Carries a connection to code that runs on its event loop.
struct ConnectionBox: @unchecked Sendable {
    // Unchecked: `connection` is used on `channel.eventLoop` alone.
    let connection: any Connection
    let channel: any Channel

    init(_ connection: any Connection, _ channel: any Channel) {
        self.connection = connection
        self.channel = channel
    }
}

/// Says when a connection can be used.
private final class Handshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let box: ConnectionBox
    private var ready: EventLoopPromise<ConnectionBox>?
    private let waitsForTLS: Bool

    init(_ box: ConnectionBox, _ ready: EventLoopPromise<ConnectionBox>, waitsForTLS: Bool) {
        self.box = box
        self.ready = ready
        self.waitsForTLS = waitsForTLS
    }

    func channelActive(context: ChannelHandlerContext) {
        if !waitsForTLS { succeed() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { succeed() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        ready?.fail(LoadError.closed)
        ready = nil
    }

    private func succeed() {
        ready?.succeed(box)
        ready = nil
    }
}
