// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore

/// Answers the runtime's PING frames next to the socket, and keeps them from the HTTP/2 library.
///
/// A server in Go sends one with nearly every request, to measure how wide the connection is; the library takes more than 200 in 30
/// seconds for an attack and closes the connection, and with it every call that is under way. The runtime is no attacker.
///
/// - SeeAlso: RFC 9113, section 6.7.
final class PingAnswering: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var sieve = PingSieve()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let sifted = sieve.sift(unwrapInboundIn(data))
        if !sifted.pings.isEmpty {
            var answer = context.channel.allocator.buffer(capacity: 17 * sifted.pings.count)
            for ping in sifted.pings { PingSieve.writeAnswer(to: ping, into: &answer) }
            context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        }
        if sifted.rest.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(sifted.rest)) }
    }
}

/// Parts PING frames that want an answer from all other bytes of an HTTP/2 connection, however they are cut.
struct PingSieve {
    /// The beginning of a frame of which too little has come.
    private var held = ByteBuffer()
    /// How many bytes are left of a frame that is passed on.
    private var passing = 0

    /// - Parameter bytes: what follows on what came before.
    /// - Returns: what is no such PING, in order, and the eight bytes of each PING.
    mutating func sift(_ bytes: ByteBuffer) -> (rest: ByteBuffer, pings: [UInt64]) {
        var input = held
        input.writeImmutableBuffer(bytes)
        var rest = ByteBuffer()
        var pings: [UInt64] = []
        while true {
            if passing > 0, let part = input.readSlice(length: min(passing, input.readableBytes)) {
                passing -= part.readableBytes
                rest.writeImmutableBuffer(part)
            }
            guard passing == 0, let head = input.getBytes(at: input.readerIndex, length: 9) else { break }
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            guard head[3] == Self.ping, head[4] & Self.acknowledged == 0, length == 8 else {
                passing = 9 + length
                continue
            }
            guard let text = input.getInteger(at: input.readerIndex + 9, as: UInt64.self) else { break }
            pings.append(text)
            input.moveReaderIndex(forwardBy: 17)
        }
        held = ByteBuffer(buffer: input.slice())
        return (rest, pings)
    }

    private static let ping: UInt8 = 6
    private static let acknowledged: UInt8 = 1

    /// Writes the PING frame that answers another.
    static func writeAnswer(to ping: UInt64, into buffer: inout ByteBuffer) {
        buffer.writeBytes([0, 0, 8, Self.ping, acknowledged, 0, 0, 0, 0])
        buffer.writeInteger(ping)
    }
}
