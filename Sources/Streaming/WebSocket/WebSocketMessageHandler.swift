// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import NIOCore
internal import NIOWebSocket

/// Between the frames of a server's WebSocket and whole messages: answers pings, and closes in the orderly way.
final class WebSocketMessageHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = WebSocketFrame

    /// The most bytes that a message may have: several times what any client sends.
    static let maxMessageLength = 4 << 20
    private let sendsText: Bool
    private var closeSent = false
    private var lastWrite: EventLoopFuture<Void>?

    init(sendsText: Bool) { self.sendsText = sendsText }

    /// The handlers to be put before this one.
    static func codec() -> [any ChannelHandler] {
        [
            WebSocketFrameEncoder(),
            ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: maxMessageLength)),
            NIOWebSocketFrameAggregator(
                minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 4096, maxAccumulatedFrameSize: maxMessageLength),
        ]
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .binary, .text:
            context.fireChannelRead(wrapInboundOut(frame.unmaskedData))
        case .ping:
            let pong = WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)
            context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
        case .connectionClose:
            var reason = frame.unmaskedData
            sendClose(context, code: reason.readWebSocketErrorCode() ?? .normalClosure)
            context.close(promise: nil)
        default:
            break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is NIOWebSocketError { sendClose(context, code: .protocolError) }
        context.fireErrorCaught(error)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let message = unwrapOutboundIn(data)
        // An empty write only asks when all before it is on its way: kubectl takes an empty message for a fault.
        guard message.readableBytes > 0 else {
            guard let promise else { return }
            (lastWrite ?? context.eventLoop.makeSucceededVoidFuture()).cascade(to: promise)
            return
        }
        let written = promise ?? context.eventLoop.makePromise()
        lastWrite = written.futureResult
        let frame = WebSocketFrame(fin: true, opcode: sendsText ? .text : .binary, data: message)
        context.write(wrapOutboundOut(frame), promise: written)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        sendClose(context, code: .normalClosure)
        context.close(mode: mode, promise: promise)
    }

    private func sendClose(_ context: ChannelHandlerContext, code: WebSocketErrorCode) {
        if closeSent { return }
        closeSent = true
        var data = ByteBuffer()
        data.write(webSocketErrorCode: code)
        context.writeAndFlush(
            wrapOutboundOut(WebSocketFrame(fin: true, opcode: .connectionClose, data: data)), promise: nil)
    }
}
