// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Synchronization

/// What the scheduler's loop is told, in order, by informers and by bindings that ended.
final class SchedulerMailbox: Sendable {
    typealias Message = @Sendable (inout SchedulingEngine, Duration) -> Void

    private struct State: Sendable {
        var messages: [Message] = []
        var waiter: CheckedContinuation<Void, Never>?
        var isWoken = false
    }

    private let state = Mutex(State())

    /// Adds a message: a change of the engine.
    func post(_ message: @escaping Message) {
        let waiter = state.withLock { state in
            state.messages.append(message)
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// All messages since the last call.
    func drain() -> [Message] {
        state.withLock { state in
            defer { state.messages.removeAll(keepingCapacity: state.messages.count < 4096) }
            return state.messages
        }
    }

    /// Waits for a message; returns at once if there is one, or the task is cancelled.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayWait = state.withLock { state in
                    if !state.messages.isEmpty || Task.isCancelled { return false }
                    state.waiter = continuation
                    return true
                }
                if !mayWait { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.resume()
        }
    }

    /// Waits for a message, but no longer than `limit`.
    func wait(atMost limit: Duration, _ timekeeper: Timekeeper) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait() }
            group.addTask {
                // Cancelled means that there was a message first.
                try? await timekeeper.sleep(for: limit)
            }
            await group.next()
            group.cancelAll()
        }
    }
}
