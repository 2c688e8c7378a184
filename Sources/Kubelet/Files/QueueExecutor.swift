// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Dispatch

/// Runs an actor's work on a dispatch queue of its own, so that calls that block hold up nobody else.
final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
