// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import NIOPosix

/// One watch whose events are looked at.
public struct WatchLines: Sendable {
    public let lines: AsyncThrowingStream<[UInt8], any Error>
    private let box: ConnectionBox

    fileprivate init(lines: AsyncThrowingStream<[UInt8], any Error>, box: ConnectionBox) {
        self.lines = lines
        self.box = box
    }

    public func close() { box.channel.close(promise: nil) }
}

extension LoadGenerator {
    public func lines(_ endpoint: Endpoint, _ request: Request) async throws -> WatchLines {
        let box = try await endpoint.connect(.http1, on: group.next()).get()
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self)
        try await box.channel.eventLoop.submit {
            box.connection.send(request, LineSink(continuation))
            box.connection.flush()
        }.get()
        return WatchLines(lines: stream, box: box)
    }

    /// Opens connections that ask for something and hardly read the answer: one byte a second.
    public func stall(_ endpoint: Endpoint, count: Int, _ request: Request) async throws -> Stalled {
        let boxes = try await connect(endpoint, .http1, count)
        var readers: [RepeatedTask] = []
        for box in boxes {
            try await box.channel.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 1)).get()
            try await box.channel.setOption(.maxMessagesPerRead, value: 1).get()
            try await box.channel.setOption(.autoRead, value: false).get()
            let reader = try await box.channel.eventLoop.submit {
                box.connection.send(request, DeafSink())
                box.connection.flush()
                return box.channel.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
                    box.channel.read()
                }
            }.get()
            readers.append(reader)
        }
        return Stalled(boxes: boxes, readers: readers)
    }
}

/// Connections whose clients hardly read.
public struct Stalled: Sendable {
    fileprivate let boxes: [ConnectionBox]
    fileprivate let readers: [RepeatedTask]

    /// How many the server has not closed.
    public var open: Int { boxes.count { $0.channel.isActive } }

    public func close() {
        for reader in readers { reader.cancel() }
        for box in boxes { box.channel.close(promise: nil) }
    }
}

private final class DeafSink: ResponseSink {
    func head(status: Int) {}
    func body(_ bytes: ByteBuffer) {}
    func end() {}
    func failed(_ error: any Error) {}
}

private final class LineSink: ResponseSink {
    private let continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation
    private var status = 0
    private var rest: [UInt8] = []

    init(_ continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation) { self.continuation = continuation }

    func head(status: Int) { self.status = status }

    func body(_ bytes: ByteBuffer) {
        rest.append(contentsOf: bytes.readableBytesView)
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            continuation.yield(Array(rest[..<end]))
            rest.removeSubrange(...end)
        }
    }

    func end() {
        if status == 200 {
            continuation.finish()
        } else {
            continuation.finish(
                throwing: LoadError.unexpected(status: status, body: String(decoding: rest, as: UTF8.self)))
        }
    }

    func failed(_ error: any Error) { continuation.finish(throwing: error) }
}
