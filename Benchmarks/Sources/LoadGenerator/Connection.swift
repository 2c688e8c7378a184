// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore

/// One connection to a server. All calls are made on its event loop.
public protocol Connection: AnyObject {
    /// How many requests may be under way at once.
    var capacity: Int { get }
    /// Sends a request; its answer goes to `sink`.
    func send(_ request: Request, _ sink: any ResponseSink)
    /// Sends what was put off, so that several requests share a system call.
    func flush()
    func close()
}

/// How requests go over the wire.
public enum HTTPVersion: String, Sendable, CaseIterable {
    case http1 = "HTTP/1.1"
    case http2 = "HTTP/2"
}

/// HTTP/1.1 without pipelining.
final class HTTP1Connection: ChannelInboundHandler, Connection {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var parser = HTTP1Parser()
    private var sink: (any ResponseSink)?
    private var context: ChannelHandlerContext?
    private let fixedHeaders: String

    init(_ endpoint: Endpoint) {
        fixedHeaders = "Host: \(endpoint.authority)\r\nUser-Agent: martlet-bench\r\n" + endpoint.authorizationLine
    }

    let capacity = 1

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func send(_ request: Request, _ sink: any ResponseSink) {
        guard let context, self.sink == nil else { return sink.failed(LoadError.closed) }
        self.sink = sink
        var out = context.channel.allocator.buffer(capacity: 512 + request.body.count)
        out.writeString(request.method)
        out.writeStaticString(" ")
        out.writeString(request.path)
        out.writeStaticString(" HTTP/1.1\r\n")
        out.writeString(fixedHeaders)
        out.writeStaticString("Accept: ")
        out.writeString(request.accept)
        if !request.body.isEmpty {
            out.writeStaticString("\r\nContent-Type: ")
            out.writeString(request.contentType)
            out.writeString("\r\nContent-Length: \(request.body.count)")
        }
        out.writeStaticString("\r\n\r\n")
        out.writeBytes(request.body)
        context.write(wrapOutboundOut(out), promise: nil)
    }

    func flush() { context?.flush() }
    func close() { context?.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        parser.feed(unwrapInboundIn(data))
        do {
            while let piece = try parser.next() {
                switch piece {
                case .head(let status): sink?.head(status: status)
                case .body(let bytes): sink?.body(bytes)
                case .end:
                    // Taken first, since the sink may send the next request.
                    let ended = sink
                    sink = nil
                    ended?.end()
                }
            }
        } catch {
            fail(error)
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }

    func channelInactive(context: ChannelHandlerContext) {
        fail(LoadError.closed)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error)
        context.close(promise: nil)
    }

    private func fail(_ error: any Error) {
        let ended = sink
        sink = nil
        ended?.failed(error)
    }
}
