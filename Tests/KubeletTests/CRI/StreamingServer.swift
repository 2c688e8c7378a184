// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc
import Kubelet
import NIOCore
import NIOHTTP1
import NIOPosix
import Streaming

/// An HTTP server on loopback that opens a streaming session for each upgrade, as a kubelet's does.
struct StreamingServer {
    typealias Open = @Sendable (HTTPRequestHead) async throws -> (StreamingSession, String)
    let channel: any Channel
    var port: Int { channel.localAddress?.port ?? 0 }

    /// - Parameter open: what session to open, and the runtime's URL for it.
    static func start(_ open: @escaping Open) async throws -> StreamingServer {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(HTTPResponseEncoder(), name: "encoder")
                    let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes))
                    try pipeline.addHandler(decoder, name: "decoder")
                    try pipeline.addHandler(RequestHandler(open), name: "requests")
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return StreamingServer(channel: channel)
    }

    func stop() async throws { try await channel.close() }

    private final class RequestHandler: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let open: Open
        private var head: HTTPRequestHead?

        init(_ open: @escaping Open) { self.open = open }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): self.head = head
            case .body: break
            case .end:
                guard let head else { return }
                guard StreamingBridge.isUpgrade(head.headers) else { return Self.refuse(context.channel, "no upgrade") }
                let channel = context.channel
                channel.eventLoop.makeFutureWithTask { [open] in try await open(head) }
                    .flatMap { session, url in
                        StreamingBridge.open(head.headers, session: session, url: url, on: channel.eventLoop)
                    }
                    .flatMap { $0.takeOver(channel, encoder: "encoder", removing: ["requests", "decoder"]) }
                    .whenFailure { Self.refuse(channel, "\($0)") }
            }
        }

        private static func refuse(_ channel: any Channel, _ reason: String) {
            let headers: HTTPHeaders = ["Content-Length": "\(reason.utf8.count)"]
            let head = HTTPResponseHead(version: .http1_1, status: .internalServerError, headers: headers)
            channel.write(HTTPServerResponsePart.head(head), promise: nil)
            channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: reason))), promise: nil)
            channel.writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { _ in channel.close(promise: nil) }
        }
    }
}
