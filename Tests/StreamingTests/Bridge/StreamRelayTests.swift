// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import NIOEmbedded
import Testing

@testable import Streaming

struct StreamRelayTests {
    /// Counts how often the pipeline asks its socket for more.
    private final class ReadCounter: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var count = 0
        func read(context: ChannelHandlerContext) {
            count += 1
            context.read()
        }
    }

    private struct Setup {
        let loop = EmbeddedEventLoop()
        let client: EmbeddedChannel
        let runtime: EmbeddedChannel
        let runtimeReads = ReadCounter()
        let relay: StreamRelay

        init(_ translator: any StreamTranslator) throws {
            client = EmbeddedChannel(loop: loop)
            runtime = EmbeddedChannel(loop: loop)
            relay = StreamRelay(translator)
            let ends = relay.makeEnds()
            try client.pipeline.syncOperations.addHandler(ends.client)
            try runtime.pipeline.syncOperations.addHandlers([runtimeReads, ends.runtime])
            try client.connect(to: SocketAddress(unixDomainSocketPath: "/c")).wait()
            try runtime.connect(to: SocketAddress(unixDomainSocketPath: "/r")).wait()
            relay.start()
        }
    }

    @Test("bytes pass both ways, and one side's end is the other's")
    func passing() throws {
        let setup = try Setup(PlainTranslator())
        try setup.client.writeInbound(ByteBuffer(string: "ask"))
        #expect(try setup.runtime.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "ask"))
        try setup.runtime.writeInbound(ByteBuffer(string: "answer"))
        #expect(try setup.client.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "answer"))
        setup.runtime.pipeline.fireChannelInactive()
        setup.loop.run()
        #expect(!setup.client.isActive)
    }

    @Test("nothing is read from the runtime while the client does not take it")
    func backPressure() throws {
        let setup = try Setup(PlainTranslator())
        let before = setup.runtimeReads.count
        setup.client.isWritable = false
        setup.client.pipeline.fireChannelWritabilityChanged()
        setup.runtime.read()
        #expect(setup.runtimeReads.count == before)
        setup.client.isWritable = true
        setup.client.pipeline.fireChannelWritabilityChanged()
        #expect(setup.runtimeReads.count == before + 1)
    }

    @Test("a peer that breaks the protocol ends the session")
    func fault() throws {
        let setup = try Setup(RemoteCommandTranslator(StreamSelection(), .v4))
        try setup.runtime.writeInbound(ByteBuffer(bytes: [0x80, 2, 0, 1, 0, 0, 0, 0]))
        setup.loop.run()
        #expect(!setup.client.isActive && !setup.runtime.isActive)
    }
}
