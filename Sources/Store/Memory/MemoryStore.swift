// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import DequeModule
import Synchronization

/// The engine that holds everything in memory and forgets it when it is let go: for tests and throw-away clusters.
///
/// It has no thread of its own: whoever commits delivers to the watches, and while one caller does so the others leave
/// their deliveries to it.
public final class MemoryStore: Store {
    private typealias Answer = Result<Revision, StoreError>

    /// What must be told to watches and callers, in order.
    private enum Delivery {
        case committed([StoreChange], Revision, CheckedContinuation<Answer, Never>?)
        case attached(Watch, [StoreChange], Revision, CheckedContinuation<StoreError?, Never>)
        case ended(CheckedContinuation<Void, Never>)
    }

    private struct State {
        var table = MemoryTable()
        var window: HistoryWindow
        var outbox: Deque<Delivery> = []
        var isDelivering = false
        var isClosed = false

        /// When there is something to expire or to forget.
        var nextDue: Duration? {
            isClosed ? nil : [table.nextDeadline, window.nextDue].compactMap { $0 }.min()
        }

        /// Puts a delivery on the list.
        ///
        /// - Returns: whether the caller must see to it that the list is emptied.
        mutating func enqueue(_ delivery: Delivery) -> Bool {
            outbox.append(delivery)
            defer { isDelivering = true }
            return !isDelivering
        }
    }

    private let time: EngineTime
    private let state: Mutex<State>
    private let watches = WatchList()
    private let alarm: Alarm

    /// An empty store.
    ///
    /// - Parameters:
    ///   - clock: moves times to live and the history window.
    ///   - historyWindow: history older than this is compacted by itself; nil never does.
    public init(clock: any Clock<Duration> = ContinuousClock(), historyWindow: Duration? = .seconds(300)) {
        time = EngineTime(clock: clock)
        state = Mutex(State(window: HistoryWindow(length: historyWindow, compacted: .zero)))
        alarm = Alarm(time: time)
    }

    deinit { alarm.cancel() }

    public var currentRevision: Revision { state.withLock { $0.table.revision } }

    public var compactedRevision: Revision { state.withLock { $0.table.compacted } }

    public func get(_ key: StoreKey) async throws(StoreError) -> StoredValue? {
        try state.withLock { (state) throws(StoreError) in
            if state.isClosed { throw .closed }
            return state.table.value(of: key)
        }
    }

    public func list(_ query: StoreQuery) async throws(StoreError) -> StorePage {
        try state.withLock { (state) throws(StoreError) in
            if state.isClosed { throw .closed }
            return try state.table.page(query)
        }
    }

    public func commit(_ transaction: StoreTransaction) async throws(StoreError) -> Revision {
        let answer = await withCheckedContinuation { apply(transaction, $0) }
        return try answer.get()
    }

    public func watch(
        prefix: StoreKey, after revision: Revision, handler: @escaping @Sendable (StoreNotification) -> Void
    ) async throws(StoreError) -> any StoreWatch {
        let watch = Watch(prefix: prefix, handler: handler)
        let failure = await withCheckedContinuation { attach(watch, after: revision, $0) }
        if let failure { throw failure }
        return watch
    }

    public func compact(through revision: Revision) async throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            if state.isClosed { throw .closed }
            try state.table.compact(through: revision)
        }
    }

    public func close() async {
        await alarm.stop()
        await withCheckedContinuation { continuation in
            let mustDeliver = state.withLock { state in
                state.isClosed = true
                return state.enqueue(.ended(continuation))
            }
            if mustDeliver { deliverAll() }
        }
    }

    /// Applies a transaction; its caller is answered once the watches have heard of it.
    private func apply(_ transaction: StoreTransaction, _ continuation: CheckedContinuation<Answer, Never>?) {
        let now = time.now
        var failure: StoreError?
        let (mustDeliver, nextDue) = state.withLock { state -> (Bool, Duration?) in
            if state.isClosed {
                failure = .closed
                return (false, nil)
            }
            do throws(StoreError) {
                let changes = try state.table.apply(transaction, deadline: time.deadline(after:))
                state.window.note(state.table.revision, at: now)
                return (state.enqueue(.committed(changes, state.table.revision, continuation)), state.nextDue)
            } catch {
                failure = error
                return (false, nil)
            }
        }
        setAlarm(nextDue)
        if let failure { continuation?.resume(returning: .failure(failure)) }
        if mustDeliver { deliverAll() }
    }

    /// Puts a watch on the list of deliveries, with the past changes it wants.
    private func attach(
        _ watch: Watch, after revision: Revision, _ continuation: CheckedContinuation<StoreError?, Never>
    ) {
        var failure: StoreError?
        let mustDeliver = state.withLock { state -> Bool in
            if state.isClosed {
                failure = .closed
                return false
            }
            do throws(StoreError) {
                let past = try state.table.changes(after: revision)
                return state.enqueue(.attached(watch, past, state.table.revision, continuation))
            } catch {
                failure = error
                return false
            }
        }
        if let failure { continuation.resume(returning: failure) }
        if mustDeliver { deliverAll() }
    }

    private func setAlarm(_ deadline: Duration?) { alarm.set(deadline) { [weak self] in self?.tick() } }

    /// Deletes what has outlived its time and forgets what has left the history window.
    private func tick() {
        let now = time.now
        let expired = state.withLock { state -> [StoreTransaction] in
            if state.isClosed { return [] }
            if let target = state.window.takeDue(at: now, newest: state.table.revision) {
                // The window knows only revisions that have happened, so this cannot throw.
                do { try state.table.compact(through: target) } catch { assertionFailure("\(error)") }
            }
            return state.table.takeExpired(at: now)
        }
        for transaction in expired { apply(transaction, nil) }
        setAlarm(state.withLock { $0.nextDue })
    }

    /// Empties the outbox. Only one caller at a time is here: the one for whom `enqueue` returned true.
    private func deliverAll() {
        while let delivery = nextDelivery() {
            switch delivery {
            case .committed(let changes, let revision, let continuation):
                watches.deliver(changes, through: revision)
                continuation?.resume(returning: .success(revision))
            case .attached(let watch, let past, let revision, let continuation):
                watch.deliver(past, through: revision)
                watches.add(watch)
                continuation.resume(returning: nil)
            case .ended(let continuation):
                watches.end(.closed)
                continuation.resume()
            }
        }
    }

    private func nextDelivery() -> Delivery? {
        state.withLock { state in
            let next = state.outbox.popFirst()
            if next == nil { state.isDelivering = false }
            return next
        }
    }
}
