// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The one writer of a database: runs on a thread of its own, takes what callers have queued, and writes all of it in
/// one transaction of SQLite, so that one `fsync` serves many commits.
final class SQLiteWriter {
    typealias Answer = Result<Revision, StoreError>

    /// What callers ask of the writer.
    enum Job: Sendable {
        case commit(StoreTransaction, CheckedContinuation<Answer, Never>)
        case attach(Watch, after: Revision, CheckedContinuation<StoreError?, Never>)
        case compact(through: Revision, CheckedContinuation<StoreError?, Never>)
        /// A deadline has passed.
        case wake
        case close(CheckedContinuation<Void, Never>)
    }

    /// One transaction on its way into the database.
    struct Commit {
        var transaction: StoreTransaction
        var continuation: CheckedContinuation<Answer, Never>
    }

    /// What the database holds once the present batch is written.
    struct Progress {
        var revision: Revision
        var compacted: Revision
        /// Up to here superseded rows are deleted.
        var swept: ChangeID
        /// When the next key may have outlived its time.
        var nextDeadline: Duration?

        /// Whether superseded rows wait to be deleted.
        var mustSweep: Bool { swept < ChangeID.last(of: compacted) && compacted > .zero }
    }

    /// At most so many transactions share one `fsync`, so that none waits long for the others.
    private static let longestBatch = 512
    /// How many rows are looked at for deletion while nobody waits.
    private static let idleSweep = 512

    let connection: SQLiteConnection
    let reader: SQLiteReader
    let statements: SQLiteWriterStatements
    let time: EngineTime
    let watches = WatchList()
    var progress: Progress
    var window: HistoryWindow
    /// The changes of the present batch, where anybody watches.
    var changes: [StoreChange] = []
    /// What was last looked up in the present transaction.
    var lookedUp: (key: StoreKey, newest: NewestChange?)?
    /// Who waits for a compaction to be done.
    var compactions: [(target: Revision, continuation: CheckedContinuation<StoreError?, Never>)] = []
    /// Whether deleting superseded rows has failed; it is tried again with the next batch or deadline.
    var isSweepPaused = false
    private var log = LogRules()
    private let published: PublishedRevisions
    let alarm: @Sendable (Duration?) -> Void

    /// Opens the database.
    ///
    /// - Parameters:
    ///   - path: the database file.
    ///   - options: how much to keep.
    ///   - time: moves times to live and the history window; its origin is 1970.
    ///   - published: where the revisions are shown to callers.
    ///   - alarm: sends the writer a ``Job/wake`` at the given time.
    init(
        path: String, options: SQLiteStore.Options, time: EngineTime, published: PublishedRevisions,
        alarm: @escaping @Sendable (Duration?) -> Void
    ) throws(StoreError) {
        let file = try DatabaseFile(path: path)
        connection = try SQLiteConnection(path: path, isWriter: true, cacheKilobytes: 2_048, file: file)
        try SQLiteSchema.prepare(connection)
        try connection.execute("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = \(LogRules.greatestBytes)")
        if let bytes = options.maximumBytes {
            try connection.execute("PRAGMA max_page_count = \(max(16, bytes / 4_096))")
        }
        connection.observeLog()
        reader = try SQLiteReader(connection)
        statements = try SQLiteWriterStatements(connection)
        let (newest, compacted) = try reader.revisions()
        progress = Progress(
            revision: newest, compacted: compacted,
            swept: ChangeID(rawValue: try connection.integer("SELECT swept FROM state")))
        window = HistoryWindow(length: options.historyWindow, compacted: compacted)
        self.time = time
        self.published = published
        self.alarm = alarm
        progress.nextDeadline = try firstDeadline()
        window.note(newest, at: time.now)
        published.show(progress)
    }

    /// Serves jobs until the queue is finished.
    ///
    /// - Returns: who waits for the store to be closed.
    func run(_ jobs: JobQueue<Job>) -> [CheckedContinuation<Void, Never>] {
        var closers: [CheckedContinuation<Void, Never>] = []
        setAlarm()
        while let taken = jobs.takeAll(canWait: !progress.mustSweep || isSweepPaused) {
            if taken.isEmpty { write([], sweeping: Self.idleSweep) }
            serve(taken, &closers)
            finishCompactions()
            checkpointIfDue()
        }
        watches.end(.closed)
        // What is compacted stays so; the rows that are left go when the store is opened again.
        for compaction in compactions { compaction.continuation.resume(returning: nil) }
        return closers
    }

    private func serve(_ jobs: [Job], _ closers: inout [CheckedContinuation<Void, Never>]) {
        var commits: [Commit] = []
        var others: [Job] = []
        var mustWake = false
        for job in jobs {
            switch job {
            case .commit(let transaction, let continuation):
                commits.append(Commit(transaction: transaction, continuation: continuation))
            case .attach, .compact: others.append(job)
            case .wake: mustWake = true
            case .close(let continuation): closers.append(continuation)
            }
        }
        var start = 0
        while start < commits.count {
            let end = min(commits.count, start + Self.longestBatch)
            write(Array(commits[start..<end]), sweeping: 128)
            start = end
        }
        for job in others {
            switch job {
            case .attach(let watch, let after, let continuation):
                continuation.resume(returning: attach(watch, after: after))
            case .compact(let target, let continuation): startCompaction(target, continuation)
            case .commit, .wake, .close: break
            }
        }
        if mustWake { wake() }
    }

    // MARK: the batch

    /// Writes transactions, deletes what has outlived its time, and deletes some superseded rows, all in one
    /// transaction of SQLite; then tells the watches and answers the callers.
    ///
    /// - Parameters:
    ///   - sweeping: how many rows at most are looked at for deletion, beyond twice what is written.
    ///   - target: what is to be the compacted revision afterwards.
    func write(_ commits: [Commit], sweeping: Int, compactingThrough target: Revision? = nil) {
        let before = progress
        if let target { progress.compacted = target }
        changes = []
        var answers: [Answer] = []
        do throws(StoreError) {
            answers = try writeBatch(commits, sweeping: sweeping)
        } catch {
            progress = before
            roll(back: error, commits)
            return
        }
        isSweepPaused = false
        window.note(progress.revision, at: time.now)
        published.show(progress)
        if progress.revision > before.revision { watches.deliver(changes, through: progress.revision) }
        changes = []
        for (commit, answer) in zip(commits, answers) { commit.continuation.resume(returning: answer) }
        setAlarm()
    }

    private func writeBatch(_ commits: [Commit], sweeping: Int) throws(StoreError) -> [Answer] {
        try statements.begin.run()
        var answers: [Answer] = []
        answers.reserveCapacity(commits.count)
        var written = 0
        for commit in commits {
            answers.append(try apply(commit.transaction))
            written += commit.transaction.mutations.count
        }
        try expire()
        try sweep(rows: sweeping + 2 * written)
        try statements.save(progress)
        try statements.commit.run()
        return answers
    }

    /// Undoes a batch that failed and says so to its callers. Where there was no room for all, each is tried alone.
    private func roll(back error: StoreError, _ commits: [Commit]) {
        // Where SQLite has rolled back by itself this fails, and nothing is left to do.
        do { try statements.rollback.run() } catch {}
        if error.code == .full { checkpoint() }
        if error.code == .full, commits.count > 1 {
            for commit in commits { write([commit], sweeping: 0) }
            return
        }
        for commit in commits { commit.continuation.resume(returning: .failure(error)) }
        if commits.isEmpty { giveUpBackgroundWork(error) }
    }

    // MARK: watches

    private func attach(_ watch: Watch, after revision: Revision) -> StoreError? {
        do throws(StoreError) {
            _ = try reader.replay(watch, after: revision)
            watches.add(watch)
            return nil
        } catch {
            watch.cancel()
            return error
        }
    }

    // MARK: time

    func setAlarm() {
        alarm([progress.nextDeadline, window.nextDue].compactMap { $0 }.min())
    }

    /// Does what is due: expiries, and compaction of what has left the history window.
    private func wake() {
        isSweepPaused = false
        if let target = window.takeDue(at: time.now, newest: progress.revision) { startCompaction(target, nil) }
        if let deadline = progress.nextDeadline, deadline <= time.now { write([], sweeping: 0) } else { setAlarm() }
    }

    private func checkpointIfDue() {
        if log.isCheckpointDue(frames: connection.logFrames) { checkpoint() }
    }

    /// Copies the log, so that the next write starts it anew: that is also where room is found on a full disk.
    private func checkpoint() {
        do throws(StoreError) {
            log.checkpointed(frames: connection.logFrames, isComplete: try connection.checkpoint())
        } catch {
            // The log keeps all that was written; it is tried again when the log has grown.
            log.checkpointed(frames: connection.logFrames, isComplete: false)
        }
    }
}
