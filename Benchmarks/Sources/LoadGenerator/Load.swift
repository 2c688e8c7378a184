// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import NIOPosix
import Synchronization

/// How requests are made: by several clients, each of which sends the next as soon as the last is answered.
public struct LoadShape: Sendable {
    public var version: HTTPVersion
    /// How many requests are under way at once.
    public var clients: Int
    /// Over HTTP/2, how many clients share a connection.
    public var clientsPerConnection: Int
    public var count: Int

    public init(_ version: HTTPVersion = .http1, clients: Int, clientsPerConnection: Int = 32, count: Int) {
        self.version = version
        self.clients = clients
        self.clientsPerConnection = version == .http1 ? 1 : clientsPerConnection
        self.count = count
    }
}

/// What came of a load.
public struct LoadResult: Sendable {
    /// From the first request until the last answer.
    public var seconds: Double
    /// Nanoseconds of each request that was answered with 2xx, sorted.
    public var latencies: [UInt64]
    /// Answers that were not 2xx, by status; 0 for requests without a complete answer.
    public var failures: [Int: Int]
    /// Why a request had no complete answer.
    public var error: String?
    public var bytes: Int

    public var perSecond: Double { seconds > 0 ? Double(latencies.count) / seconds : 0 }
    public var p50: Double { Self.percentile(latencies, 0.5) }
    public var p99: Double { Self.percentile(latencies, 0.99) }

    /// - Returns: seconds.
    public static func percentile(_ sorted: [UInt64], _ part: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let at = min(sorted.count - 1, max(0, Int((Double(sorted.count) * part).rounded(.up)) - 1))
        return Double(sorted[at]) / 1e9
    }
}

/// Makes load from a fixed number of threads. It is itself no small load on a small machine, so it has one thread by default.
public final class LoadGenerator: Sendable {
    let group: MultiThreadedEventLoopGroup

    public init(threads: Int = 1) { group = MultiThreadedEventLoopGroup(numberOfThreads: threads) }

    public func shutDown() async throws { try await group.shutdownGracefully() }

    /// Sends `shape.count` requests. Connections are made before the clock starts.
    ///
    /// - Parameter make: the request of each number, 0 and up.
    public func run(
        _ endpoint: Endpoint, _ shape: LoadShape, _ make: @escaping @Sendable (Int) -> Request
    ) async throws -> LoadResult {
        let clients = min(shape.clients, max(1, shape.count))
        let connections = (clients + shape.clientsPerConnection - 1) / shape.clientsPerConnection
        let work = SharedWork(count: shape.count)
        let boxes = try await connect(endpoint, shape.version, connections)
        let begin = NIODeadline.now()
        let parts = try await withThrowingTaskGroup(of: ClientResult.self) { group in
            for client in 0..<clients {
                let box = boxes[client % connections]
                let isLast = client + connections >= clients
                group.addTask { try await Self.drive(box, work, make, flushes: isLast).get() }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let seconds = Double((NIODeadline.now() - begin).nanoseconds) / 1e9
        for box in boxes { box.channel.close(promise: nil) }
        return Self.joined(parts, seconds: seconds)
    }

    func connect(_ endpoint: Endpoint, _ version: HTTPVersion, _ count: Int) async throws -> [ConnectionBox] {
        var boxes: [ConnectionBox] = []
        while boxes.count < count {
            // Not all at once: the server's queue of new connections is short.
            let next = (0..<min(32, count - boxes.count)).map { _ in endpoint.connect(version, on: group.next()) }
            for future in next { boxes.append(try await future.get()) }
        }
        return boxes
    }

    private static func drive(
        _ box: ConnectionBox, _ work: SharedWork, _ make: @escaping @Sendable (Int) -> Request, flushes: Bool
    ) -> EventLoopFuture<ClientResult> {
        box.channel.eventLoop.flatSubmit {
            let done = box.channel.eventLoop.makePromise(of: ClientResult.self)
            LoadClient(box.connection, work, make, done).next()
            box.connection.flush()
            return done.futureResult
        }
    }

    private static func joined(_ parts: [ClientResult], seconds: Double) -> LoadResult {
        var result = LoadResult(seconds: seconds, latencies: [], failures: [:], error: nil, bytes: 0)
        for part in parts {
            result.latencies += part.latencies
            result.failures.merge(part.failures, uniquingKeysWith: +)
            result.bytes += part.bytes
            result.error = result.error ?? part.error
        }
        result.latencies.sort()
        return result
    }
}

/// The numbers of the requests that are still to be made.
private final class SharedWork: Sendable {
    private let count: Int
    private let taken = Atomic(0)

    init(count: Int) { self.count = count }

    func take() -> Int? {
        let number = taken.wrappingAdd(1, ordering: .relaxed).oldValue
        return number < count ? number : nil
    }
}

private struct ClientResult: Sendable {
    var latencies: [UInt64] = []
    var failures: [Int: Int] = [:]
    var error: String?
    var bytes = 0
}

/// One client: on one event loop from its first request to its last.
private final class LoadClient: ResponseSink {
    private let connection: any Connection
    private let work: SharedWork
    private let make: @Sendable (Int) -> Request
    private let done: EventLoopPromise<ClientResult>
    private var result = ClientResult()
    private var begin = NIODeadline.now()
    private var status = 0

    init(
        _ connection: any Connection, _ work: SharedWork, _ make: @escaping @Sendable (Int) -> Request,
        _ done: EventLoopPromise<ClientResult>
    ) {
        self.connection = connection
        self.work = work
        self.make = make
        self.done = done
    }

    func next() {
        guard let number = work.take() else { return done.succeed(result) }
        let request = make(number)
        begin = .now()
        connection.send(request, self)
    }

    func head(status: Int) { self.status = status }
    func body(_ bytes: ByteBuffer) { result.bytes += bytes.readableBytes }

    func end() {
        if (200..<300).contains(status) {
            result.latencies.append(UInt64((NIODeadline.now() - begin).nanoseconds))
        } else {
            result.failures[status, default: 0] += 1
        }
        next()
    }

    func failed(_ error: any Error) {
        result.failures[0, default: 0] += 1
        result.error = "\(error)"
        done.succeed(result)
    }
}
