// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import Testing

@testable import APIServer

/// `x` so many times; notes how far it was asked.
private struct CountedSource: ResponseBodySource {
    final class Progress: Sendable {
        private let count = Mutex(0)
        private let signal: AsyncStream<Void>.Continuation
        /// Says something whenever the source was asked.
        let askings: AsyncStream<Void>

        init() { (askings, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

        var asked: Int { count.withLock { $0 } }
        func add(_ bytes: Int) {
            count.withLock { $0 += bytes }
            signal.yield()
        }
    }

    struct Fault: Error {}

    let progress: Progress
    var left: Int
    var failsAtEnd = false

    mutating func next(_ count: Int, _ take: (UnsafeBufferPointer<UInt8>) -> Void) throws -> Bool {
        let size = min(count, left)
        left -= size
        progress.add(size)
        [UInt8](repeating: UInt8(ascii: "x"), count: size).withUnsafeBufferPointer(take)
        if left == 0, failsAtEnd { throw Fault() }
        return left > 0
    }
}

struct BodySendingTests {
    private func answer(_ source: CountedSource) -> EdgeResponse {
        .answer(.stream(ResponseHead(status: 200)) { writer in try await writer.write(source) })
    }

    @Test("a body from a source arrives whole", arguments: [0, 1, 16_384, 10_000_001])
    func whole(_ size: Int) async throws {
        let progress = CountedSource.Progress()
        try await EdgeHarness.run({ _ in answer(CountedSource(progress: progress, left: size)) }) { harness in
            let body = try await harness.send("GET", "/").body
            #expect(body.utf8.count == size)
            #expect(body.utf8.allSatisfy { $0 == UInt8(ascii: "x") })
            #expect(progress.asked == size)
        }
    }

    @Test("a source that fails cuts the answer off, so that the client sees it")
    func fails() async throws {
        let progress = CountedSource.Progress()
        try await EdgeHarness.run({ _ in
            answer(CountedSource(progress: progress, left: 100_000, failsAtEnd: true))
        }) { harness in
            let text = try await harness.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(text.hasPrefix("HTTP/1.1 200 "))
            #expect(!text.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test("a client that does not read costs a bounded buffer, and others are served")
    func slowReader() async throws {
        let size = 256 << 20
        let progress = CountedSource.Progress()
        try await EdgeHarness.run(
            configure: { $0.shutdownTimeout = .milliseconds(1) },
            { request in
                guard request.target == "/large" else { return ClosureService.text("small") }
                return answer(CountedSource(progress: progress, left: size))
            }
        ) { harness in
            let silent = try await harness.silentClient("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            for await _ in progress.askings { break }
            for _ in 0..<20 { #expect(try await harness.send("GET", "/").body == "small") }
            // what the kernel's buffers of both ends take, and little more
            #expect(progress.asked < 32 << 20)
            try await silent.close()
        }
    }

    @Test("pieces grow while the client keeps up, and are small again after it has not")
    func pieces() throws {
        final class Sink: ResponseSink {
            var sizes: [Int] = []
            var canTakeMore: Bool { true }
            func writeHead(_ head: ResponseHead, length: Int?, isBodiless: Bool) {}
            func writeBody(_ bytes: [UInt8]) {}
            func writePiece(_ capacity: Int, _ fill: (inout ByteBuffer) throws -> Void) rethrows {
                var buffer = ByteBuffer()
                try fill(&buffer)
                sizes.append(buffer.readableBytes)
            }
            func flush() {}
            func finish() {}
            func abort() {}
            func takeOver(_ upgrade: EdgeUpgrade) {}
        }
        let sink = Sink()
        let sending = BodySending(source: CountedSource(progress: .init(), left: 1 << 20), continuation: nil)
        for _ in 0..<4 { #expect(try sending.writePiece(to: sink)) }
        sending.stall()
        #expect(try sending.writePiece(to: sink))
        #expect(sink.sizes == [16 << 10, 32 << 10, 56 << 10, 56 << 10, 16 << 10])
    }
}

struct TimeLimitTests {
    @Test("a request that takes too long is answered with 504, and its task is cancelled")
    func waiting() async throws {
        let (ended, signal) = AsyncStream.makeStream(of: Bool.self)
        try await EdgeHarness.run(
            configure: { $0.sweepInterval = .milliseconds(5) }, limit: .milliseconds(1),
            { _ in
                while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
                signal.yield(Task.isCancelled)
                return ClosureService.text("too late")
            }
        ) { harness in
            let answer = try await harness.send("GET", "/")
            #expect(answer.status == 504)
            #expect(answer.body.contains("request did not complete within the allotted timeout"))
            #expect(await ended.first { _ in true } == true)
        }
    }

    @Test("an answer that takes too long to be sent is cut off")
    func sending() async throws {
        try await EdgeHarness.run(
            configure: { $0.sweepInterval = .milliseconds(5) }, limit: .milliseconds(1),
            { _ in
                .answer(
                    .stream(ResponseHead(status: 200)) { writer in
                        try await writer.write([UInt8(ascii: "x")])
                        try await Task.sleep(for: .seconds(60))
                    })
            }
        ) { harness in
            let text = try await harness.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(text.hasPrefix("HTTP/1.1 200 "))
            #expect(!text.hasSuffix("0\r\n\r\n"))
        }
    }
}
