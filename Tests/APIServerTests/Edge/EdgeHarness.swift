// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import Logging
import NIOCore
import NIOPosix
import NIOSSL

@testable import APIServer

/// A service made of a closure.
struct ClosureService: EdgeService {
    var limit: Duration?
    var answer: @Sendable (EdgeRequest) async -> EdgeResponse

    init(limit: Duration? = nil, answer: @escaping @Sendable (EdgeRequest) async -> EdgeResponse) {
        self.limit = limit
        self.answer = answer
    }

    func timeLimit(of request: EdgeRequest) -> Duration? { limit }

    func respond(to request: EdgeRequest) async -> EdgeResponse { await answer(request) }

    static func text(_ text: String, status: Int = 200) -> EdgeResponse {
        .answer(.whole(ResponseHead(status: status, contentType: "text/plain"), [Array(text.utf8)]))
    }
}

/// A server on a port of the kernel's choice, with certificates in a directory of its own; both gone after the body.
struct EdgeHarness {
    let server: EdgeServer
    let port: Int
    let pki: ClusterPKI
    let group: MultiThreadedEventLoopGroup

    static func run<Result: Sendable>(
        configure: (inout EdgeConfiguration) -> Void = { _ in }, limit: Duration? = nil,
        _ answer: @escaping @Sendable (EdgeRequest) async -> EdgeResponse,
        body: (EdgeHarness) async throws -> Result
    ) async throws -> Result {
        try await withPKI { pki in
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            var configuration = EdgeConfiguration(addresses: [.init(host: "127.0.0.1", port: 0)])
            configuration.shutdownTimeout = .seconds(2)
            configure(&configuration)
            let server = try EdgeServer(
                configuration: configuration, service: ClosureService(limit: limit, answer: answer),
                tls: pki.servingCertificate,
                group: group, logger: Logger(label: "test"))
            let port = try await server.bind()[0].port
            async let running: Void = server.run()
            let outcome: Swift.Result<Result, any Error>
            do {
                outcome = .success(try await body(EdgeHarness(server: server, port: port, pki: pki, group: group)))
            } catch {
                outcome = .failure(error)
            }
            server.beginShutdown()
            try await running
            try await group.shutdownGracefully()
            return try outcome.get()
        }
    }

    static func withPKI<Result>(_ body: (ClusterPKI) async throws -> Result) async throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("edge-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let pki = try await ClusterPKI.prepare(ClusterPKI.Configuration(directory: directory, nodeName: "node-1"))
        return try await body(pki)
    }

    /// One request on a connection of its own.
    func send(_ method: String, _ target: String, body: [UInt8] = [], client: ClusterPKI.Client = .admin) async throws
        -> (
            status: Int, headers: [(name: String, value: String)], body: String
        )
    {
        guard let pair = pki.clients[client] else { throw ChannelError.inappropriateOperationForState }
        let connector = try BackendConnector(client: pair, authority: pki.authority.certificatePEM)
        let request = BackendRequest(
            security: .kubelet, host: "127.0.0.1", port: port, method: method, target: target,
            headers: [("connection", "close")], body: body)
        let response = try await connector.send(request, on: group.next())
        var bytes: [UInt8] = []
        while let chunk = try await response.connection.next() { bytes += chunk }
        return (response.status, response.headers, String(decoding: bytes, as: UTF8.self))
    }

    /// A connection that sends bytes over TLS and never reads what comes back.
    func silentClient(_ text: String) async throws -> any Channel {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(pki.authority.certificatePEM))
        let context = try NIOSSLContext(configuration: tls)
        // a small buffer, whatever the kernel would let it grow to
        let bootstrap = ClientBootstrap(group: group).channelOption(.socketOption(.so_rcvbuf), value: 256 << 10)
        let channel = try await bootstrap.channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    NIOSSLClientHandler(context: context, serverHostname: nil))
            }
        }.connect(host: "127.0.0.1", port: port).get()
        // in one turn of the loop, so that nothing of the answer is read
        try await channel.writeAndFlush(ByteBuffer(string: text)).flatMap {
            channel.setOption(.autoRead, value: false)
        }.get()
        return channel
    }

    /// Sends bytes over TLS as they are and returns all that comes back until the server closes.
    func exchange(_ text: String) async throws -> String {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(pki.authority.certificatePEM))
        let context = try NIOSSLContext(configuration: tls)
        let promise = group.next().makePromise(of: String.self)
        let channel = try await ClientBootstrap(group: group).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    NIOSSLClientHandler(context: context, serverHostname: nil))
                try channel.pipeline.syncOperations.addHandler(Gatherer(promise: promise))
            }
        }.connect(host: "127.0.0.1", port: port).get()
        try await channel.writeAndFlush(ByteBuffer(string: text))
        return try await promise.futureResult.get()
    }
}

private final class Gatherer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let promise: EventLoopPromise<String>
    private var text = ""

    init(promise: EventLoopPromise<String>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { text += String(buffer: unwrapInboundIn(data)) }

    func channelInactive(context: ChannelHandlerContext) { promise.succeed(text) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
