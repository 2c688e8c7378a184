// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Synchronization

/// Calls a function at the earliest of the times it was set to. It sleeps only while it is set, so a quiet engine costs
/// nothing.
final class Alarm: Sendable {
    private struct State {
        var deadline: Duration?
        var generation: UInt64 = 0
        var task: Task<Void, Never>?
        var isStopped = false
    }

    private let time: EngineTime
    private let state = Mutex(State())

    init(time: EngineTime) { self.time = time }

    /// Makes the alarm go off at `deadline`; a call for a later time than it is set to already does nothing.
    ///
    /// - Parameter fire: called once when the alarm goes off; it sets the alarm again where there is more to do.
    func set(_ deadline: Duration?, fire: @escaping @Sendable () -> Void) {
        guard let deadline else { return }
        state.withLock { state in
            if state.isStopped { return }
            if let present = state.deadline, present <= deadline { return }
            state.deadline = deadline
            state.generation += 1
            let generation = state.generation
            let replaced = state.task
            replaced?.cancel()
            // Awaited by the task that replaces it, and the last one by `stop()`.
            state.task = Task { [time, weak self] in
                await replaced?.value
                do { try await time.sleep(until: deadline) } catch { return }  // cancelled: replaced or stopped
                if let self, self.goesOff(generation) { fire() }
            }
        }
    }

    private func goesOff(_ generation: UInt64) -> Bool {
        state.withLock { state in
            guard !state.isStopped, state.generation == generation else { return false }
            state.deadline = nil
            return true
        }
    }

    /// Ends the alarm for good. Once it returns, `fire` is not running and is not called again.
    func stop() async { await cancel()?.value }

    /// Ends the alarm for good without waiting.
    @discardableResult
    func cancel() -> Task<Void, Never>? {
        state.withLock { state in
            state.isStopped = true
            state.task?.cancel()
            return state.task
        }
    }
}
