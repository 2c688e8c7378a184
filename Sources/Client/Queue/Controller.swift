// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Logging

/// The loop of a controller: workers that take keys from a queue and reconcile them.
public struct Controller<Key: Hashable & Sendable>: Sendable {
    public let name: String
    public let queue: WorkQueue<Key>

    private let workers: Int
    private let logger: Logger
    private let reconcile: @Sendable (Key) async throws -> Void

    /// - Parameters:
    ///   - workers: how many keys are worked on at once, 1 or more.
    ///   - reconcile: brings the world nearer to what the object of the key asks for. Where it throws, the key comes back
    ///     after a delay that grows with each failure.
    public init(
        name: String, queue: WorkQueue<Key>, workers: Int = 1, logger: Logger,
        reconcile: @escaping @Sendable (Key) async throws -> Void
    ) {
        self.name = name
        self.queue = queue
        self.workers = workers
        self.logger = logger
        self.reconcile = reconcile
    }

    /// Works until the task is cancelled or the queue is shut down; returns when every worker has finished its key.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await queue.run() }
            await withTaskGroup(of: Void.self) { workerGroup in
                for _ in 0..<max(1, workers) { workerGroup.addTask { await work() } }
            }
            group.cancelAll()
        }
    }

    private func work() async {
        while let key = await queue.next() {
            do {
                try await reconcile(key)
                queue.forget(key)
            } catch {
                report(error, key)
                queue.addRateLimited(key)
            }
            queue.done(key)
        }
    }

    private func report(_ error: any Error, _ key: Key) {
        if error is CancellationError || Task.isCancelled { return }
        let level: Logger.Level = (error as? ClientError)?.isConflict == true ? .debug : .warning
        logger.log(
            level: level, "reconciling failed, will retry",
            metadata: ["controller": "\(name)", "key": "\(key)", "error": "\(error)"])
    }
}
