// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Where a runtime serves one session: what is left of its `http://host:port/path`.
struct RuntimeURL: Equatable {
    var host: String
    var port: Int
    var path: String

    /// - Throws: `unavailable` for anything but plain HTTP with a host.
    init(_ text: String) throws(StreamingError) {
        let fault = StreamingError(.unavailable, "the container runtime's streaming URL is not valid")
        guard text.hasPrefix("http://") else { throw fault }
        let rest = text.dropFirst(7)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let tail = rest.dropFirst(authority.count)
        path = tail.hasPrefix("/") ? String(tail) : "/" + tail
        if path.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }) { throw fault }
        var name = authority[...]
        var number: Substring = "80"
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            name = authority[..<colon]
            number = authority[authority.index(after: colon)...]
        }
        guard let port = Int(number), (1...65535).contains(port), !name.isEmpty else { throw fault }
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        host = String(name)
        self.port = port
    }
}

/// Asks a runtime's streaming server to go over to SPDY/3.1, and holds what comes after its answer until it is removed.
final class RuntimeUpgradeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let promise: EventLoopPromise<HTTPHeaders>
    private var received = ByteBuffer()
    private var answered = false

    /// - Parameter promise: gets the headers of the 101 answer.
    init(_ promise: EventLoopPromise<HTTPHeaders>) { self.promise = promise }

    /// The request as it goes over the wire.
    static func request(_ url: RuntimeURL, protocols: [String]) -> String {
        let host = url.host.contains(":") ? "[\(url.host)]" : url.host
        let offers = protocols.map { "X-Stream-Protocol-Version: \($0)\r\n" }.joined()
        return """
            POST \(url.path) HTTP/1.1\r\nHost: \(host):\(url.port)\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\
            \(offers)Content-Length: 0\r\n\r\n
            """
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.writeImmutableBuffer(unwrapInboundIn(data))
        if answered { return }
        guard let end = Self.endOfHead(received.readableBytesView) else {
            if received.readableBytes > 64 * 1024 { fail(context, "its answer has no end") }
            return
        }
        let head = received.readString(length: end) ?? ""
        answered = true
        let lines = head.split(separator: "\r\n")
        guard let status = lines.first, status.split(separator: " ").dropFirst().first == "101" else {
            let body = received.readString(length: min(received.readableBytes, 512)) ?? ""
            return fail(context, "it answered \(lines.first ?? ""): \(body)")
        }
        var headers = HTTPHeaders()
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers.add(
                name: String(line[..<colon]),
                value: String(line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }))
        }
        promise.succeed(headers)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(context, "it closed the connection")
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(context, "\(error)") }

    func handlerRemoved(context: ChannelHandlerContext) {
        guard received.readableBytes > 0 else { return }
        context.fireChannelRead(wrapInboundOut(received))
        context.fireChannelReadComplete()
    }

    private func fail(_ context: ChannelHandlerContext, _ reason: String) {
        promise.fail(StreamingError(.unavailable, "the container runtime's streaming server failed: \(reason)"))
        context.close(promise: nil)
    }

    /// How many bytes the head has, its empty line included.
    private static func endOfHead(_ bytes: ByteBufferView) -> Int? {
        let mark: [UInt8] = [13, 10, 13, 10]
        guard bytes.count >= mark.count else { return nil }
        var index = bytes.startIndex
        while index <= bytes.endIndex - mark.count {
            if bytes[index..<(index + mark.count)].elementsEqual(mark) { return index + mark.count - bytes.startIndex }
            index += 1
        }
        return nil
    }

    /// Connects and goes over to SPDY.
    ///
    /// - Returns: the connection, of this event loop, with this handler in it, and the headers of the answer.
    static func connect(
        to url: RuntimeURL, protocols: [String], on eventLoop: any EventLoop
    ) -> EventLoopFuture<(any Channel, HTTPHeaders)> {
        ClientBootstrap(group: eventLoop)
            .connectTimeout(.seconds(5))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: url.host, port: url.port)
            .flatMapErrorThrowing { error in
                throw StreamingError(.unavailable, "cannot reach the container runtime's streaming server: \(error)")
            }
            .flatMap { channel in
                let promise = channel.eventLoop.makePromise(of: HTTPHeaders.self)
                do {
                    try channel.pipeline.syncOperations.addHandler(RuntimeUpgradeHandler(promise))
                } catch {
                    promise.fail(error)
                }
                channel.writeAndFlush(ByteBuffer(string: request(url, protocols: protocols)), promise: nil)
                return promise.futureResult.map { (channel, $0) }
            }
    }
}
