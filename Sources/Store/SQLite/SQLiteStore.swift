// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import CSQLite
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The engine that keeps everything in one SQLite file on this machine.
///
/// A writer thread writes what callers have queued in one transaction (group commit, `synchronous=FULL`), a few reader
/// threads read beside it. `docs/formats/sqlite.md` describes the file.
public final class SQLiteStore: Store {
    /// How much the store keeps and uses.
    public struct Options: Sendable {
        /// History older than this is compacted by itself; nil never does.
        public var historyWindow: Duration?
        /// The database file does not grow beyond this many bytes: further writes fail with `full`. Nil for no bound.
        public var maximumBytes: Int64?
        /// How many threads may read at the same time.
        public var readers: Int

        /// The defaults: five minutes of history, no bound, two readers.
        public init(historyWindow: Duration? = .seconds(300), maximumBytes: Int64? = nil, readers: Int = 2) {
            self.historyWindow = historyWindow
            self.maximumBytes = maximumBytes
            self.readers = max(1, readers)
        }
    }

    /// A watch that wants more revisions than this is brought forward by a reader first, so that the writer is not
    /// kept.
    private static let longestReplayOfWriter: UInt64 = 1_000

    private let writer: JobQueue<SQLiteWriter.Job>
    private let readers: SQLiteReaders
    private let published: PublishedRevisions
    private let alarm: Alarm

    private init(
        writer: JobQueue<SQLiteWriter.Job>, readers: SQLiteReaders, published: PublishedRevisions, alarm: Alarm
    ) {
        self.writer = writer
        self.readers = readers
        self.published = published
        self.alarm = alarm
    }

    deinit {
        alarm.cancel()
        writer.finish()
    }

    /// Opens the database at `path`, making it and the directories above it where they do not exist.
    ///
    /// - Parameters:
    ///   - path: the database file; SQLite keeps its log and index beside it.
    ///   - options: how much to keep.
    ///   - clock: moves times to live and the history window.
    /// - Throws: `unavailable` where another process has it open or it cannot be written, `corrupt` where it is
    ///   damaged, not a database of ours, or of a newer format. The message is one line that says what to do.
    public static func open(
        path: String, options: Options = Options(), clock: any Clock<Duration> = ContinuousClock()
    ) async throws(StoreError) -> SQLiteStore {
        _ = configured
        let time = EngineTime(clock: clock, origin: wallTime())
        let jobs = JobQueue<SQLiteWriter.Job>()
        let published = PublishedRevisions()
        let alarm = Alarm(time: time)
        let failure = await withCheckedContinuation { (opened: CheckedContinuation<StoreError?, Never>) in
            let isStarted = startDedicatedThread {
                let closers = serve(jobs, opened) { () throws(StoreError) in
                    try SQLiteWriter(path: path, options: options, time: time, published: published) { deadline in
                        alarm.set(deadline) { jobs.push(.wake) }
                    }
                }
                for continuation in closers { continuation.resume() }
            }
            if !isStarted {
                opened.resume(
                    returning: StoreError(.unavailable, "no thread could be started to write \(path); try again"))
            }
        }
        if let failure { throw failure }
        return SQLiteStore(
            writer: jobs, readers: SQLiteReaders(path: path, count: options.readers), published: published, alarm: alarm
        )
    }

    /// The life of the writer thread. When it returns the file is closed.
    private static func serve(
        _ jobs: JobQueue<SQLiteWriter.Job>, _ opened: CheckedContinuation<StoreError?, Never>,
        open: () throws(StoreError) -> SQLiteWriter
    ) -> [CheckedContinuation<Void, Never>] {
        do throws(StoreError) {
            let writer = try open()
            opened.resume(returning: nil)
            return writer.run(jobs)
        } catch {
            opened.resume(returning: error)
            return []
        }
    }

    /// SQLite's own settings, made once for the process.
    private static let configured: Int32 = martlet_sqlite_disable_memory_statistics()

    /// Time since 1970.
    private static func wallTime() -> Duration {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
    }

    public var currentRevision: Revision { published.newest }

    public var compactedRevision: Revision { published.compacted }

    public func get(_ key: StoreKey) async throws(StoreError) -> StoredValue? {
        try await readers.run { (reader) throws(StoreError) in try reader.value(of: key) }
    }

    public func list(_ query: StoreQuery) async throws(StoreError) -> StorePage {
        try await readers.run { (reader) throws(StoreError) in try reader.page(query) }
    }

    public func commit(_ transaction: StoreTransaction) async throws(StoreError) -> Revision {
        let answer = await withCheckedContinuation { (continuation: CheckedContinuation<SQLiteWriter.Answer, Never>) in
            if !writer.push(.commit(transaction, continuation)) { continuation.resume(returning: .failure(.closed)) }
        }
        return try answer.get()
    }

    public func watch(
        prefix: StoreKey, after revision: Revision, handler: @escaping @Sendable (StoreNotification) -> Void
    ) async throws(StoreError) -> any StoreWatch {
        let watch = Watch(prefix: prefix, handler: handler)
        var heard = revision
        if published.newest.rawValue > revision.rawValue &+ Self.longestReplayOfWriter {
            heard = try await readers.run { (reader) throws(StoreError) in try reader.replay(watch, after: revision) }
        }
        let failure = await withCheckedContinuation { continuation in
            if !writer.push(.attach(watch, after: heard, continuation)) { continuation.resume(returning: .closed) }
        }
        if let failure { throw failure }
        return watch
    }

    public func compact(through revision: Revision) async throws(StoreError) {
        let failure = await withCheckedContinuation { continuation in
            if !writer.push(.compact(through: revision, continuation)) { continuation.resume(returning: .closed) }
        }
        if let failure { throw failure }
    }

    public func close() async {
        await alarm.stop()
        await readers.close()
        await withCheckedContinuation { continuation in
            if !writer.push(.close(continuation), isLast: true) { continuation.resume() }
        }
    }
}
