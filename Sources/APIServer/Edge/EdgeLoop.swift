// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc
import NIOCore
import NIOHTTP2

/// What the connections of one event loop share. Confined to that loop.
final class EdgeLoop {
    let eventLoop: any EventLoop
    /// Keeps the tasks of requests on this loop.
    let executor: EventLoopTaskExecutor
    let configuration: EdgeConfiguration
    private(set) var isStopping = false
    private var connections: [ObjectIdentifier: EdgeConnection] = [:]
    private var sweep: RepeatedTask?
    private var drained: EventLoopPromise<Void>?
    private var pieceBuffer: ByteBuffer?
    private var dateSecond: Int64 = -1
    private var dateText = ""

    init(eventLoop: any EventLoop, configuration: EdgeConfiguration) {
        self.eventLoop = eventLoop
        self.configuration = configuration
        executor = EventLoopTaskExecutor(eventLoop)
    }

    /// The `Date` field of now, made once a second.
    var date: String {
        let now = Int64(time(nil))
        if now != dateSecond {
            dateSecond = now
            dateText = HTTPDate.text(secondsSince1970: now)
        }
        return dateText
    }

    /// A buffer for a piece of a body: the one that was returned last, where whoever it was given to has let go of it.
    func takePieceBuffer(_ capacity: Int) -> ByteBuffer {
        guard var buffer = pieceBuffer else { return ByteBufferAllocator().buffer(capacity: capacity) }
        pieceBuffer = nil
        buffer.clear(minimumCapacity: capacity)
        return buffer
    }

    /// Keeps a buffer that was written for the next piece of any connection: TLS has copied it by then.
    func returnPieceBuffer(_ buffer: ByteBuffer) { pieceBuffer = buffer }

    /// Keeps an eye on a connection until it is closed.
    func add(_ connection: EdgeConnection) {
        connections[ObjectIdentifier(connection)] = connection
        startSweep()
        if isStopping { connection.stop() }
    }

    func remove(_ connection: EdgeConnection) {
        connections[ObjectIdentifier(connection)] = nil
        guard connections.isEmpty else { return }
        sweep?.cancel()
        sweep = nil
        drained?.succeed()
        drained = nil
    }

    /// Ends what may be ended: idle connections now, others after the answers they are about to give.
    ///
    /// - Returns: when the last connection is closed, at the latest after the shutdown timeout.
    func stop() -> EventLoopFuture<Void> {
        isStopping = true
        let promise = eventLoop.makePromise(of: Void.self)
        guard !connections.isEmpty else {
            promise.succeed()
            return promise.futureResult
        }
        drained = promise
        for connection in connections.values { connection.stop() }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let deadline = eventLoop.scheduleTask(in: configuration.shutdownTimeout) {
            for connection in bound.value.connections.values { connection.channel.close(promise: nil) }
        }
        promise.futureResult.whenComplete { _ in deadline.cancel() }
        return promise.futureResult
    }

    private func startSweep() {
        guard sweep == nil else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        sweep = eventLoop.scheduleRepeatedTask(
            initialDelay: configuration.sweepInterval, delay: configuration.sweepInterval
        ) { _ in
            let now = NIODeadline.now()
            for connection in bound.value.connections.values { connection.closeIfOverdue(now: now) }
        }
    }
}

/// One client connection, of either protocol: how far it is and since when. Confined to its event loop.
final class EdgeConnection {
    enum Phase: Equatable {
        /// The TLS handshake is not over.
        case handshake
        /// No request has come yet.
        case fresh
        /// Waiting for the next request.
        case idle
        /// Part of a request has come.
        case receiving
        /// At least one request is being answered.
        case answering
        /// Speaks another protocol now.
        case upgraded
    }

    let channel: any Channel
    let loop: EdgeLoop
    let peer: PeerConnection
    private(set) var phase = Phase.handshake
    private(set) var since = NIODeadline.now()
    /// Requests being received or answered, by identity, so that a stop reaches them.
    private var exchanges: [ObjectIdentifier: Exchange] = [:]
    private var isHTTP2 = false

    init(channel: any Channel, loop: EdgeLoop, peer: PeerConnection) {
        self.channel = channel
        self.loop = loop
        self.peer = peer
    }

    /// Notes how far the connection is.
    func enter(_ phase: Phase) {
        self.phase = phase
        since = .now()
    }

    /// Notes that the connection speaks HTTP/2.
    func becomeHTTP2() {
        isHTTP2 = true
        enter(.fresh)
    }

    func began(_ exchange: Exchange) {
        exchanges[ObjectIdentifier(exchange)] = exchange
        enter(.answering)
    }

    func ended(_ exchange: Exchange) {
        exchanges[ObjectIdentifier(exchange)] = nil
        guard exchanges.isEmpty, phase != .upgraded else { return }
        enter(.idle)
        if loop.isStopping, isHTTP2 { sayGoodbye() }
    }

    /// Tells an HTTP/2 client that nothing more is taken, and closes once that and what came before is written.
    private func sayGoodbye() {
        let farewell = HTTP2Frame.FramePayload.goAway(lastStreamID: .maxID, errorCode: .noError, opaqueData: nil)
        let channel = channel
        let isUnused = exchanges.isEmpty
        channel.writeAndFlush(HTTP2Frame(streamID: .rootStream, payload: farewell)).whenComplete { _ in
            if isUnused { channel.close(promise: nil) }
        }
    }

    /// The server stops: long-running requests end, the connection closes when the last answer is out.
    func stop() {
        for exchange in exchanges.values { exchange.serverStops() }
        if isHTTP2 {
            sayGoodbye()
        } else if exchanges.isEmpty {
            channel.close(promise: nil)
        }
    }

    /// Closes the connection where the client takes longer than allowed.
    func closeIfOverdue(now: NIODeadline) {
        let configuration = loop.configuration
        let limit: TimeAmount? =
            switch phase {
            case .handshake: configuration.handshakeTimeout
            case .fresh, .receiving: configuration.readTimeout
            case .idle: configuration.idleTimeout
            case .answering, .upgraded: nil
            }
        if let limit, now - since > limit { channel.close(promise: nil) }
        for exchange in exchanges.values {
            exchange.abortIfStalled(now: now, limit: configuration.writeTimeout)
            exchange.abortIfOverdue(now: now)
        }
    }
}
