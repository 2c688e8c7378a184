// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import ClientTestKit
import KubernetesAPI
import Logging
import MartletTestKit
import Testing
import Wire

struct LeaderElectorTests {
    private let cluster = FakeCluster()
    private let clock = ManualClock()
    private let lease = ObjectKey(namespace: "kube-system", name: "kube-scheduler")

    private func elector(_ identity: String) -> LeaderElector {
        LeaderElector(
            client: cluster.client, lease: lease, identity: identity, logger: Logger(label: "test"),
            timekeeper: Timekeeper(clock: clock), chance: { 0 })
    }

    private var holder: String? {
        cluster.get(Lease.self, namespace: lease.namespace, name: lease.name)?.spec.holderIdentity
    }

    @Test("the first one leads, works, and gives the lease back")
    func first() async throws {
        try await elector("one").run { [cluster, lease] in
            let held = cluster.get(Lease.self, namespace: lease.namespace, name: lease.name)
            #expect(held?.spec.holderIdentity == "one")
            #expect(held?.spec.leaseDurationSeconds == 15)
        }
        #expect(holder == "")
        #expect(cluster.get(Lease.self, namespace: lease.namespace, name: lease.name)?.spec.leaseTransitions == 0)
    }

    @Test("another takes over only when the lease has run out on its own clock")
    func takeover() async throws {
        try cluster.add(
            Lease {
                $0.metadata.namespace = lease.namespace
                $0.metadata.name = lease.name
                $0.spec.holderIdentity = "dead"
                $0.spec.leaseDurationSeconds = 15
                $0.spec.leaseTransitions = 3
            })
        let second = elector("two")
        let run = Task { try await second.run {} }
        for _ in 0..<7 {
            await clock.waitForSleepers(1)
            #expect(holder == "dead")
            clock.advance(by: .seconds(2))
        }
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(2))
        try await run.value
        let taken = cluster.get(Lease.self, namespace: lease.namespace, name: lease.name)
        #expect(taken?.spec.leaseTransitions == 4)
        #expect(taken?.spec.holderIdentity == "")
    }

    @Test("a leader that cannot renew stops its work and says so")
    func lost() async {
        let elector = elector("one")
        let started = AsyncStream.makeStream(of: Void.self)
        let run = Task {
            try await elector.run {
                started.continuation.yield()
                // Ends only when it is cancelled.
                for await _ in AsyncStream<Never>.makeStream().stream {}
            }
        }
        for await _ in started.stream { break }
        cluster.react { $0.method == .put ? .failure(503, reason: "ServiceUnavailable") : nil }
        for _ in 0..<5 {
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(2))
        }
        await #expect(throws: LeaderElector.LeadershipLost.self) { try await run.value }
    }
}
