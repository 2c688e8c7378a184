// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import Testing

@testable import LoadGenerator

struct HTTP1ParserTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var wire: String
        var status: Int
        var body: String
        var testDescription: String { name }
    }

    @Test(
        "a response is read however it is cut into pieces",
        arguments: [
            Case(
                name: "length", wire: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", status: 200, body: "hello"),
            Case(
                name: "chunks",
                wire: "HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n",
                status: 201, body: "hello!"),
            Case(name: "no content", wire: "HTTP/1.1 204 No Content\r\n\r\n", status: 204, body: ""),
            Case(
                name: "continue first",
                wire: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
                status: 200, body: "x"),
        ])
    func pieces(_ c: Case) throws {
        for size in 1...c.wire.utf8.count {
            var parser = HTTP1Parser()
            var seen: [HTTP1Parser.Piece] = []
            var rest = Array(c.wire.utf8)[...]
            while !rest.isEmpty {
                parser.feed(ByteBuffer(bytes: rest.prefix(size)))
                rest = rest.dropFirst(size)
                while let piece = try parser.next() { seen.append(piece) }
            }
            var body = ""
            for case .body(let bytes) in seen { body += String(buffer: bytes) }
            #expect(seen.first == .head(status: c.status))
            #expect(seen.last == .end)
            #expect(body == c.body)
        }
    }

    @Test("what is no response is an error", arguments: ["SSH-2.0\r\n\r\n", "HTTP/1.1 200 OK\r\nX: y\r\n\r\n"])
    func malformed(_ wire: String) {
        var parser = HTTP1Parser()
        parser.feed(ByteBuffer(string: wire))
        #expect(throws: LoadError.self) { try parser.next() }
    }
}
