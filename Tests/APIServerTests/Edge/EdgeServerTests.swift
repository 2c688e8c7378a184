// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import APIServer

struct EdgeServerTests {
    @Test("a request is answered, with who asks and what came")
    func answers() async throws {
        let answer: @Sendable (EdgeRequest) async -> EdgeResponse = { request in
            let first = "\(request.method) \(request.target) \(request.body.count) \(request.peer.remoteAddress)"
            return ClosureService.text(
                "\(first) \(request.peer.certificates.count) \(request.peer.eventLoop.inEventLoop)")
        }
        try await EdgeHarness.run(answer) { harness in
            let response = try await harness.send("POST", "/a?b=c", body: [1, 2, 3])
            #expect(response.status == 200)
            #expect(response.body == "POST /a?b=c 3 127.0.0.1 1 true")
            let names = response.headers.map { $0.name.lowercased() }
            #expect(names.contains("date") && names.contains("content-length") && names.contains("content-type"))
        }
    }

    @Test("work that suspends goes on on the connection's event loop")
    func staysOnLoop() async throws {
        try await EdgeHarness.run({ request in
            await Task.yield()
            try? await Task.sleep(for: .milliseconds(1))
            return ClosureService.text("\(request.peer.eventLoop.inEventLoop)")
        }) { harness in
            let answer1 = try await harness.send("GET", "/").body
            #expect(answer1 == "true")
        }
    }

    @Test("pipelined requests are answered in order, the last closes")
    func pipelining() async throws {
        let text = (1...20).map { "GET /\($0) HTTP/1.1\r\nHost: x\r\n\(($0 == 20) ? "Connection: close\r\n" : "")\r\n" }
            .joined()
        let answer = try await EdgeHarness.run({ request in
            if request.target == "/3" { try? await Task.sleep(for: .milliseconds(20)) }
            return ClosureService.text("<\(request.target)>")
        }) { try await $0.exchange(text) }
        let found = answer.split(separator: "<").dropFirst().map { String($0.prefix { $0 != ">" }) }
        #expect(found == (1...20).map { "/\($0)" })
    }

    @Test("HEAD has the fields and no body")
    func head() async throws {
        let answer = try await EdgeHarness.run({ _ in ClosureService.text("12345") }) {
            try await $0.exchange("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        }
        #expect(answer.contains("Content-Length: 5\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n"))
    }

    @Test("HTTP/1.0 gets a stream without chunks")
    func oldProtocol() async throws {
        let answer = try await EdgeHarness.run({ _ in
            .answer(.stream(ResponseHead(status: 200)) { try await $0.write(Array("abc".utf8)) })
        }) { try await $0.exchange("GET / HTTP/1.0\r\n\r\n") }
        #expect(answer.hasSuffix("\r\n\r\nabc"))
        #expect(!answer.contains("chunked"))
    }

    @Test(
        "what is no HTTP gets 400, heads over the limit 431, unknown methods 405",
        arguments: [
            ("GET / NOPE/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request"),
            ("FOO / HTTP/1.1\r\n\r\n", "HTTP/1.1 405 Method Not Allowed"),
            ("GET / HTTP/1.1\r\nA: \(String(repeating: "a", count: 70_000))\r\n\r\n", "HTTP/1.1 431 "),
        ])
    func refuses(_ text: String, _ start: String) async throws {
        let answer = try await EdgeHarness.run({ _ in ClosureService.text("never") }) { try await $0.exchange(text) }
        #expect(answer.hasPrefix(start))
    }

    @Test("a body over the limit gets 413, announced or not")
    func tooLarge() async throws {
        try await EdgeHarness.run(configure: { $0.maximumBodySize = 1000 }, { ClosureService.text("\($0.body.count)") })
        { harness in
            let answer2 = try await harness.send("POST", "/", body: [UInt8](repeating: 1, count: 1000)).body
            #expect(answer2 == "1000")
            let refused = try await harness.send("POST", "/", body: [UInt8](repeating: 1, count: 200_000))
            #expect(refused.status == 413)
            #expect(
                refused.body.contains(
                    #""message":"Request entity too large: limit is 1000","reason":"RequestEntityTooLarge""#))
            let chunk = "800\r\n\(String(repeating: "x", count: 0x800))\r\n"
            let chunked = try await harness.exchange(
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)\(chunk)0\r\n\r\n")
            #expect(chunked.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test("large answers arrive whole, also when the client is slower")
    func largeAnswer() async throws {
        let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000)
        try await EdgeHarness.run({ request in
            let head = ResponseHead(status: 200)
            guard request.target == "/stream" else {
                return .answer(.whole(head, Array(repeating: chunk, count: 1000)))
            }
            return .answer(.stream(head) { writer in for _ in 0..<1000 { try await writer.write(chunk) } })
        }) { harness in
            let answer3 = try await harness.send("GET", "/whole").body
            #expect(answer3.utf8.count == 10_000_000)
            let answer4 = try await harness.send("GET", "/stream").body
            #expect(answer4.utf8.count == 10_000_000)
        }
    }

    @Test("the task of a stream is cancelled when the client goes")
    func clientGoes() async throws {
        let (ended, signal) = AsyncStream.makeStream(of: Bool.self)
        try await EdgeHarness.run({ _ in
            .answer(
                .stream(ResponseHead(status: 200)) { writer in
                    try await writer.write([1])
                    while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
                    signal.yield(Task.isCancelled)
                })
        }) { harness in
            let connector = try BackendConnector(client: try #require(harness.pki.clients[.admin]), authority: nil)
            let request = BackendRequest(
                security: .kubelet, host: "127.0.0.1", port: harness.port, method: "GET", target: "/")
            let response = try await connector.send(request, on: harness.group.next())
            let first = try await response.connection.next()
            #expect(first == [1])
            response.connection.close()
            let wasCancelled = await ended.first { _ in true }
            #expect(wasCancelled == true)
        }
    }

    @Test("a stop ends streams in good order and lets requests finish")
    func shutdown() async throws {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        try await EdgeHarness.run({ request in
            if request.target == "/slow" {
                signal.yield()
                try? await Task.sleep(for: .milliseconds(100))
                return ClosureService.text("done")
            }
            return .answer(
                .stream(ResponseHead(status: 200)) { writer in
                    try await writer.write(Array("event".utf8))
                    signal.yield()
                    try await Task.sleep(for: .seconds(60))
                })
        }) { harness in
            async let slow = harness.send("GET", "/slow")
            async let stream = harness.send("GET", "/stream")
            var iterator = started.makeAsyncIterator()
            await iterator.next()
            await iterator.next()
            harness.server.beginShutdown()
            let bodies = try await (slow.body, stream.body)
            #expect(bodies.0 == "done")
            #expect(bodies.1 == "event")
        }
    }

    @Test("two servers cannot have one port; the message names it")
    func portInUse() async throws {
        try await EdgeHarness.run({ _ in ClosureService.text("") }) { harness in
            let other = try EdgeServer(
                configuration: EdgeConfiguration(addresses: [.init(host: "127.0.0.1", port: harness.port)]),
                service: ClosureService { _ in ClosureService.text("") }, tls: harness.pki.servingCertificate,
                group: harness.group, logger: Logger(label: "test"))
            do throws(EdgeError) {
                try await other.bind()
                Issue.record("a port was bound twice")
            } catch {
                #expect(error.code == .bind)
                #expect(error.message.contains("127.0.0.1:\(harness.port)"))
            }
        }
    }

    @Test("idle connections are closed")
    func idle() async throws {
        let text = try await EdgeHarness.run(
            configure: { $0.idleTimeout = .milliseconds(10) }, { _ in ClosureService.text("ok") }
        ) { try await $0.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
        #expect(text.hasSuffix("ok"))
    }

    @Test(
        "HTTP/2 by ALPN: many streams on one connection",
        .enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/curl")))
    func http2() async throws {
        try await EdgeHarness.run({ request in
            if request.target == "/stream" {
                return .answer(
                    .stream(ResponseHead(status: 200)) {
                        for _ in 0..<100 { try await $0.write([UInt8](repeating: 46, count: 1000)) }
                    })
            }
            return ClosureService.text(
                "\(request.method) \(request.target) \(request.canUpgrade) \(request.body.count);")
        }) { harness in
            let base = "https://127.0.0.1:\(harness.port)"
            let output = try await curl(["-sk", "--http2", "-w", "%{http_version};", "\(base)/a", "\(base)/b"])
            #expect(output == "GET /a false 0;2;GET /b false 0;2;")
            let stream = try await curl(["-sk", "--http2", "\(base)/stream"])
            #expect(stream.utf8.count == 100_000)
        }
    }

    private func curl(_ arguments: [String]) async throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        process.arguments = ["--max-time", "20"] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        // Blocks a thread of the pool, not the server's loop.
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
