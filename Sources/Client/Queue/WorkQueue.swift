// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Synchronization

/// Keys to be worked on: each at most once in the queue, and never by two workers at once.
///
/// A key that is added while a worker has it is handed out again once that worker is ``done(_:)``. Delayed and rate limited adds
/// take effect while ``run()`` runs (a ``Controller`` runs it).
///
/// - SeeAlso: `k8s.io/client-go/util/workqueue`.
public final class WorkQueue<Key: Hashable & Sendable>: Sendable {
    /// The name, for logs and metrics.
    public let name: String

    private let backoff: RetryBackoff
    private let timekeeper: Timekeeper
    private let state = Mutex(WorkQueueState<Key>())
    private let delayed: AsyncStream<DelayedKey>
    private let delayedContinuation: AsyncStream<DelayedKey>.Continuation

    private struct DelayedKey: Sendable {
        var key: Key
        var ticket: UInt64
        var delay: Duration
    }

    /// - Parameter backoff: how long ``addRateLimited(_:)`` waits.
    public init(name: String, backoff: RetryBackoff = .perKey, timekeeper: Timekeeper = Timekeeper()) {
        self.name = name
        self.backoff = backoff
        self.timekeeper = timekeeper
        (delayed, delayedContinuation) = AsyncStream.makeStream()
    }

    /// How many keys wait for a worker.
    public var count: Int { state.withLock { $0.waitingKeys } }

    /// Puts a key into the queue, unless it is there.
    public func add(_ key: Key) {
        let waiter = state.withLock { $0.add(key) }
        waiter?.resume()
    }

    /// Puts keys into the queue.
    public func add(contentsOf keys: some Sequence<Key>) {
        for key in keys { add(key) }
    }

    /// Puts a key into the queue after a delay; of several delays for one key the one that ends first counts.
    public func add(_ key: Key, after delay: Duration) {
        if delay <= .zero { return add(key) }
        let due = timekeeper.elapsed + delay
        guard let ticket = state.withLock({ $0.schedule(key, due: due) }) else { return }
        delayedContinuation.yield(DelayedKey(key: key, ticket: ticket, delay: delay))
    }

    /// Puts a key into the queue after a delay that grows with each call, until ``forget(_:)``.
    public func addRateLimited(_ key: Key) {
        let failures = state.withLock { $0.countFailure(key) }
        add(key, after: backoff.delay(afterFailures: failures))
    }

    /// Starts the delays of a key anew: it was worked on with success.
    public func forget(_ key: Key) { state.withLock { $0.failures[key] = nil } }

    /// How often a key was added by ``addRateLimited(_:)`` since it was forgotten.
    public func failures(of key: Key) -> Int { state.withLock { $0.failures[key] ?? 0 } }

    /// Waits for a key and hands it out. The caller has to say ``done(_:)`` afterwards.
    ///
    /// - Returns: nil once the queue is shut down and empty, or the task is cancelled.
    public func next() async -> Key? {
        while true {
            if Task.isCancelled {
                // The wake-up that this worker may have got is for another one.
                state.withLock { $0.passOn() }?.resume()
                return nil
            }
            switch state.withLock({ $0.take() }) {
            case .key(let key): return key
            case .shutDown: return nil
            case .empty: await waitForKey()
            }
        }
    }

    /// Ends the work on a key that ``next()`` handed out.
    public func done(_ key: Key) {
        let waiter = state.withLock { $0.finish(key) }
        waiter?.resume()
    }

    /// Takes no more keys; workers get those that wait, then nil.
    public func shutDown() {
        let waiters = state.withLock { $0.shutDown() }
        for waiter in waiters { waiter.resume() }
        delayedContinuation.finish()
    }

    /// Carries out delayed adds, until the queue is shut down or the task is cancelled.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for await item in delayed {
                group.addTask {
                    do { try await self.timekeeper.sleep(for: item.delay) } catch { return }
                    let waiter = self.state.withLock { $0.expire(item.key, ticket: item.ticket) }
                    waiter?.resume()
                }
            }
            group.cancelAll()
        }
    }

    private func waitForKey() async {
        let id = state.withLock { $0.nextTicket() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { $0.wait(id, continuation) }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { $0.cancelWait(id) }
            waiter?.resume()
        }
    }
}
