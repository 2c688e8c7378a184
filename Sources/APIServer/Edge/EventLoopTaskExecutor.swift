// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore

/// Runs the jobs of tasks on one event loop.
///
/// A request's task prefers this executor, so that everything between reading the request and writing the answer happens
/// on the thread that owns the connection, without a hop to the global pool.
final class EventLoopTaskExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        eventLoop.execute { job.runSynchronously(on: executor) }
    }
}
