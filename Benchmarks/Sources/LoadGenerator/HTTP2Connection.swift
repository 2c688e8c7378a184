// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore

/// HTTP/2 with many requests at a time. Servers may send as fast as they can; what they allow the client is kept to.
final class HTTP2Connection: ChannelInboundHandler, Connection {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private struct Stream {
        var sink: any ResponseSink
        var window: Int
        var hasHead = false
    }

    /// A body that waits for room in a window.
    private struct Waiting {
        var stream: UInt32
        var body: ArraySlice<UInt8>
    }

    private let endpoint: Endpoint
    private var context: ChannelHandlerContext?
    private var buffer = ByteBuffer()
    private var streams: [UInt32: Stream] = [:]
    private var waiting: [Waiting] = []
    private var lastStream: UInt32 = 0
    private var isOpened = false
    private var peerWindow = HTTP2Frame.firstWindow
    private var peerFirstWindow = HTTP2Frame.firstWindow
    private var peerFrameSize = 16_384
    /// How much the server has sent since it was last given room.
    private var received = 0

    init(_ endpoint: Endpoint) { self.endpoint = endpoint }

    let capacity = 100

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func send(_ request: Request, _ sink: any ResponseSink) {
        guard let context else { return sink.failed(LoadError.closed) }
        var out = context.channel.allocator.buffer(capacity: 512 + request.body.count)
        open(&out)
        lastStream = lastStream == 0 ? 1 : lastStream + 2
        var block = context.channel.allocator.buffer(capacity: 1500)
        HeaderBlock.write(
            request, authority: endpoint.authority, authorization: endpoint.authorization, isTLS: endpoint.isTLS,
            to: &block)
        let flags = HTTP2Frame.Flag.endHeaders | (request.body.isEmpty ? HTTP2Frame.Flag.endStream : 0)
        HTTP2Frame.write(
            .init(length: block.readableBytes, kind: HTTP2Frame.Kind.headers, flags: flags, stream: lastStream),
            to: &out)
        out.writeBuffer(&block)
        streams[lastStream] = Stream(sink: sink, window: peerFirstWindow)
        if !request.body.isEmpty { waiting.append(Waiting(stream: lastStream, body: request.body[...])) }
        pump(&out)
        context.write(wrapOutboundOut(out), promise: nil)
    }

    func flush() { context?.flush() }
    func close() { context?.close(promise: nil) }

    /// Before anything else is said.
    private func open(_ out: inout ByteBuffer) {
        if isOpened { return }
        isOpened = true
        HTTP2Frame.writeOpening(to: &out)
    }

    /// Writes as much of the waiting bodies as the server has room for.
    private func pump(_ out: inout ByteBuffer) {
        var at = 0
        while at < waiting.count, peerWindow > 0 {
            guard var stream = streams[waiting[at].stream] else {
                waiting.remove(at: at)
                continue
            }
            let length = min(waiting[at].body.count, peerWindow, stream.window, peerFrameSize)
            if length <= 0 {
                at += 1
                continue
            }
            let isLast = length == waiting[at].body.count
            HTTP2Frame.write(
                .init(
                    length: length, kind: HTTP2Frame.Kind.data, flags: isLast ? HTTP2Frame.Flag.endStream : 0,
                    stream: waiting[at].stream), to: &out)
            out.writeBytes(waiting[at].body.prefix(length))
            peerWindow -= length
            stream.window -= length
            streams[waiting[at].stream] = stream
            if isLast { waiting.remove(at: at) } else { waiting[at].body.removeFirst(length) }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeImmutableBuffer(bytes) }
        var out = context.channel.allocator.buffer(capacity: 64)
        open(&out)
        while let (head, payload) = HTTP2Frame.read(from: &buffer) {
            do {
                try take(head, payload, &out)
            } catch {
                fail(error)
                context.close(promise: nil)
                return
            }
        }
        if received > HTTP2Frame.largestWindow / 2 {
            HTTP2Frame.writeWindowUpdate(received, stream: 0, to: &out)
            received = 0
        }
        if out.readableBytes > 0 { context.write(wrapOutboundOut(out), promise: nil) }
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }

    private func take(_ head: HTTP2Frame.Head, _ payload: ByteBuffer, _ out: inout ByteBuffer) throws(LoadError) {
        var payload = payload
        switch head.kind {
        case HTTP2Frame.Kind.headers: try takeHeaders(head, payload)
        case HTTP2Frame.Kind.data: takeData(head, payload)
        case HTTP2Frame.Kind.reset:
            let code = payload.readInteger(as: UInt32.self) ?? 0
            streams.removeValue(forKey: head.stream)?.sink.failed(LoadError.reset(code: code))
        case HTTP2Frame.Kind.settings where !head.has(HTTP2Frame.Flag.acknowledged):
            takeSettings(&payload)
            HTTP2Frame.write(
                .init(length: 0, kind: HTTP2Frame.Kind.settings, flags: HTTP2Frame.Flag.acknowledged, stream: 0),
                to: &out)
            pump(&out)
        case HTTP2Frame.Kind.ping where !head.has(HTTP2Frame.Flag.acknowledged):
            HTTP2Frame.write(
                .init(length: 8, kind: HTTP2Frame.Kind.ping, flags: HTTP2Frame.Flag.acknowledged, stream: 0), to: &out)
            out.writeBuffer(&payload)
        case HTTP2Frame.Kind.windowUpdate:
            let amount = Int(payload.readInteger(as: UInt32.self) ?? 0) & 0x7fff_ffff
            if head.stream == 0 { peerWindow += amount } else { streams[head.stream]?.window += amount }
            pump(&out)
        case HTTP2Frame.Kind.goAway:
            payload.moveReaderIndex(forwardBy: min(4, payload.readableBytes))
            throw .goAway(code: payload.readInteger() ?? 0)
        default: break
        }
    }

    private func takeHeaders(_ head: HTTP2Frame.Head, _ payload: ByteBuffer) throws(LoadError) {
        guard let stream = streams[head.stream] else { return }
        if !stream.hasHead {
            var block = Self.withoutPadding(head, payload)
            if head.has(HTTP2Frame.Flag.priority) { block.moveReaderIndex(forwardBy: min(5, block.readableBytes)) }
            guard let status = HeaderBlock.status(block) else { throw .malformed("status") }
            streams[head.stream]?.hasHead = true
            stream.sink.head(status: status)
        }
        if head.has(HTTP2Frame.Flag.endStream) { end(head.stream) }
    }

    private func takeData(_ head: HTTP2Frame.Head, _ payload: ByteBuffer) {
        received += head.length
        guard let stream = streams[head.stream] else { return }
        stream.sink.body(Self.withoutPadding(head, payload))
        if head.has(HTTP2Frame.Flag.endStream) { end(head.stream) }
    }

    private func end(_ id: UInt32) { streams.removeValue(forKey: id)?.sink.end() }

    private static func withoutPadding(_ head: HTTP2Frame.Head, _ payload: ByteBuffer) -> ByteBuffer {
        var payload = payload
        guard head.has(HTTP2Frame.Flag.padded), let length = payload.readInteger(as: UInt8.self) else { return payload }
        return payload.readSlice(length: max(0, payload.readableBytes - Int(length))) ?? payload
    }

    private func takeSettings(_ payload: inout ByteBuffer) {
        while let name = payload.readInteger(as: UInt16.self), let value = payload.readInteger(as: UInt32.self) {
            switch name {
            case HTTP2Frame.Setting.initialWindowSize:
                let change = Int(value) - peerFirstWindow
                peerFirstWindow = Int(value)
                for id in streams.keys { streams[id]?.window += change }
            case HTTP2Frame.Setting.maxFrameSize: peerFrameSize = Int(value)
            default: break
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(LoadError.closed)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error)
        context.close(promise: nil)
    }

    private func fail(_ error: any Error) {
        let open = streams.values
        streams = [:]
        for stream in open { stream.sink.failed(error) }
    }
}
