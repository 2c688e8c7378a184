// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Scheduler

struct ClusterStateTests {
    @Test("after any sequence of changes the sums are those of the pods that are there")
    func sums() {
        var random = SeededGenerator(state: 7)
        var cluster = Fixture.cluster((0..<5).map { Fixture.node("n\($0)") })
        var expected: [String: (node: String, cpu: Int64)] = [:]
        for _ in 0..<2000 {
            let name = "p\(random.next(upperBound: UInt64(40)))"
            if random.next(upperBound: UInt64(3)) == 0 {
                cluster.remove(uid: "uid-\(name)")
                expected[name] = nil
            } else {
                let node = "n\(random.next(upperBound: UInt64(5)))"
                let cpu = Int64(random.next(upperBound: UInt64(1000)))
                cluster.place(PodInfo(Fixture.pod(name, cpu: "\(cpu)m", on: node)), on: node)
                expected[name] = (node, cpu)
            }
        }
        for number in 0..<5 {
            let mine = expected.values.filter { $0.node == "n\(number)" }
            let slot = cluster.slot(of: "n\(number)") ?? 0
            #expect(cluster.numbers[slot].requestedCPU == mine.reduce(0) { $0 + $1.cpu })
            #expect(cluster.numbers[slot].podCount == Int64(mine.count))
            #expect(cluster.nodes[slot]?.pods.count == mine.count)
        }
    }

    @Test("a node that goes and comes back still has its pods")
    func nodeReturns() {
        var cluster = Fixture.cluster([Fixture.node("n")], [Fixture.pod("p", cpu: "1", on: "n")])
        cluster.removeNode(named: "n")
        #expect(cluster.nodeCount == 0)
        #expect(cluster.slot(of: "n") == nil)
        cluster.set(Fixture.node("n"))
        let slot = cluster.slot(of: "n") ?? -1
        #expect(cluster.numbers[slot].requestedCPU == 1000)
    }

    @Test("slots of nodes that are gone are used again")
    func slots() {
        var cluster = Fixture.cluster([Fixture.node("a"), Fixture.node("b")])
        cluster.removeNode(named: "a")
        cluster.set(Fixture.node("c"))
        #expect(cluster.nodes.count == 2)
        #expect(cluster.nodeCount == 2)
        #expect(cluster.numbers[cluster.slot(of: "c") ?? 0].podCount == 0)
    }
}
