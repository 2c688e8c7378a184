// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Scheduler

struct NodeSearchTests {
    @Test(
        "of many nodes not all are looked at",
        arguments: [
            (0, 0), (50, 50), (100, 100), (200, 100), (1000, 420), (5000, 500), (10_000, 500),
        ])
    func enough(nodes: Int, expected: Int) { #expect(NodeSearch.enough(of: nodes) == expected) }

    @Test("each search goes on where the last one stopped")
    func rotation() throws {
        var cluster = Fixture.cluster((0..<300).map { Fixture.node("n\($0)") })
        let context = try FilterContext(PodInfo(Fixture.pod("p", cpu: "1")), &cluster)
        var search = NodeSearch()
        var seen: Set<Int> = []
        for _ in 0..<3 { seen.formUnion(search.find(context, cluster).feasible) }
        #expect(seen.count == 300)
    }

    @Test("room that is promised to a pod of the same or a higher priority is taken")
    func nominated() throws {
        var cluster = Fixture.cluster([Fixture.node("n", cpu: "1")])
        cluster.nominate(PodInfo(Fixture.pod("first", cpu: "600m", priority: 5)), to: "n")
        #expect(try Fixture.failures(Fixture.pod("p", cpu: "500m", priority: 5), &cluster).count == 1)
        #expect(try Fixture.failures(Fixture.pod("p", cpu: "500m", priority: 6), &cluster).isEmpty)
        cluster.nominate(PodInfo(Fixture.pod("first", cpu: "600m", priority: 5)), to: nil)
        #expect(try Fixture.failures(Fixture.pod("p", cpu: "500m", priority: 5), &cluster).isEmpty)
    }
}
