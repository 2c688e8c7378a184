// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import NIOPosix
import Streaming

/// A client's connection after its upgrade, as bytes.
struct StreamingClient {
    let response: String
    var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var pending = ByteBuffer()

    /// Connects, sends an upgrade request and hands over the connection once the answer has come.
    static func with<Result: Sendable>(
        port: Int, path: String = "/", headers: [(String, String)],
        _ body: @escaping @Sendable (inout StreamingClient) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(inboundType: ByteBuffer.self, outboundType: ByteBuffer.self))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            let lines = headers.map { "\($0): \($1)\r\n" }.joined()
            try await outbound.write(
                ByteBuffer(
                    string:
                        "POST \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\(lines)\r\n"
                ))
            var iterator = inbound.makeAsyncIterator()
            var head = ByteBuffer()
            var end: Int?
            while end == nil, let bytes = try await iterator.next() {
                head.writeImmutableBuffer(bytes)
                let all = Array(head.readableBytesView)
                end = all.indices.first { $0 >= 3 && Array(all[($0 - 3)...$0]) == [13, 10, 13, 10] }.map { $0 + 1 }
            }
            let response = head.readString(length: end ?? head.readableBytes) ?? ""
            var client = StreamingClient(response: response, inbound: iterator, outbound: outbound, pending: head)
            return try await body(&client)
        }
    }

    static func webSocketHeaders(_ subprotocol: String) -> [(String, String)] {
        [
            ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("Sec-WebSocket-Protocol", subprotocol),
        ]
    }

    /// Raw bytes; nil at the end.
    mutating func bytes() async throws -> ByteBuffer? {
        if pending.readableBytes > 0 {
            defer { pending.clear() }
            return pending
        }
        return try await inbound.next()
    }

    /// Sends one WebSocket message.
    func send(_ message: [UInt8]) async throws {
        var frame = ByteBuffer(bytes: [0x82])
        switch message.count {
        case ..<126: frame.writeInteger(UInt8(0x80 | message.count))
        case ..<65536:
            frame.writeInteger(UInt8(0x80 | 126))
            frame.writeInteger(UInt16(message.count))
        default:
            frame.writeInteger(UInt8(0x80 | 127))
            frame.writeInteger(UInt64(message.count))
        }
        let mask: [UInt8] = [1, 2, 3, 4]
        frame.writeBytes(mask)
        frame.writeBytes(message.enumerated().map { $1 ^ mask[$0 % 4] })
        try await outbound.write(frame)
    }

    /// The next WebSocket message; nil when the server closes.
    mutating func message() async throws -> [UInt8]? {
        while true {
            if let message = frame() { return message.isEmpty ? nil : message }
            guard let more = try await inbound.next() else { return nil }
            pending.writeImmutableBuffer(more)
        }
    }

    /// A whole frame's payload; empty for a close frame.
    private mutating func frame() -> [UInt8]? {
        var buffer = pending
        guard let first = buffer.readInteger(as: UInt8.self), let second = buffer.readInteger(as: UInt8.self) else {
            return nil
        }
        var length = Int(second & 0x7f)
        if length == 126 {
            guard let value = buffer.readInteger(as: UInt16.self) else { return nil }
            length = Int(value)
        } else if length == 127 {
            guard let value = buffer.readInteger(as: UInt64.self) else { return nil }
            length = Int(value)
        }
        guard let payload = buffer.readBytes(length: length) else { return nil }
        pending = buffer
        return first & 0x0f == 8 ? [] : payload
    }

    /// All messages until the server closes, by channel.
    mutating func messagesByChannel() async throws -> [UInt8: String] {
        var channels: [UInt8: [UInt8]] = [:]
        while let message = try await message() { channels[message[0], default: []] += message.dropFirst() }
        return channels.mapValues { String(decoding: $0, as: UTF8.self) }
    }
}
