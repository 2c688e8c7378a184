// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Synchronization

/// A few threads, each with a connection of its own, that read while the writer writes. They are started when there is
/// work.
final class SQLiteReaders: Sendable {
    private typealias Job = @Sendable (Result<SQLiteReader, StoreError>) -> Void

    private struct State {
        var running = 0
        var onceEnded: [CheckedContinuation<Void, Never>] = []
    }

    private let path: String
    private let greatestCount: Int
    private let jobs = JobQueue<Job>()
    private let state = Mutex(State())

    /// - Parameters:
    ///   - path: the database file.
    ///   - count: at most so many threads.
    init(path: String, count: Int) {
        self.path = path
        greatestCount = count
    }

    deinit { jobs.finish() }

    /// Runs `body` on a reader's thread.
    func run<Success: Sendable>(
        _ body: @escaping @Sendable (SQLiteReader) throws(StoreError) -> Success
    ) async throws(StoreError) -> Success {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Success, StoreError>, Never>) in
            let job: Job = { reader in
                continuation.resume(returning: Result { () throws(StoreError) in try body(try reader.get()) })
            }
            if !startIfNeeded() {
                let failure = StoreError(.unavailable, "no thread could be started to read \(path); try again")
                continuation.resume(returning: .failure(failure))
            } else if !jobs.push(job) {
                continuation.resume(returning: .failure(.closed))
            }
        }
        return try result.get()
    }

    /// Refuses further work and waits until the accepted work is done and all connections are closed.
    func close() async {
        jobs.finish()
        await withCheckedContinuation { continuation in
            let isEnded = state.withLock { state in
                if state.running > 0 { state.onceEnded.append(continuation) }
                return state.running == 0
            }
            if isEnded { continuation.resume() }
        }
    }

    /// Starts one more thread where all are busy and more are allowed.
    ///
    /// - Returns: whether any thread runs.
    private func startIfNeeded() -> Bool {
        if jobs.hasSleeper { return true }
        let mayStart = state.withLock { state in
            guard state.running < greatestCount else { return false }
            state.running += 1
            return true
        }
        guard mayStart else { return true }
        let isStarted = startDedicatedThread { [jobs, path, weak self] in
            Self.serve(jobs, path: path)
            self?.ended()
        }
        if !isStarted { ended() }
        return isStarted || state.withLock { $0.running > 0 }
    }

    private static func serve(_ jobs: JobQueue<Job>, path: String) {
        var opened: SQLiteReader?
        while let job = jobs.takeOne() {
            // A connection that could not be opened is tried again with the next job.
            let reader = Result { () throws(StoreError) in
                if let opened { return opened }
                return try SQLiteReader(SQLiteConnection(path: path, isWriter: false, cacheKilobytes: 512))
            }
            if case .success(let reader) = reader { opened = reader }
            job(reader)
        }
    }

    private func ended() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.running -= 1
            guard state.running == 0 else { return [] }
            defer { state.onceEnded = [] }
            return state.onceEnded
        }
        for continuation in waiting { continuation.resume() }
    }
}
