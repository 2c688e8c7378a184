// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Logging
import Wire

/// What was last seen of a lease, and when: the holder's clock is not compared with ours.
struct LeaseObservation: Sendable {
    var spec: LeaseSpec?
    /// On this process' own clock.
    var seenAt: Duration = .zero

    /// Whether another holder still counts.
    func isHeldByOther(than identity: String, now: Duration, leaseDuration: Duration) -> Bool {
        guard let holder = spec?.holderIdentity, !holder.isEmpty, holder != identity else { return false }
        let duration = spec?.leaseDurationSeconds.map { Duration.seconds(Int64($0)) } ?? leaseDuration
        return seenAt + duration > now
    }
}

extension LeaderElector {
    /// Takes or renews the lease, if it is free or ours.
    func tryOnce(_ record: inout LeaseObservation) async -> Bool {
        do {
            return try await takeOrRenew(&record)
        } catch {
            if !error.isConflict && !error.isAlreadyExists && error.code != .cancelled {
                logger.warning(
                    "the leader lease is not reachable", metadata: ["lease": "\(lease)", "error": "\(error)"])
            }
            return false
        }
    }

    private func takeOrRenew(_ record: inout LeaseObservation) async throws(ClientError) -> Bool {
        guard var current = try await existing() else {
            let made = try await client.create(fresh())
            record = LeaseObservation(spec: made.spec, seenAt: timekeeper.elapsed)
            return true
        }
        if record.spec != current.spec {
            record = LeaseObservation(spec: current.spec, seenAt: timekeeper.elapsed)
        }
        let now = timekeeper.elapsed
        if record.isHeldByOther(than: identity, now: now, leaseDuration: timing.leaseDuration) { return false }
        if current.spec.holderIdentity != identity {
            current.spec.acquireTime = timekeeper.microTime
            current.spec.leaseTransitions = (current.spec.leaseTransitions ?? 0) &+ 1
            current.spec.holderIdentity = identity
        }
        current.spec.leaseDurationSeconds = seconds
        current.spec.renewTime = timekeeper.microTime
        let written = try await client.update(current)
        record = LeaseObservation(spec: written.spec, seenAt: timekeeper.elapsed)
        return true
    }

    /// Gives the lease back, so that another process need not wait for it to run out.
    func release() async {
        // The work may have ended because its task was cancelled; the lease is given back all the same, in a task of its own
        // that is awaited here.
        await Task {
            do {
                guard var current = try await existing(), current.spec.holderIdentity == identity else { return }
                current.spec.holderIdentity = ""
                current.spec.leaseDurationSeconds = 1
                current.spec.renewTime = timekeeper.microTime
                _ = try await client.update(current)
            } catch {
                logger.debug(
                    "the leader lease was not given back", metadata: ["lease": "\(lease)", "error": "\(error)"])
            }
        }.value
    }

    private var seconds: Int32 { Int32(clamping: timing.leaseDuration.components.seconds) }

    private func existing() async throws(ClientError) -> Lease? {
        do {
            return try await client.get(Lease.self, namespace: lease.namespace, name: lease.name)
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }

    private func fresh() -> Lease {
        let now = timekeeper.microTime
        return Lease {
            $0.metadata.namespace = lease.namespace
            $0.metadata.name = lease.name
            $0.spec.holderIdentity = identity
            $0.spec.leaseDurationSeconds = seconds
            $0.spec.acquireTime = now
            $0.spec.renewTime = now
            $0.spec.leaseTransitions = 0
        }
    }
}
