// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import DequeModule
import NIOCore
import NIOHTTP1

/// Speaks HTTP/1.1 on one connection: one request at a time, pipelined ones in order.
///
/// Answers are written as bytes, head and small bodies in one piece: one TLS record, one system call.
final class HTTP1Connection: ChannelDuplexHandler, RemovableChannelHandler, ResponseSink {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    /// Answer bytes gathered before they are handed to TLS.
    private static let gather = 128 * 1024
    /// Bytes of later requests that may wait before reading stops.
    private static let maximumQueued = 64 * 1024

    private let connection: EdgeConnection
    private let service: any EdgeService
    private var collector: RequestCollector
    private var context: ChannelHandlerContext?
    private var exchange: Exchange?
    private var queue: Deque<HTTPServerRequestPart> = []
    private var queuedBytes = 0
    private var isReadHeld = false
    private var isDraining = false

    // The answer being written.
    private var version = HTTPVersion.http1_1
    private var closesAfter = false
    private var framing = HTTP1Format.BodyFraming.none
    private var out: ByteBuffer?

    init(connection: EdgeConnection, service: any EdgeService) {
        self.connection = connection
        self.service = service
        collector = RequestCollector(maximumBodySize: connection.loop.configuration.maximumBodySize)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        guard exchange != nil || !queue.isEmpty, !collector.isReceiving else { return receive(part) }
        if case .body(let bytes) = part { queuedBytes += bytes.readableBytes } else { queuedBytes += 512 }
        queue.append(part)
    }

    func read(context: ChannelHandlerContext) {
        if queuedBytes > Self.maximumQueued { isReadHeld = true } else { context.read() }
    }

    private func receive(_ part: HTTPServerRequestPart) {
        switch collector.receive(part) {
        case .wait:
            if collector.isReceiving, exchange == nil { connection.enter(.receiving) }
        case .sendContinue:
            write(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n"))
        case .answer(let head, let body): answer(head, body)
        case .refuseTooLarge(let head):
            isDraining = true
            let exchange = open(head, closes: true)
            let status = FailureStatus.tooLarge(limit: connection.loop.configuration.maximumBodySize)
            exchange.refuse(status.head, status.json)
        case .discarded, .cutOff: close()
        }
    }

    private func answer(_ head: HTTPRequestHead, _ body: [UInt8]) {
        let exchange = open(head, closes: !head.isKeepAlive || head.version == .http1_0)
        exchange.start(EdgeRequest(head: head, body: body, peer: connection.peer, canUpgrade: true), service: service)
    }

    private func open(_ head: HTTPRequestHead, closes: Bool) -> Exchange {
        let exchange = Exchange(connection: connection, sink: self, isHead: head.method == .HEAD)
        self.exchange = exchange
        version = head.version
        closesAfter = closes
        return exchange
    }

    /// Goes on with what was pipelined behind the answered request.
    private func receiveQueued() {
        while exchange == nil || collector.isReceiving, let part = queue.popFirst() {
            if case .body(let bytes) = part { queuedBytes -= bytes.readableBytes } else { queuedBytes -= 512 }
            receive(part)
        }
        if isReadHeld, queuedBytes <= Self.maximumQueued {
            isReadHeld = false
            context?.read()
        }
    }

    // MARK: Answers

    var canTakeMore: Bool {
        guard let context else { return true }
        return context.channel.isWritable && (out?.readableBytes ?? 0) < Self.gather
    }

    func writeHead(_ head: ResponseHead, length: Int?, isBodiless: Bool) {
        closesAfter = closesAfter || connection.loop.isStopping
        if head.status == 204 || head.status == 304 {
            framing = .none
        } else if let length {
            framing = .length(length)
        } else {
            framing = version == .http1_0 ? .untilClose : .chunked
            if framing == .untilClose { closesAfter = true }
        }
        var buffer = reserve(512 + min(length ?? 0, Self.gather))
        HTTP1Format.writeHead(head, framing: framing, date: connection.loop.date, close: closesAfter, to: &buffer)
        out = buffer
        if isBodiless { framing = .none }
    }

    func writeBody(_ bytes: [UInt8]) {
        var buffer = reserve(bytes.count + 16)
        out = nil
        switch framing {
        case .length, .untilClose: buffer.writeBytes(bytes)
        case .chunked: HTTP1Format.writeChunk(bytes, to: &buffer)
        case .none: break
        }
        out = buffer
    }

    func writePiece(_ capacity: Int, _ fill: (inout ByteBuffer) throws -> Void) rethrows {
        var buffer = connection.loop.takePieceBuffer(capacity + (out?.readableBytes ?? 0) + HTTP1Format.chunkOverhead)
        if let waiting = out { buffer.writeImmutableBuffer(waiting) }
        out = nil
        switch framing {
        case .length, .untilClose: try fill(&buffer)
        case .chunked: try HTTP1Format.writeChunk(to: &buffer, fill)
        case .none: break
        }
        write(buffer)
        connection.loop.returnPieceBuffer(buffer)
    }

    func flush() {
        guard let buffer = out else { return }
        out = nil
        write(buffer)
    }

    func finish() {
        if framing == .chunked {
            var buffer = reserve(16)
            out = nil
            HTTP1Format.writeLastChunk(to: &buffer)
            out = buffer
        }
        exchange = nil
        if isDraining { return flush() }  // the rest of the refused body is still to come
        if closesAfter { return flushAndClose() }
        flush()
        receiveQueued()
    }

    private func flushAndClose() {
        guard let context else { return }
        let buffer = out ?? ByteBuffer()
        out = nil
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(buffer)).whenComplete { _ in bound.value.close(promise: nil) }
    }

    func abort() {
        exchange = nil
        close()
    }

    private func reserve(_ count: Int) -> ByteBuffer {
        guard var buffer = out else { return ByteBufferAllocator().buffer(capacity: count) }
        out = nil
        buffer.reserveCapacity(minimumWritableBytes: count)
        return buffer
    }

    private func write(_ buffer: ByteBuffer) { context?.writeAndFlush(wrapOutboundOut(buffer), promise: nil) }

    private func close() { context?.close(promise: nil) }

    // MARK: The connection

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { exchange?.becameWritable() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        exchange?.connectionClosed()
        exchange = nil
        queue = []
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if exchange == nil, error as? HTTPParserError == .invalidMethod {
            // a method that the parser does not know is like one that the resource does not have
            var buffer = reserve(512)
            let body = FailureStatus.methodNotAllowed.json
            HTTP1Format.writeHead(
                FailureStatus.methodNotAllowed.head, framing: .length(body.count), date: connection.loop.date,
                close: true,
                to: &buffer)
            buffer.writeBytes(body)
            write(buffer)
        } else if exchange == nil, let error = error as? HTTPParserError {
            let status = error == .headerOverflow ? 431 : 400
            let text = "\(status) \(HTTP1Format.reason(status))"
            var buffer = reserve(256)
            let head = ResponseHead(status: status, contentType: "text/plain; charset=utf-8")
            HTTP1Format.writeHead(
                head, framing: .length(text.utf8.count), date: connection.loop.date, close: true, to: &buffer)
            buffer.writeString(text)
            write(buffer)
        }
        context.close(promise: nil)
    }

    func takeOver(_ upgrade: EdgeUpgrade) {
        guard let context, context.channel.isActive else { return upgrade.cancel() }
        exchange = nil
        var buffer = reserve(512)
        let head = ResponseHead(status: 101, contentType: "", headers: upgrade.headers)
        HTTP1Format.writeHead(head, framing: .none, date: connection.loop.date, close: false, to: &buffer)
        write(buffer)
        do {
            try upgrade.takeOver(context.channel)
            let pipeline = context.pipeline.syncOperations
            let decoder = try pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self)
            // This handler goes first: the bytes that the decoder gives back must reach the new handlers.
            pipeline.removeHandler(context: context, promise: nil)
            pipeline.removeHandler(context: decoder, promise: nil)
        } catch {
            upgrade.cancel()
            context.close(promise: nil)
        }
    }
}
