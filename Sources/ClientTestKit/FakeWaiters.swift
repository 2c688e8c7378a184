// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Synchronization

/// Those who wait for a condition.
final class FakeWaiters: Sendable {
    private struct Waiter: Sendable {
        var condition: @Sendable () -> Bool
        var continuation: CheckedContinuation<Void, Never>
    }

    private let waiters = Mutex<(lastID: Int, all: [Int: Waiter])>((0, [:]))

    func wait(_ condition: @escaping @Sendable () -> Bool) async {
        let id = waiters.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiters.withLock { $0.all[id] = Waiter(condition: condition, continuation: continuation) }
                check()
                if Task.isCancelled { release(id) }
            }
        } onCancel: {
            release(id)
        }
    }

    /// Wakes those whose condition holds.
    func check() {
        let all = waiters.withLock { $0.all }
        for (id, waiter) in all where waiter.condition() { release(id) }
    }

    private func release(_ id: Int) {
        let waiter = waiters.withLock { $0.all.removeValue(forKey: id) }
        waiter?.continuation.resume()
    }
}
