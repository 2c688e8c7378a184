// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import NIOCore
public import NIOHTTP1

/// Sent down the pipeline as a user event when a streaming session could not be opened; the request itself follows, to be
/// answered with this error.
public struct StreamingRefused: Sendable {
    public let error: any Error
}

/// Opens streaming sessions from within NIO's `HTTPServerUpgradeHandler`. One belongs to one connection; a server that takes
/// SPDY and WebSocket clients gives its upgrade handler two.
public final class StreamingUpgrader: HTTPServerProtocolUpgrader {
    /// What the client's `Upgrade` header names.
    public enum Kind: String, Sendable, CaseIterable {
        case spdy = "SPDY/3.1"
        case webSocket = "websocket"
    }

    public let supportedProtocol: String
    public let requiredUpgradeHeaders: [String] = []
    private let open: @Sendable (HTTPRequestHead, any EventLoop) -> EventLoopFuture<StreamingBridge>
    private var bridge: StreamingBridge?

    /// - Parameter open: authorizes the request, asks the runtime for a URL and calls ``StreamingBridge/open(_:session:url:on:)``.
    public init(
        _ kind: Kind, open: @escaping @Sendable (HTTPRequestHead, any EventLoop) -> EventLoopFuture<StreamingBridge>
    ) {
        supportedProtocol = kind.rawValue
        self.open = open
    }

    public func buildUpgradeResponse(
        channel: any Channel, upgradeRequest: HTTPRequestHead, initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
        return open(upgradeRequest, channel.eventLoop).hop(to: channel.eventLoop).map { bridge in
            bound.value.bridge = bridge
            return bridge.responseHeaders
        }.flatMapErrorThrowing { error in
            channel.pipeline.fireUserInboundEventTriggered(StreamingRefused(error: error))
            throw error
        }
    }

    public func upgrade(context: ChannelHandlerContext, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<Void> {
        guard let bridge else {
            return context.eventLoop.makeFailedFuture(StreamingError(.unavailable, "no session was opened"))
        }
        return bridge.install(on: context.channel)
    }
}

@available(*, unavailable)
extension StreamingUpgrader: Sendable {}
