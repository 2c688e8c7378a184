// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Logging

/// Makes sure that of several processes one does the work, by a `Lease` that it renews.
///
/// - SeeAlso: `k8s.io/client-go/tools/leaderelection`.
public struct LeaderElector: Sendable {
    /// The times of an election.
    public struct Timing: Sendable, Hashable {
        /// How long a lease counts after it was last seen to be renewed.
        public var leaseDuration: Duration
        /// How long the leader tries to renew before it gives up.
        public var renewDeadline: Duration
        /// How long to wait between tries.
        public var retryPeriod: Duration

        /// Kubernetes' defaults: 15 s, 10 s, 2 s.
        public init(
            leaseDuration: Duration = .seconds(15), renewDeadline: Duration = .seconds(10),
            retryPeriod: Duration = .seconds(2)
        ) {
            self.leaseDuration = leaseDuration
            self.renewDeadline = renewDeadline
            self.retryPeriod = retryPeriod
        }
    }

    /// The lease could not be renewed in time: another process may be the leader now.
    public struct LeadershipLost: Error, Sendable, CustomStringConvertible {
        public var description: String { "the leader lease could not be renewed in time" }
    }

    let client: KubernetesClient
    let lease: ObjectKey
    let identity: String
    let timing: Timing
    let logger: Logger
    let timekeeper: Timekeeper
    let chance: @Sendable () -> Double

    /// - Parameters:
    ///   - lease: for example `kube-system/kube-scheduler`.
    ///   - identity: a name that no other process has.
    public init(
        client: KubernetesClient, lease: ObjectKey, identity: String, timing: Timing = Timing(), logger: Logger,
        timekeeper: Timekeeper = Timekeeper(), chance: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.client = client
        self.lease = lease
        self.identity = identity
        self.timing = timing
        self.logger = logger
        self.timekeeper = timekeeper
        self.chance = chance
    }

    /// Waits until this process is the leader, then does the work; gives the lease back when the work ends or is cancelled.
    ///
    /// - Throws: ``LeadershipLost`` after cancelling the work, when the lease was not renewed in time; what `work` throws.
    public func run(_ work: @escaping @Sendable () async throws -> Void) async throws {
        var record = LeaseObservation()
        try await acquire(&record)
        logger.info("became leader", metadata: ["lease": "\(lease)", "identity": "\(identity)"])
        let held = record
        let outcome = await withTaskGroup(of: Outcome.self) { group in
            group.addTask {
                do { try await work() } catch { return .failed(error) }
                return .finished
            }
            group.addTask { await renew(held) }
            let first = await group.next() ?? .finished
            group.cancelAll()
            return first
        }
        switch outcome {
        case .finished: await release()
        case .failed(let error):
            await release()
            throw error
        case .lost:
            logger.error("lost the leader lease", metadata: ["lease": "\(lease)"])
            throw LeadershipLost()
        }
    }

    private enum Outcome: Sendable {
        case finished
        case failed(any Error)
        case lost
    }

    private func acquire(_ record: inout LeaseObservation) async throws {
        while true {
            try Task.checkCancellation()
            if await tryOnce(&record) { return }
            try await timekeeper.sleep(for: timing.retryPeriod * (1 + 1.2 * chance()))
        }
    }

    private func renew(_ observation: LeaseObservation) async -> Outcome {
        var record = observation
        var renewed = timekeeper.elapsed
        while true {
            do { try await timekeeper.sleep(for: timing.retryPeriod) } catch { return .finished }
            if await tryOnce(&record) {
                renewed = timekeeper.elapsed
            } else if Task.isCancelled {
                return .finished
            } else if timekeeper.elapsed - renewed >= timing.renewDeadline {
                return .lost
            }
        }
    }
}
