// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOPosix
import Testing

@testable import APIServer

struct AnswerTests {
    private static func request(_ headers: [(name: String, value: String)]) -> EdgeRequest {
        let peer = PeerConnection(remoteAddress: "", eventLoop: MultiThreadedEventLoopGroup.singleton.next())
        return EdgeRequest(method: "GET", target: "/", headers: headers, peer: peer)
    }

    private static func fields(_ response: EdgeResponse) -> [(name: String, value: String)] {
        guard case .answer(let answer) = response else { return [] }
        return answer.head.headers
    }

    @Test(
        "every answer has an id, the client's where it gives a good one",
        arguments: [
            (nil, false), ("my-id", true), (String(repeating: "a", count: 64), true),
            (String(repeating: "a", count: 65), false), ("a b", false), ("", false),
        ] as [(String?, Bool)])
    func auditID(_ given: String?, _ isTaken: Bool) throws {
        let request = Self.request(given.map { [("audit-id", $0)] } ?? [])
        let answer = APIResponse.whole(ResponseHead(status: 200), [])
        let fields = Self.fields(AnswerFields.complete(.answer(answer), of: request))
        let id = try #require(fields.first { $0.name == "Audit-Id" }?.value)
        if isTaken { #expect(id == given) } else { #expect(id.count == 36) }
        #expect(fields.filter { $0.name == "Cache-Control" }.map(\.value) == ["no-cache, private"])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var accept: String?
        var size = 200_000
        var isCompressible = true
        var isCompressed: Bool
        var testDescription: String { "\(accept ?? "-") \(size) \(isCompressible)" }
    }

    @Test(
        "large answers are compressed for clients that ask for gzip",
        arguments: [
            Case(accept: "gzip", isCompressed: true), Case(accept: "br, gzip , deflate", isCompressed: true),
            Case(accept: "deflate", isCompressed: false), Case(accept: nil, isCompressed: false),
            Case(accept: "gzip", size: 131_072, isCompressed: false),
            Case(accept: "gzip", size: 131_073, isCompressed: true),
            Case(accept: "gzip", isCompressible: false, isCompressed: false),
        ])
    func compression(_ c: Case) async throws {
        var head = ResponseHead(status: 200)
        head.isCompressible = c.isCompressible
        let body = [UInt8](repeating: 7, count: c.size)
        let request = Self.request(c.accept.map { [("accept-encoding", $0)] } ?? [])
        guard case .whole(let out, let chunks) = AnswerCompression.apply(.whole(head, [body]), to: request) else {
            Issue.record("a whole answer became a stream")
            return
        }
        let isGzip = out.headers.contains { $0 == ("Content-Encoding", "gzip") }
        #expect(isGzip == c.isCompressed)
        #expect((Array(chunks.joined()) == body) == !c.isCompressed)
        #expect(Array(chunks.joined()).starts(with: [0x1f, 0x8b]) == c.isCompressed)
    }

    @Test("a stream is compressed while it is written")
    func stream() async throws {
        var head = ResponseHead(status: 200)
        head.isCompressible = true
        let answer = APIResponse.stream(head) { writer in
            for _ in 0..<10 { try await writer.write([UInt8](repeating: 7, count: 50_000)) }
        }
        let request = Self.request([("accept-encoding", "gzip")])
        guard case .stream(let out, let produce) = AnswerCompression.apply(answer, to: request) else {
            Issue.record("a stream became whole")
            return
        }
        let writer = CollectingWriter()
        try await produce(writer)
        #expect(out.headers.contains { $0 == ("Vary", "Accept-Encoding") })
        #expect(writer.bytes.starts(with: [0x1f, 0x8b]) && writer.bytes.count < 10_000)
    }

    @Test("a client that has the document is told so")
    func entityTag() throws {
        let tag = EntityTag(of: Array("document".utf8))
        for (value, status) in [("\"\(tag.text)\"", 304), ("W/\"\(tag.text)\"", 304), ("*", 304), ("\"other\"", 200)] {
            let request = APIRequest(
                method: "GET", path: "/openapi/v2", query: [], headers: [("if-none-match", value)], body: [],
                user: .anonymous, info: RequestInfo(method: "GET", path: "/openapi/v2", query: []), remoteAddress: "")
            let answer = tag.answer(request, ResponseHead(status: 200), Array("document".utf8))
            #expect(answer.head.status == status, "\(value)")
        }
    }
}
