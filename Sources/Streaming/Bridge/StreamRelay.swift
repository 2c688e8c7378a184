// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import NIOCore

/// Two connections of one event loop, joined through a translator. What comes from one side is read only while the other
/// side takes it, so that a slow reader slows the writer and nothing piles up here.
final class StreamRelay {
    private var translator: any StreamTranslator
    private var client: RelayEnd?
    private var runtime: RelayEnd?
    private var finished = false

    init(_ translator: any StreamTranslator) { self.translator = translator }

    /// The two handlers, to be put last in their pipelines.
    func makeEnds() -> (client: RelayEnd, runtime: RelayEnd) {
        let client = RelayEnd(relay: self, side: .client)
        let runtime = RelayEnd(relay: self, side: .runtime)
        self.client = client
        self.runtime = runtime
        return (client, runtime)
    }

    /// Begins, once both handlers are in place.
    func start() { perform { translator throws(StreamingError) in try translator.start() } }

    func received(_ bytes: ByteBuffer, from side: RelayEnd.Side) {
        perform { translator throws(StreamingError) in
            switch side {
            case .client: try translator.fromClient(bytes)
            case .runtime: try translator.fromRuntime(bytes)
            }
        }
    }

    func flush(from side: RelayEnd.Side) {
        client?.flush()
        runtime?.flush()
    }

    func ended(_ side: RelayEnd.Side) {
        switch side {
        case .client: finish()
        case .runtime: perform { translator in translator.runtimeEnded() }
        }
    }

    func peerTakes(_ side: RelayEnd.Side) -> Bool {
        switch side {
        case .client: runtime?.isWritable ?? true
        case .runtime: client?.isWritable ?? true
        }
    }

    func writabilityChanged(_ side: RelayEnd.Side) {
        switch side {
        case .client: runtime?.resumeReading()
        case .runtime: client?.resumeReading()
        }
    }

    private func perform(
        _ step: (inout any StreamTranslator) throws(StreamingError) -> RelayOutput
    ) {
        if finished { return }
        do {
            let output = try step(&translator)
            for bytes in output.toClient { client?.write(bytes) }
            for bytes in output.toRuntime { runtime?.write(bytes) }
            if output.finished { finish() }
        } catch {
            finish()
        }
    }

    private func finish() {
        if finished { return }
        finished = true
        client?.closeWhenSent()
        runtime?.closeWhenSent()
        // The two hold each other through the relay until here.
        client = nil
        runtime = nil
    }
}

/// One side of a ``StreamRelay``.
final class RelayEnd: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Side { case client, runtime }

    private let relay: StreamRelay
    private let side: Side
    private var context: ChannelHandlerContext?
    private var wantsToRead = false

    init(relay: StreamRelay, side: Side) {
        self.relay = relay
        self.side = side
    }

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func write(_ bytes: ByteBuffer) { context?.write(wrapOutboundOut(bytes), promise: nil) }

    func flush() { context?.flush() }

    /// Closes the connection after everything written before has gone out.
    func closeWhenSent() {
        guard let context else { return }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in bound.value.close(promise: nil) }
    }

    func resumeReading() {
        guard wantsToRead, let context else { return }
        wantsToRead = false
        context.read()
    }

    // MARK: what the pipeline calls

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { relay.received(unwrapInboundIn(data), from: side) }

    func channelReadComplete(context: ChannelHandlerContext) {
        relay.flush(from: side)
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        relay.ended(side)
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { relay.writabilityChanged(side) }
        context.fireChannelWritabilityChanged()
    }

    func read(context: ChannelHandlerContext) {
        if relay.peerTakes(side) { context.read() } else { wantsToRead = true }
    }

    /// A connection that is broken ends as one that was closed.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
