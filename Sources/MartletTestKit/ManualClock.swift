// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Synchronization

/// A clock that stands still until the test moves it.
///
/// Give it to whatever takes `any Clock<Duration>`. A typical test waits until the code under test sleeps, then moves
/// the clock:
///
///     await clock.waitForSleepers(1)
///     clock.advance(by: .seconds(30))
///
/// Who sleeps until an absolute instant that the clock has already passed is woken at once, so that no order of
/// "advance" and "sleep" is lost.
public final class ManualClock: Clock, Sendable {
    /// A point in time: how far the clock was moved since it was made.
    public struct Instant: InstantProtocol {
        /// Time since the clock was made.
        public var offset: Duration

        /// The instant that lies `offset` after the making of the clock.
        public init(offset: Duration) { self.offset = offset }

        public func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        public func duration(to other: Instant) -> Duration { other.offset - offset }
        public static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
    }

    private struct Sleeper {
        var deadline: Instant
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct Waiter {
        var count: Int
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var nextID: UInt64 = 0
        var sleepers: [UInt64: Sleeper] = [:]
        var waiters: [Waiter] = []

        /// Removes and returns the waiters whose number of sleepers is reached.
        mutating func takeSatisfiedWaiters() -> [Waiter] {
            let count = sleepers.count
            let satisfied = waiters.filter { $0.count <= count }
            waiters.removeAll { $0.count <= count }
            return satisfied
        }
    }

    private let state = Mutex(State())

    /// A clock at offset zero.
    public init() {}

    public var now: Instant { state.withLock { $0.now } }

    public var minimumResolution: Duration { .nanoseconds(1) }

    /// How many tasks sleep on this clock now.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// The earliest instant somebody sleeps until; nil where nobody sleeps.
    public var nextDeadline: Instant? { state.withLock { $0.sleepers.values.map(\.deadline).min() } }

    /// Moves the clock forward and wakes everybody whose time has come, earliest first.
    ///
    /// - Parameter duration: 0 or more.
    public func advance(by duration: Duration) {
        advance(to: state.withLock { $0.now.advanced(by: duration) })
    }

    /// Moves the clock forward to `instant`, never back, and wakes everybody whose time has come, earliest first.
    public func advance(to instant: Instant) {
        let due = state.withLock { state -> [Sleeper] in
            state.now = max(state.now, instant)
            let now = state.now
            let due = state.sleepers.filter { $0.value.deadline <= now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }.map(\.value)
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Moves the clock to the earliest instant somebody sleeps until.
    ///
    /// - Returns: whether somebody slept.
    @discardableResult
    public func advanceToNextDeadline() -> Bool {
        guard let next = nextDeadline else { return false }
        advance(to: next)
        return true
    }

    /// Waits until at least `count` tasks sleep on this clock.
    public func waitForSleepers(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state -> Bool in
                if state.sleepers.count >= count { return true }
                state.waiters.append(Waiter(count: count, continuation: continuation))
                return false
            }
            if isReached { continuation.resume() }
        }
    }

    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state -> UInt64 in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                register(Sleeper(deadline: deadline, continuation: continuation), id: id)
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Puts a sleeper on the list, or wakes it where it need not sleep. The flag of a cancelled task is set before its
    /// handler runs, and the handler waits for the lock: a cancellation is seen either here or there.
    private func register(_ sleeper: Sleeper, id: UInt64) {
        enum Outcome { case cancelled, due, sleeps([Waiter]) }
        let outcome = state.withLock { state -> Outcome in
            if Task.isCancelled { return .cancelled }
            if sleeper.deadline <= state.now { return .due }
            state.sleepers[id] = sleeper
            return .sleeps(state.takeSatisfiedWaiters())
        }
        switch outcome {
        case .cancelled: sleeper.continuation.resume(throwing: CancellationError())
        case .due: sleeper.continuation.resume()
        case .sleeps(let waiters): for waiter in waiters { waiter.continuation.resume() }
        }
    }
}
