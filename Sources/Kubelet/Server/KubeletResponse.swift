// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import NIOHTTP1

/// The answer to one request.
struct KubeletResponse: Sendable {
    var channel: any Channel
    var isKeptAlive: Bool

    /// Sends a whole answer.
    func send(_ status: HTTPResponseStatus, _ body: String, type: String = "text/plain; charset=utf-8") async throws {
        try await send(status, Array(body.utf8), type: type)
    }

    /// Sends a whole answer.
    func send(_ status: HTTPResponseStatus, _ body: [UInt8], type: String) async throws {
        var headers = HTTPHeaders([("Content-Type", type), ("Content-Length", String(body.count))])
        if !isKeptAlive { headers.add(name: "Connection", value: "close") }
        channel.write(
            HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)),
            promise: nil)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
        try await channel.writeAndFlush(HTTPServerResponsePart.end(nil))
    }

    /// Begins an answer whose length is not known.
    func begin(_ status: HTTPResponseStatus = .ok, type: String) async throws {
        let headers = HTTPHeaders([("Content-Type", type), ("Transfer-Encoding", "chunked")])
        try await channel.writeAndFlush(
            HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
    }

    /// Sends a piece; returns when the connection has taken it.
    func write(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        try await channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes))))
    }

    func end() async throws { try await channel.writeAndFlush(HTTPServerResponsePart.end(nil)) }
}
