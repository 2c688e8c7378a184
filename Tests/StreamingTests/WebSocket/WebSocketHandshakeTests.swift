// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOHTTP1
import Testing

@testable import Streaming

struct WebSocketHandshakeTests {
    @Test("the answer to RFC 6455's example key is the RFC's")
    func example() {
        #expect(WebSocketHandshake.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var headers: [(String, String)]
        var session: StreamingSession
        var expected: StreamingBridge.Translation?
        var testDescription: String { name }
    }

    private static let upgrade = [
        ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Key", "a2V5"),
        ("Sec-WebSocket-Version", "13"),
    ]
    private static let exec = StreamingSession.remoteCommand(StreamSelection())

    @Test(
        "clients and sessions find their translation",
        arguments: [
            Case(
                name: "kubectl up to 1.28", headers: [("Connection", "Upgrade"), ("Upgrade", "SPDY/3.1")],
                session: exec,
                expected: .spdy),
            Case(
                name: "kubectl from 1.31", headers: upgrade + [("Sec-WebSocket-Protocol", "v5.channel.k8s.io")],
                session: exec,
                expected: .remoteCommand(StreamSelection(), .v5)),
            Case(
                name: "the Python client", headers: upgrade + [("Sec-WebSocket-Protocol", "v4.channel.k8s.io")],
                session: exec,
                expected: .remoteCommand(StreamSelection(), .v4)),
            Case(
                name: "the client's order counts",
                headers: upgrade + [("Sec-WebSocket-Protocol", "x, v4.base64.channel.k8s.io, v5.channel.k8s.io")],
                session: exec, expected: .remoteCommand(StreamSelection(), .v4Base64)),
            Case(
                name: "no subprotocol", headers: upgrade, session: exec,
                expected: .remoteCommand(StreamSelection(), .v1)),
            Case(
                name: "only unknown subprotocols", headers: upgrade + [("Sec-WebSocket-Protocol", "x")], session: exec,
                expected: nil),
            Case(
                name: "kubectl port-forward from 1.31",
                headers: upgrade + [("Sec-WebSocket-Protocol", "SPDY/3.1+portforward.k8s.io")],
                session: .portForward(ports: []),
                expected: .tunnel),
            Case(
                name: "port-forward with ports in the query",
                headers: upgrade + [("Sec-WebSocket-Protocol", "v4.channel.k8s.io")],
                session: .portForward(ports: [80]), expected: .portForward([80], .v4)),
            Case(
                name: "port-forward without ports",
                headers: upgrade + [("Sec-WebSocket-Protocol", "v4.channel.k8s.io")],
                session: .portForward(ports: []), expected: nil),
            Case(name: "no upgrade", headers: [], session: exec, expected: nil),
            Case(
                name: "an old WebSocket",
                headers: [
                    ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Key", "a"),
                    ("Sec-WebSocket-Version", "8"),
                ],
                session: exec, expected: nil),
        ])
    func negotiation(_ c: Case) {
        let result = try? StreamingBridge.negotiate(HTTPHeaders(c.headers), c.session)
        #expect(result?.1 == c.expected)
    }
}
