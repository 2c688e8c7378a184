// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore

/// One request being answered. Confined to the event loop of its connection.
///
/// It owns the request's task. The connection holds the exchange until the answer is out, and `EdgeServer.run()` returns only
/// when all connections are closed: no task outlives the server.
final class Exchange {
    private enum State {
        case waiting
        case streaming
        case over
    }

    private let connection: EdgeConnection
    private unowned let sink: any ResponseSink
    private let isHead: Bool
    private var state = State.waiting
    private var isStream = false
    private var isStopping = false
    private var task: Task<Void, Never>?
    private var waiters: [CheckedContinuation<Void, any Error>] = []
    private var stalledSince: NIODeadline?
    private var isFlushScheduled = false
    private var sending: BodySending?
    private var isProceeding = false
    private let started = NIODeadline.now()
    private var request: EdgeRequest?
    private var service: (any EdgeService)?
    /// When the answer must be out; nil until the loop has looked at the exchange, and for requests without a limit.
    private var deadline: NIODeadline?

    init(connection: EdgeConnection, sink: any ResponseSink, isHead: Bool) {
        self.connection = connection
        self.sink = sink
        self.isHead = isHead
    }

    /// Starts the task of a request.
    func start(_ request: EdgeRequest, service: any EdgeService) {
        connection.began(self)
        self.request = request
        self.service = service
        let bound = NIOLoopBound(self, eventLoop: connection.loop.eventLoop)
        // Runs on the event loop. Held here; the connection stays open, and run() waits, until it has ended.
        task = Task(executorPreference: connection.loop.executor) {
            let response = await service.respond(to: request)
            await Exchange.send(response, bound)
        }
    }

    /// Answers without asking the service.
    func refuse(_ head: ResponseHead, _ body: [UInt8]) {
        connection.began(self)
        sink.writeHead(head, length: body.count, isBodiless: isHead)
        if !isHead { sink.writeBody(body) }
        end()
    }

    private static func send(_ response: EdgeResponse, _ bound: NIOLoopBound<Exchange>) async {
        // The executor preference brings every continuation back to the loop, except where a handler resumed elsewhere.
        guard bound.eventLoop.inEventLoop else {
            let hop = bound.eventLoop.submit {}
            _ = try? await hop.get()  // cannot fail but for a loop that is shut down, where nothing is left to do
            guard bound.eventLoop.inEventLoop else { return }
            return await send(response, bound)
        }
        switch response {
        case .answer(.whole(let head, let chunks)): await sendWhole(head, chunks, bound)
        case .answer(.stream(let head, let produce)): await sendStream(head, produce, bound)
        case .upgrade(let upgrade): bound.value.upgrade(upgrade)
        }
    }

    private static func sendWhole(_ head: ResponseHead, _ chunks: [[UInt8]], _ bound: NIOLoopBound<Exchange>) async {
        guard bound.value.begin(head, length: chunks.reduce(0) { $0 + $1.count }) else { return }
        let writer = ExchangeWriter(exchange: bound)
        for chunk in chunks where !bound.value.isHead {
            do {
                if try !bound.value.append(chunk, flushSoon: false) { try await writer.waitUntilWritable() }
            } catch {
                return
            }
        }
        bound.value.end()
    }

    private static func sendStream(
        _ head: ResponseHead, _ produce: @Sendable (any ResponseBodyWriter) async throws -> Void,
        _ bound: NIOLoopBound<Exchange>
    ) async {
        guard bound.value.begin(head, length: nil) else { return }
        guard !bound.value.isHead else { return bound.value.end() }
        bound.value.isStream = true
        bound.value.sink.flush()
        var failed = false
        do {
            try await produce(ExchangeWriter(exchange: bound))
        } catch {
            failed = true
        }
        if bound.eventLoop.inEventLoop {
            bound.value.endStream(failed: failed)
        } else {
            bound.eventLoop.execute { [failed] in bound.value.endStream(failed: failed) }
        }
    }

    private func begin(_ head: ResponseHead, length: Int?) -> Bool {
        guard case .waiting = state else { return false }
        state = .streaming
        sink.writeHead(head, length: length, isBodiless: isHead)
        return true
    }

    private func upgrade(_ upgrade: EdgeUpgrade) {
        guard case .waiting = state else { return upgrade.cancel() }
        state = .over
        connection.enter(.upgraded)
        connection.ended(self)
        sink.takeOver(upgrade)
    }

    private func endStream(failed: Bool) {
        guard case .streaming = state else { return }
        // A stop of the server ends streams in good order, so that clients ask again elsewhere.
        if failed && !isStopping { abort() } else { end() }
    }

    private func end() {
        state = .over
        sink.finish()
        connection.ended(self)
    }

    private func abort() {
        clientGone()
        sink.abort()
        connection.ended(self)
    }

    /// Takes bytes of the body.
    ///
    /// - Parameter flushSoon: send at the end of this turn of the loop, together with what else comes in it.
    /// - Returns: whether the connection can take more.
    /// - Throws: where the client has gone.
    func append(_ bytes: [UInt8], flushSoon: Bool) throws -> Bool {
        guard case .streaming = state else { throw ChannelError.ioOnClosedChannel }
        sink.writeBody(bytes)
        guard sink.canTakeMore else {
            sink.flush()
            return sink.canTakeMore
        }
        if flushSoon, !isFlushScheduled {
            isFlushScheduled = true
            let bound = NIOLoopBound(self, eventLoop: connection.loop.eventLoop)
            connection.loop.eventLoop.execute {
                bound.value.isFlushScheduled = false
                if case .streaming = bound.value.state { bound.value.sink.flush() }
            }
        }
        return true
    }

    /// Sends all that a source gives, as fast as the client takes it.
    func send(_ source: any ResponseBodySource, _ continuation: CheckedContinuation<Void, any Error>) {
        guard case .streaming = state else { return continuation.resume(throwing: ChannelError.ioOnClosedChannel) }
        sending = BodySending(source: source, continuation: continuation)
        proceed()
    }

    /// Writes pieces until the connection takes no more; after some of them the loop's other connections have their turn.
    private func proceed() {
        // A flush can tell at once that the connection takes more.
        guard let sending, !isProceeding else { return }
        isProceeding = true
        defer { isProceeding = false }
        var left = BodySending.turn
        while left > 0 {
            // A write can tell at once that the client has gone.
            guard self.sending === sending else { return }
            guard sink.canTakeMore else {
                sending.stall()
                stalledSince = stalledSince ?? .now()
                return
            }
            left -= sending.pieceSize
            do {
                guard try sending.writePiece(to: sink) else { return endSending(nil) }
            } catch {
                return endSending(error)
            }
        }
        let bound = NIOLoopBound(self, eventLoop: connection.loop.eventLoop)
        connection.loop.eventLoop.execute { bound.value.proceed() }
    }

    private func endSending(_ error: (any Error)?) {
        guard let sending else { return }
        self.sending = nil
        if let error { sending.continuation?.resume(throwing: error) } else { sending.continuation?.resume() }
    }

    func wait(_ continuation: CheckedContinuation<Void, any Error>) {
        guard case .streaming = state else { return continuation.resume(throwing: ChannelError.ioOnClosedChannel) }
        guard !isStopping || !isStream else { return continuation.resume(throwing: CancellationError()) }
        guard !sink.canTakeMore else { return continuation.resume() }
        stalledSince = stalledSince ?? .now()
        waiters.append(continuation)
    }

    /// The connection can take more.
    func becameWritable() {
        stalledSince = nil
        let resumed = waiters
        waiters = []
        for waiter in resumed { waiter.resume() }
        proceed()
    }

    /// The client has gone: ends the task.
    func clientGone() {
        state = .over
        task?.cancel()
        endSending(ChannelError.ioOnClosedChannel)
        let resumed = waiters
        waiters = []
        for waiter in resumed { waiter.resume(throwing: ChannelError.ioOnClosedChannel) }
    }

    /// The connection is closed under the exchange.
    func connectionClosed() {
        if case .over = state { return }
        clientGone()
        connection.ended(self)
    }

    /// The server stops: what streams, ends; what is about to be answered, is answered.
    func serverStops() {
        isStopping = true
        guard isStream, sending == nil else { return }  // a body that has an end is sent to its end
        task?.cancel()
        let resumed = waiters
        waiters = []
        for waiter in resumed { waiter.resume(throwing: CancellationError()) }
    }

    /// Ends a request that takes longer than it may: with 504 where nothing was answered yet, else by cutting it off.
    func abortIfOverdue(now: NIODeadline) {
        if let request, let service {
            (self.request, self.service) = (nil, nil)
            deadline = service.timeLimit(of: request).map { started + TimeAmount($0) }
        }
        guard let deadline, now > deadline else { return }
        switch state {
        case .over: break
        case .streaming: abort()
        case .waiting:
            task?.cancel()
            let status = FailureStatus.timedOut
            let body = status.json
            sink.writeHead(status.head, length: body.count, isBodiless: isHead)
            if !isHead { sink.writeBody(body) }
            end()
        }
    }

    /// Gives up a client that has not taken bytes for too long.
    func abortIfStalled(now: NIODeadline, limit: TimeAmount) {
        if let stalledSince, now - stalledSince > limit { abort() }
    }
}
