// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Dispatch
import Synchronization

/// Hands jobs from any thread to threads of an engine's own, which may block.
final class JobQueue<Job: Sendable>: Sendable {
    private struct State {
        var jobs: [Job] = []
        var sleeping = 0
        var isFinished = false
    }

    private let state = Mutex(State())
    /// Signalled once for each sleeper that was taken off the count, so no wake-up is lost.
    private let wakeUp = DispatchSemaphore(value: 0)

    /// Adds a job.
    ///
    /// - Parameter isLast: whether later jobs are refused.
    /// - Returns: false where the queue is finished: the job is not taken.
    @discardableResult
    func push(_ job: Job, isLast: Bool = false) -> Bool {
        let (isTaken, sleepers) = state.withLock { state -> (Bool, Int) in
            if state.isFinished { return (false, 0) }
            state.jobs.append(job)
            state.isFinished = isLast
            // Who sleeps when the queue finishes must wake up to see it.
            let sleepers = isLast ? state.sleeping : min(1, state.sleeping)
            state.sleeping -= sleepers
            return (true, sleepers)
        }
        for _ in 0..<sleepers { wakeUp.signal() }
        return isTaken
    }

    /// Refuses jobs from now on; those accepted are still handed out.
    func finish() {
        let sleepers = state.withLock { state -> Int in
            state.isFinished = true
            defer { state.sleeping = 0 }
            return state.sleeping
        }
        for _ in 0..<sleepers { wakeUp.signal() }
    }

    /// Whether somebody waits to be handed a job.
    var hasSleeper: Bool { state.withLock { $0.sleeping > 0 } }

    /// Takes all jobs, or waits for one.
    ///
    /// - Parameter canWait: whether to wait; else the result can be empty.
    /// - Returns: jobs in the order they came; nil once the queue is finished and empty.
    func takeAll(canWait: Bool) -> [Job]? {
        while true {
            let taken = take(canWait: canWait) { jobs in
                defer { jobs = [] }
                return jobs
            }
            switch taken {
            case .jobs(let jobs): return jobs
            case .finished: return nil
            case .sleep: wakeUp.wait()
            }
        }
    }

    /// Takes the oldest job, or waits for one.
    ///
    /// - Returns: nil once the queue is finished and empty.
    func takeOne() -> Job? {
        while true {
            switch take(canWait: true, { [$0.removeFirst()] }) {
            case .jobs(let jobs): return jobs.first
            case .finished: return nil
            case .sleep: wakeUp.wait()
            }
        }
    }

    private enum Taken { case jobs([Job]), finished, sleep }

    private func take(canWait: Bool, _ choose: (inout [Job]) -> [Job]) -> Taken {
        state.withLock { state in
            if !state.jobs.isEmpty { return .jobs(choose(&state.jobs)) }
            if state.isFinished { return .finished }
            if !canWait { return .jobs([]) }
            state.sleeping += 1
            return .sleep
        }
    }
}
