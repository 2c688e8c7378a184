// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import NIOHTTP1

/// Answers the one request of an HTTP/2 stream.
final class HTTP2Stream: ChannelInboundHandler, ResponseSink {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Body bytes gathered before they are handed to the framing.
    private static let gather = 64 * 1024

    private let connection: EdgeConnection
    private let service: any EdgeService
    private var collector: RequestCollector
    private var context: ChannelHandlerContext?
    private var exchange: Exchange?
    private var deadline: Scheduled<Void>?
    private var out: ByteBuffer?
    private var hasFinished = false

    init(connection: EdgeConnection, service: any EdgeService) {
        self.connection = connection
        self.service = service
        collector = RequestCollector(maximumBodySize: connection.loop.configuration.maximumBodySize)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasFinished else { return }
        switch collector.receive(unwrapInboundIn(data)) {
        case .wait: extendDeadline(context)
        case .sendContinue:
            let head = HTTPResponseHead(version: .http2, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        case .answer(let head, let body):
            deadline?.cancel()
            let request = EdgeRequest(head: head, body: body, peer: connection.peer, canUpgrade: false)
            open(head).start(request, service: service)
        case .refuseTooLarge(let head):
            let status = FailureStatus.tooLarge(limit: connection.loop.configuration.maximumBodySize)
            open(head).refuse(status.head, status.json)
        case .discarded: break
        case .cutOff: context.close(promise: nil)
        }
    }

    private func open(_ head: HTTPRequestHead) -> Exchange {
        let exchange = Exchange(connection: connection, sink: self, isHead: head.method == .HEAD)
        self.exchange = exchange
        return exchange
    }

    /// A stream whose body stops coming is closed.
    private func extendDeadline(_ context: ChannelHandlerContext) {
        deadline?.cancel()
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: connection.loop.configuration.readTimeout) {
            bound.value.close(promise: nil)
        }
    }

    // MARK: Answers

    var canTakeMore: Bool {
        guard let context else { return true }
        return context.channel.isWritable && (out?.readableBytes ?? 0) < Self.gather
    }

    func writeHead(_ head: ResponseHead, length: Int?, isBodiless: Bool) {
        var fields = HTTPHeaders()
        fields.reserveCapacity(head.headers.count + 3)
        if !head.contentType.isEmpty, head.status != 204, head.status != 304 {
            fields.add(name: "content-type", value: head.contentType)
            if let length { fields.add(name: "content-length", value: String(length)) }
        }
        fields.add(name: "date", value: connection.loop.date)
        for field in head.headers where !Self.isConnectionField(field.name) {
            let value =
                field.value.utf8.contains { $0 == 10 || $0 == 13 || $0 == 0 }
                ? field.value.split { $0.isNewline || $0 == "\0" }.joined(separator: " ") : field.value
            fields.add(name: field.name, value: value)
        }
        let status = HTTPResponseStatus(statusCode: head.status)
        context?.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http2, status: status, headers: fields))), promise: nil)
    }

    /// Fields that HTTP/2 forbids (RFC 9113 section 8.2.2).
    private static func isConnectionField(_ name: String) -> Bool {
        switch name.lowercased() {
        case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade": true
        default: false
        }
    }

    func writeBody(_ bytes: [UInt8]) {
        guard var buffer = out else {
            out = ByteBuffer(bytes: bytes)
            return
        }
        out = nil
        buffer.writeBytes(bytes)
        out = buffer
    }

    func writePiece(_ capacity: Int, _ fill: (inout ByteBuffer) throws -> Void) rethrows {
        passBody()
        var buffer = ByteBufferAllocator().buffer(capacity: capacity)
        try fill(&buffer)
        out = buffer
        flush()
    }

    func flush() {
        passBody()
        context?.flush()
    }

    private func passBody() {
        guard let buffer = out else { return }
        out = nil
        guard buffer.readableBytes > 0 else { return }
        context?.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
    }

    func finish() {
        passBody()
        hasFinished = true
        exchange = nil
        context?.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func abort() {
        exchange = nil
        context?.close(promise: nil)
    }

    func takeOver(_ upgrade: EdgeUpgrade) {
        upgrade.cancel()
        abort()
    }

    // MARK: The stream

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { exchange?.becameWritable() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        exchange?.connectionClosed()
        exchange = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
