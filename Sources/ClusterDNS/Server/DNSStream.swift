// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore

/// DNS over TCP: each message has its length before it (RFC 1035, section 4.2.2).
enum DNSStream {
    /// Makes a channel carry whole messages.
    static func configure(_ channel: any Channel) throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        try channel.pipeline.syncOperations.addHandlers(
            ByteToMessageHandler(Decoder()), MessageToByteHandler(Encoder()))
        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
    }

    struct Decoder: ByteToMessageDecoder {
        typealias InboundOut = ByteBuffer

        mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
            guard let message = buffer.readLengthPrefixedSlice(as: UInt16.self) else { return .needMoreData }
            context.fireChannelRead(Self.wrapInboundOut(message))
            return .continue
        }

        mutating func decodeLast(
            context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
        ) throws -> DecodingState {
            try decode(context: context, buffer: &buffer)
        }
    }

    struct Encoder: MessageToByteEncoder {
        typealias OutboundIn = ByteBuffer

        func encode(data: ByteBuffer, out: inout ByteBuffer) throws {
            guard let length = UInt16(exactly: data.readableBytes) else { return }
            out.writeInteger(length)
            out.writeImmutableBuffer(data)
        }
    }
}

/// Closes a connection over which nothing came for a while.
final class IdleCloser: ChannelInboundHandler {
    typealias InboundIn = NIOAny
    typealias InboundOut = NIOAny

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
