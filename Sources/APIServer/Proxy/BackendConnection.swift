// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import DequeModule
import NIOCore
import NIOHTTP1

/// What a backend answered: the head, and a body to be pulled.
struct BackendResponse: Sendable {
    var status: Int
    var headers: [(name: String, value: String)]
    var connection: BackendConnection
}

/// One connection to a backend with one request on it, on a given event loop. The body is read only as fast as it is taken.
final class BackendConnection: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBoundBox<BackendHandler?>

    init(channel: any Channel, handler: NIOLoopBoundBox<BackendHandler?>) {
        self.channel = channel
        self.handler = handler
    }

    /// The next bytes of the body; nil at its end.
    ///
    /// - Throws: where the connection broke before the end.
    func next() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let handler = handler
                if channel.eventLoop.inEventLoop {
                    handler.value?.take(continuation)
                } else {
                    channel.eventLoop.execute { handler.value?.take(continuation) }
                }
            }
        } onCancel: {
            close()
        }
    }

    func close() { channel.close(promise: nil) }

    /// Joins the connection with that of the client, bytes both ways. Called on their common event loop.
    func join(_ client: any Channel) throws {
        let (here, there) = GlueHandler.pair()
        try client.pipeline.syncOperations.addHandler(there)
        try handler.value?.giveWay(to: here)
        channel.setOption(.autoRead, value: true).whenFailure { [channel] _ in channel.close(promise: nil) }
    }
}

/// Sends one request and receives its answer.
final class BackendHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private enum Body {
        case open
        case ended
        case failed(any Error)
    }

    private let request: BackendRequest
    private let head: EventLoopPromise<HTTPResponseHead>
    private var context: ChannelHandlerContext?
    private var hasHead = false
    private var body = Body.open
    private var chunks: Deque<[UInt8]> = []
    private var waiter: CheckedContinuation<[UInt8]?, any Error>?

    init(request: BackendRequest, head: EventLoopPromise<HTTPResponseHead>) {
        self.request = request
        self.head = head
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { send(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        send(context)
        context.fireChannelActive()
    }

    private func send(_ context: ChannelHandlerContext) {
        var fields = HTTPHeaders()
        let host = request.host.contains(":") ? "[\(request.host)]" : request.host
        fields.add(name: "Host", value: "\(host):\(request.port)")
        for field in request.headers { fields.add(name: field.name, value: field.value) }
        if !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method) {
            fields.add(name: "Content-Length", value: String(request.body.count))
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: request.target, headers: fields)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !request.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: request.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let response):
            guard response.status.code >= 200 || response.status.code == 101 else { return }
            hasHead = true
            head.succeed(response)
        case .body(let buffer): chunks.append(Array(buffer.readableBytesView))
        case .end: if hasHead { end(.ended) }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if let waiter, let chunk = chunks.popFirst() {
            self.waiter = nil
            waiter.resume(returning: chunk)
        } else if !hasHead || waiter != nil {
            context.read()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(.failed(ChannelError.eof))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(.failed(error))
        context.close(promise: nil)
    }

    private func end(_ result: Body) {
        guard case .open = body else { return }
        body = result
        if !hasHead, case .failed(let error) = result { head.fail(error) }
        guard let waiter else { return }
        self.waiter = nil
        resume(waiter)
    }

    /// Hands out the next bytes, now or when they have come.
    func take(_ continuation: CheckedContinuation<[UInt8]?, any Error>) {
        guard chunks.isEmpty, case .open = body else { return resume(continuation) }
        waiter = continuation
        context?.read()
    }

    private func resume(_ continuation: CheckedContinuation<[UInt8]?, any Error>) {
        if let chunk = chunks.popFirst() { return continuation.resume(returning: chunk) }
        switch body {
        case .open: waiter = continuation
        case .ended:
            continuation.resume(returning: nil)
            context?.close(promise: nil)
        case .failed(let error): continuation.resume(throwing: error)
        }
    }

    /// Takes HTTP out of the pipeline; the bytes that came behind the head go to `handler`.
    func giveWay(to handler: GlueHandler) throws {
        guard let context else { throw ChannelError.ioOnClosedChannel }
        let pipeline = context.pipeline.syncOperations
        try pipeline.addHandler(handler)
        let encoder = try pipeline.context(handlerType: HTTPRequestEncoder.self)
        let decoder = try pipeline.context(handlerType: ByteToMessageHandler<HTTPResponseDecoder>.self)
        pipeline.removeHandler(context: context, promise: nil)
        pipeline.removeHandler(context: encoder, promise: nil)
        pipeline.removeHandler(context: decoder, promise: nil)
    }
}
