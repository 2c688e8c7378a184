// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import NIOPosix
import Synchronization

/// Many watches at once, and how late the events come.
public final class Watchers: Sendable {
    private let boxes: [ConnectionBox]
    private let counters: [WatchCounter]

    fileprivate init(boxes: [ConnectionBox], counters: [WatchCounter]) {
        self.boxes = boxes
        self.counters = counters
    }

    /// How many events have come in, of all watches together.
    public var events: Int { counters.reduce(0) { $0 + $1.events } }
    public var bytes: Int { counters.reduce(0) { $0 + $1.bytes } }
    /// How many watches have ended by themselves.
    public var ended: Int { counters.count { $0.hasEnded } }
    /// Nanoseconds from when the event's object was sent until it was here, sorted; of a sample of the watches.
    public var delays: [UInt64] { counters.flatMap(\.delays).sorted() }

    /// Forgets the delays so far: objects that are there when a watch begins were sent long before.
    public func forgetDelays() { for counter in counters { counter.forgetDelays() } }

    public func close() { for box in boxes { box.channel.close(promise: nil) } }
}

extension LoadGenerator {
    /// Opens watches, and waits until each has been answered.
    ///
    /// - Parameters:
    ///   - sample: of every so many watches the delays are taken.
    ///   - make: the request of each watch.
    public func watch(
        _ endpoint: Endpoint, _ version: HTTPVersion = .http1, count: Int, perConnection: Int = 50, sample: Int,
        _ make: @escaping @Sendable (Int) -> Request
    ) async throws -> Watchers {
        let shared = version == .http1 ? 1 : perConnection
        let boxes = try await connect(endpoint, version, (count + shared - 1) / shared)
        var counters: [WatchCounter] = []
        for number in 0..<count {
            let box = boxes[number / shared]
            let counter = WatchCounter(takesDelays: number.isMultiple(of: sample))
            counters.append(counter)
            try await box.channel.eventLoop.flatSubmit {
                let sink = WatchSink(counter, box.channel.eventLoop.makePromise())
                box.connection.send(make(number), sink)
                box.connection.flush()
                return sink.started.futureResult
            }.get()
        }
        return Watchers(boxes: boxes, counters: counters)
    }

    /// Sends requests at a fixed rate, whatever the answers, as long as no more than a hundred are open on a connection.
    ///
    /// - Returns: how many were sent.
    public func paced(
        _ endpoint: Endpoint, perSecond: Int, seconds: Double, _ make: @escaping @Sendable (Int) -> Request
    ) async throws -> (sent: Int, failures: Int) {
        let boxes = try await connect(endpoint, .http2, 2)
        let total = Int(Double(perSecond) * seconds)
        let state = PacedState()
        let begin = NIODeadline.now()
        while state.sent < total {
            let due = min(total, Int(Double((NIODeadline.now() - begin).nanoseconds) / 1e9 * Double(perSecond)))
            for box in boxes {
                let from = state.sent
                let count = min(due - from, 100 - state.open / boxes.count)
                if count <= 0 { continue }
                state.take(count)
                try await box.channel.eventLoop.submit {
                    for number in from..<(from + count) { box.connection.send(make(number), PacedSink(state)) }
                    box.connection.flush()
                }.get()
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        while state.open > 0, NIODeadline.now() - begin < .seconds(Int64(seconds) + 60) {
            try await Task.sleep(for: .milliseconds(2))
        }
        for box in boxes { box.channel.close(promise: nil) }
        return (total, state.failures)
    }
}

private final class PacedState: Sendable {
    private let values = Mutex((sent: 0, open: 0, failures: 0))

    var sent: Int { values.withLock { $0.sent } }
    var open: Int { values.withLock { $0.open } }
    var failures: Int { values.withLock { $0.failures } }

    func take(_ count: Int) {
        values.withLock {
            $0.sent += count
            $0.open += count
        }
    }

    func end(failed: Bool) {
        values.withLock {
            $0.open -= 1
            if failed { $0.failures += 1 }
        }
    }
}

private final class PacedSink: ResponseSink {
    private let state: PacedState
    private var status = 0

    init(_ state: PacedState) { self.state = state }

    func head(status: Int) { self.status = status }
    func body(_ bytes: ByteBuffer) {}
    func end() { state.end(failed: !(200..<300).contains(status)) }
    func failed(_ error: any Error) { state.end(failed: true) }
}

/// What one watch has seen; written on its event loop, read from anywhere.
private final class WatchCounter: Sendable {
    let takesDelays: Bool
    private let counts = Mutex((events: 0, bytes: 0, hasEnded: false))
    private let taken = Mutex<[UInt64]>([])

    init(takesDelays: Bool) { self.takesDelays = takesDelays }

    var events: Int { counts.withLock { $0.events } }
    var bytes: Int { counts.withLock { $0.bytes } }
    var hasEnded: Bool { counts.withLock { $0.hasEnded } }
    var delays: [UInt64] { taken.withLock { $0 } }

    func forgetDelays() { taken.withLock { $0 = [] } }

    func count(events: Int, bytes: Int) {
        counts.withLock {
            $0.events += events
            $0.bytes += bytes
        }
    }

    func add(delay: UInt64) { taken.withLock { $0.append(delay) } }
    func end() { counts.withLock { $0.hasEnded = true } }
}

private final class WatchSink: ResponseSink {
    let started: EventLoopPromise<Void>
    private let counter: WatchCounter
    private var line: [UInt8] = []
    private var isStarted = false

    init(_ counter: WatchCounter, _ started: EventLoopPromise<Void>) {
        self.counter = counter
        self.started = started
    }

    func head(status: Int) {
        isStarted = true
        if status == 200 {
            started.succeed(())
        } else {
            started.fail(LoadError.unexpected(status: status, body: "watch"))
        }
    }

    func body(_ bytes: ByteBuffer) {
        var events = 0
        bytes.withUnsafeReadableBytes { bytes in
            for byte in bytes where byte == UInt8(ascii: "\n") { events += 1 }
            if counter.takesDelays { take(bytes) }
        }
        counter.count(events: events, bytes: bytes.readableBytes)
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        let now = NIODeadline.now().uptimeNanoseconds
        line.append(contentsOf: bytes)
        var start = 0
        while let end = line[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if let sent = SentMark.read(line[start..<end]), sent <= now { counter.add(delay: now - sent) }
            start = end + 1
        }
        line.removeFirst(start)
    }

    func end() { counter.end() }

    func failed(_ error: any Error) {
        if !isStarted { started.fail(error) }
        counter.end()
    }
}

/// When an object was sent, said in the object itself.
public enum SentMark {
    private static let key = Array(#""sent":"t"#.utf8)

    /// The member of an object that says it is sent now.
    public static var member: String { #""sent":"t\#(NIODeadline.now().uptimeNanoseconds)""# }

    static func read(_ line: ArraySlice<UInt8>) -> UInt64? {
        var at = line.startIndex
        while at + key.count < line.endIndex {
            guard let quote = line[at...].firstIndex(of: key[0]) else { return nil }
            if line[quote...].starts(with: key) {
                let digits = line[(quote + key.count)...].prefix {
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                }
                if let number = UInt64(String(decoding: digits, as: UTF8.self)) { return number }
            }
            at = quote + 1
        }
        return nil
    }
}
