// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Client
import KubernetesAPI
public import Logging
import Synchronization

/// Puts pods on nodes, as kube-scheduler does with its default profile.
///
/// It is driven by events alone: what informers tell, bindings that end, and backoffs that are over.
public final class Scheduler: Sendable {
    /// The name that pods ask for in `spec.schedulerName`.
    public static let name = "default-scheduler"

    /// How many bindings are under way at once.
    static let mostBindings = 256

    let client: KubernetesClient
    let informers: InformerFactory
    let logger: Logger
    let timekeeper: Timekeeper
    let recorder: EventRecorder
    let mailbox = SchedulerMailbox()
    private let makeRandom: @Sendable () -> any RandomNumberGenerator & Sendable

    /// - Parameters:
    ///   - informers: whoever owns the factory runs it.
    ///   - random: breaks ties between nodes that are equally good.
    public init(
        client: KubernetesClient, informers: InformerFactory, logger: Logger, timekeeper: Timekeeper = Timekeeper(),
        random: @escaping @Sendable () -> any RandomNumberGenerator & Sendable = { SystemRandomNumberGenerator() }
    ) {
        self.client = client
        self.informers = informers
        self.logger = logger
        self.timekeeper = timekeeper
        makeRandom = random
        recorder = EventRecorder(client: client, component: Self.name, logger: logger, timekeeper: timekeeper)
    }

    /// Schedules until the task is cancelled.
    ///
    /// - Throws: `CancellationError` where it is cancelled before the informers have synced.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.recorder.run() }
            try await connect()
            await loop()
            group.cancelAll()
        }
    }

    private func loop() async {
        await withDiscardingTaskGroup { group in
            var engine = SchedulingEngine(schedulerName: Self.name, random: makeRandom())
            var bindings = 0
            var turns = 0
            while !Task.isCancelled {
                let now = timekeeper.elapsed
                for message in mailbox.drain() { message(&engine, now) }
                bindings -= endedBindings.withLock { ended in
                    defer { ended = 0 }
                    return ended
                }
                if bindings >= Self.mostBindings {
                    await mailbox.wait()
                    continue
                }
                guard let decision = engine.scheduleNext(now: now) else {
                    await idle(until: engine.queue.nextDeadline)
                    continue
                }
                if case .bind = decision { bindings += 1 }
                group.addTask { await self.carryOut(decision) }
                turns += 1
                // Others of this process want the thread too, however long the queue is.
                if turns.isMultiple(of: 16) { await Task.yield() }
            }
            group.cancelAll()
        }
    }

    let endedBindings = BindingCounter(0)

    private func idle(until deadline: Duration?) async {
        guard let deadline else { return await mailbox.wait() }
        await mailbox.wait(atMost: max(.milliseconds(1), deadline - timekeeper.elapsed), timekeeper)
    }
}
