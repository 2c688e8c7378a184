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
    let channel: any Channel
    var port: Int { channel.localAddress?.port ?? 0 }

    /// - Parameter open: what session to open, and the runtime's URL for it.
    static func start(
        _ open: @escaping @Sendable (HTTPRequestHead) async throws -> (StreamingSession, String)
    ) async throws -> StreamingServer {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let upgraders = StreamingUpgrader.Kind.allCases.map { kind in
                        StreamingUpgrader(kind) { head, eventLoop in
                            eventLoop.makeFutureWithTask { try await open(head) }.flatMap { session, url in
                                StreamingBridge.open(head.headers, session: session, url: url, on: eventLoop)
                            }
                        }
                    }
                    let refusal = RefusalHandler()
                    let bound = NIOLoopBound(refusal, eventLoop: channel.eventLoop)
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withServerUpgrade: (
                            upgraders: upgraders,
                            completionHandler: { _ in channel.pipeline.syncOperations.removeHandler(bound.value, promise: nil) }
                        ))
                    try channel.pipeline.syncOperations.addHandler(refusal)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return StreamingServer(channel: channel)
    }

    func stop() async throws { try await channel.close() }

    /// Answers what was not upgraded.
    private final class RefusalHandler: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private var error: (any Error)?

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let refused = event as? StreamingRefused { error = refused.error }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .end = unwrapInboundIn(data) else { return }
            let body = error.map { "\($0)" } ?? "no upgrade"
            let status = (error as? StreamingError)?.code.rawValue ?? 500
            context.write(
                wrapOutboundOut(
                    .head(.init(version: .http1_1, status: .init(statusCode: status), headers: ["Content-Length": "\(body.utf8.count)"]))),
                promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in bound.value.close(promise: nil) }
        }
    }
}
