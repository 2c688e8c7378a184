// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Scheduler

struct SchedulingEngineTests {
    private func engine(_ nodes: [Node]) -> SchedulingEngine {
        var engine = SchedulingEngine(random: SeededGenerator(state: 1))
        for node in nodes { engine.set(node: node, replacing: nil, now: .zero) }
        return engine
    }

    private func node(_ decision: SchedulingEngine.Decision?) -> String? {
        if case .bind(_, let node, _) = decision { return node }
        return nil
    }

    private func rejection(_ decision: SchedulingEngine.Decision?) -> SchedulingEngine.Rejection? {
        if case .unschedulable(_, let rejection) = decision { return rejection }
        return nil
    }

    @Test("a pod goes where there is room, and takes it at once")
    func assumes() {
        var engine = engine([Fixture.node("n", cpu: "1")])
        engine.set(pod: Fixture.pod("a", cpu: "600m"), now: .zero)
        engine.set(pod: Fixture.pod("b", cpu: "600m"), now: .seconds(1))
        #expect(node(engine.scheduleNext(now: .seconds(1))) == "n")
        let second = rejection(engine.scheduleNext(now: .seconds(1)))
        #expect(
            second?.message == "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: "
                + "1 No preemption victims found for incoming pod.")
        #expect(engine.scheduleNext(now: .seconds(1)) == nil)
    }

    @Test("without nodes it says so; the first node helps")
    func noNodes() {
        var engine = engine([])
        engine.set(pod: Fixture.pod("a"), now: .zero)
        #expect(rejection(engine.scheduleNext(now: .zero))?.message == "no nodes available to schedule pods")
        engine.set(node: Fixture.node("n"), replacing: nil, now: .seconds(1))
        #expect(node(engine.scheduleNext(now: .seconds(1))) == "n")
    }

    @Test("a pod that goes makes room for one that waits")
    func requeue() {
        var engine = engine([Fixture.node("n", cpu: "1")])
        let first = Fixture.pod("a", cpu: "1", on: "n")
        engine.set(pod: first, now: .zero)
        engine.set(pod: Fixture.pod("b", cpu: "1"), now: .zero)
        #expect(rejection(engine.scheduleNext(now: .zero)) != nil)
        engine.remove(pod: first, now: .seconds(3))
        #expect(node(engine.scheduleNext(now: .seconds(3))) == "n")
    }

    @Test("a pod that finishes gives its room back")
    func finished() {
        var engine = engine([Fixture.node("n", cpu: "1")])
        var first = Fixture.pod("a", cpu: "1", on: "n")
        engine.set(pod: first, now: .zero)
        first.status.phase = "Succeeded"
        engine.set(pod: first, now: .zero)
        engine.set(pod: Fixture.pod("b", cpu: "1"), now: .zero)
        #expect(node(engine.scheduleNext(now: .zero)) == "n")
    }

    @Test("a binding that failed is tried again after a while, the room is free meanwhile")
    func bindingFails() {
        var engine = engine([Fixture.node("n", cpu: "1")])
        engine.set(pod: Fixture.pod("a", cpu: "1"), now: .zero)
        guard case .bind(let entry, _, _) = engine.scheduleNext(now: .zero) else {
            Issue.record("there is room")
            return
        }
        engine.bindingFailed(entry, now: .zero)
        #expect(engine.scheduleNext(now: .zero) == nil)
        #expect(node(engine.scheduleNext(now: .seconds(2))) == "n")
    }

    @Test("an old state of a pod that is being bound does not bring it back")
    func staleUpdate() {
        var engine = engine([Fixture.node("n")])
        let pod = Fixture.pod("a")
        engine.set(pod: pod, now: .zero)
        #expect(node(engine.scheduleNext(now: .zero)) == "n")
        engine.set(pod: pod, now: .zero)
        #expect(engine.scheduleNext(now: .zero) == nil)
    }

    @Test("pods of other schedulers, and pods that are going, are left alone")
    func others() {
        var engine = engine([Fixture.node("n")])
        engine.set(pod: Fixture.pod("a") { $0.spec.schedulerName = "other" }, now: .zero)
        #expect(engine.scheduleNext(now: .zero) == nil)
        engine.set(pod: Fixture.pod("b") { $0.metadata.deletionTimestamp = Time(seconds: 1) }, now: .zero)
        guard case .skip = engine.scheduleNext(now: .zero) else {
            Issue.record("a pod that is going is skipped")
            return
        }
    }

    @Test("ties are broken by chance, so that equal nodes share pods")
    func ties() {
        var engine = engine((0..<4).map { Fixture.node("n\($0)", cpu: "100", memory: "1000Gi") })
        var nodes: Set<String> = []
        for number in 0..<4 {
            engine.set(pod: Fixture.pod("p\(number)", cpu: "1", memory: "1Gi"), now: .zero)
            if let name = node(engine.scheduleNext(now: .zero)) { nodes.insert(name) }
        }
        #expect(nodes.count == 4)
    }
}
