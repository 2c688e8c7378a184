// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import Testing

@testable import Streaming

struct SPDYFrameTests {
    private static let frames: [SPDYFrame] = [
        .synStream(id: 1, headers: ["streamtype": "error"], final: false),
        .synStream(id: 3, headers: ["streamtype": "data", "port": "8080", "requestid": "0"], final: true),
        .synReply(id: 1, headers: [:], final: false), .resetStream(id: 3, status: 5), .settings, .ping(id: 2),
        .goAway(lastID: 3), .headers(id: 1, headers: ["a": "b"], final: true), .windowUpdate(id: 1, delta: 65536),
        .data(id: 1, ByteBuffer(string: "hello"), final: false), .data(id: 1, ByteBuffer(), final: true),
    ]

    @Test("all frames come back as they were sent, whole or in pieces", arguments: [1_000_000, 64, 9])
    func roundTrip(_ pieceLength: Int) throws {
        var sender = SPDYCodec()
        var receiver = SPDYCodec()
        var wire = ByteBuffer()
        for frame in Self.frames { wire.writeImmutableBuffer(try sender.encode(frame)) }
        var received: [SPDYFrame] = []
        while let piece = wire.readSlice(length: min(pieceLength, wire.readableBytes)), piece.readableBytes > 0 {
            received += try receiver.decode(piece)
        }
        #expect(Self.joined(received) == Self.frames)
    }

    @Test("a frame's bytes are those of the draft")
    func bytes() throws {
        var codec = SPDYCodec()
        #expect(Array(try codec.encode(.ping(id: 7)).readableBytesView) == [0x80, 3, 0, 6, 0, 0, 0, 4, 0, 0, 0, 7])
        let data = try codec.encode(.data(id: 5, ByteBuffer(string: "ab"), final: true))
        #expect(Array(data.readableBytesView) == [0, 0, 0, 5, 1, 0, 0, 2, 97, 98])
    }

    @Test(
        "what is not SPDY/3 is refused",
        arguments: [
            [0x80, 2, 0, 1, 0, 0, 0, 0], [0x80, 3, 0, 1, 0, 0xff, 0xff, 0xff], [0x80, 3, 0, 3, 0, 0, 0, 2, 0, 0],
            [0x80, 3, 0, 2, 0, 0, 0, 8, 0, 0, 0, 1, 9, 9, 9, 9],
        ] as [[UInt8]])
    func refusal(_ bytes: [UInt8]) {
        var codec = SPDYCodec()
        #expect(throws: StreamingError.self) { try codec.decode(ByteBuffer(bytes: bytes)) }
    }

    /// Pieces of one data frame put together.
    private static func joined(_ frames: [SPDYFrame]) -> [SPDYFrame] {
        frames.reduce(into: []) { result, frame in
            if case .data(let id, let bytes, let final) = frame, case .data(id, var before, false)? = result.last,
                before.readableBytes < 5
            {
                before.writeImmutableBuffer(bytes)
                result[result.count - 1] = .data(id: id, before, final: final)
            } else {
                result.append(frame)
            }
        }
    }
}
