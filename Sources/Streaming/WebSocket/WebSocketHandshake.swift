// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import Crypto
internal import NIOHTTP1
internal import Wire

/// The server's part of a WebSocket's opening handshake (RFC 6455, section 4.2).
enum WebSocketHandshake {
    /// - Parameter supported: the subprotocols spoken here; the first that the client names and that is among them is taken.
    /// - Returns: the headers of the 101 answer, and the subprotocol; nil where the client names none.
    /// - Throws: `badRequest`, or `forbidden` where no subprotocol is common.
    static func answer(
        _ request: HTTPHeaders, supported: [String]
    ) throws(StreamingError) -> (headers: HTTPHeaders, subprotocol: String?) {
        guard let key = request.first(name: "sec-websocket-key"), request.first(name: "sec-websocket-version") == "13"
        else {
            throw StreamingError(.badRequest, "a WebSocket of version 13 needs Sec-WebSocket-Key")
        }
        var headers = HTTPHeaders([
            ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept(key)),
        ])
        let offered = request[canonicalForm: "sec-websocket-protocol"].map(String.init)
        if offered.isEmpty { return (headers, nil) }
        guard let chosen = offered.first(where: supported.contains) else {
            throw StreamingError(
                .forbidden, "unable to upgrade: no common protocol among \(offered); supported are \(supported)")
        }
        headers.add(name: "Sec-WebSocket-Protocol", value: chosen)
        return (headers, chosen)
    }

    static func accept(_ key: String) -> String {
        var hash = Insecure.SHA1()
        Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8).withUnsafeBytes { hash.update(bufferPointer: $0) }
        return String(decoding: Base64.encode(Array(hash.finalize())), as: UTF8.self)
    }
}
