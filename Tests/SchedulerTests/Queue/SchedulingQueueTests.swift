// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Scheduler

struct SchedulingQueueTests {
    /// One line of a scenario. Times are in seconds.
    enum Step: Sendable {
        case at(Int)
        case add(String, priority: Int32 = 0, gated: Bool = false)
        case remove(String)
        /// Takes the next pod, which has to be this one; nil for none.
        case pop(String?)
        /// Gives the pod popped last back: no node fits.
        case unschedulable(by: Set<Plugin>)
        case failed
        case event(ClusterEvent)
        case expect(String, String?)
        case deadline(Int?)
    }

    struct Scenario: Sendable, CustomTestStringConvertible {
        var name: String
        var steps: [Step]
        var testDescription: String { name }
    }

    @Test(
        "pods come out in the right order at the right time",
        arguments: [
            Scenario(
                name: "higher priority first, then who came first",
                steps: [
                    .add("a"), .at(1), .add("b"), .add("c", priority: 5), .pop("c"), .pop("a"), .pop("b"), .pop(nil),
                ]),
            Scenario(
                name: "a gated pod waits for its gates",
                steps: [
                    .add("a", gated: true), .expect("a", "gated"), .pop(nil), .add("a"), .pop("a"),
                ]),
            Scenario(
                name: "a removed pod does not come",
                steps: [
                    .add("a"), .add("b"), .remove("a"), .pop("b"), .pop(nil),
                ]),
            Scenario(
                name: "an unschedulable pod waits for an event that helps",
                steps: [
                    .add("a"), .pop("a"), .unschedulable(by: [.nodeResourcesFit]), .expect("a", "unschedulable"),
                    .pop(nil),
                    .event(.node(.taints)), .expect("a", "unschedulable"), .at(2), .event(.node(.allocatable)),
                    .expect("a", "active"),
                    .pop("a"),
                ]),
            Scenario(
                name: "an event within the backoff leads there, and nothing else to do cuts it short",
                steps: [
                    .add("a"), .pop("a"), .unschedulable(by: [.nodeResourcesFit]), .event(.node(.added)),
                    .expect("a", "backoff"),
                    .deadline(1), .add("b"), .pop("b"), .pop("a"),
                ]),
            Scenario(
                name: "after an error the backoff is waited out",
                steps: [
                    .add("a"), .pop("a"), .failed, .expect("a", "backoff"), .pop(nil), .deadline(1), .at(1), .pop("a"),
                    .failed, .at(2),
                    .pop(nil), .at(3), .pop("a"),
                ]),
            Scenario(
                name: "after five minutes a pod is tried whatever happened",
                steps: [
                    .add("a"), .pop("a"), .unschedulable(by: [.nodeAffinity]), .deadline(300), .at(299), .pop(nil),
                    .at(300), .pop("a"),
                ]),
            Scenario(name: "nothing to wait for without pods", steps: [.deadline(nil), .pop(nil)]),
            Scenario(
                name: "a pod rejected by nobody in particular is helped by everything",
                steps: [
                    .add("a"), .pop("a"), .unschedulable(by: []), .at(5), .event(.node(.labels)), .pop("a"),
                ]),
        ])
    func scenarios(_ scenario: Scenario) {
        var queue = SchedulingQueue()
        var now = Duration.zero
        var last: SchedulingQueue.Entry?
        for (number, step) in scenario.steps.enumerated() {
            let place: Comment = "step \(number)"
            switch step {
            case .at(let seconds): now = .seconds(seconds)
            case .add(let name, let priority, let gated): queue.add(Self.pod(name, priority, gated), now: now)
            case .remove(let name): queue.remove(uid: "uid-\(name)")
            case .pop(let name):
                last = queue.pop(now: now)
                #expect(last?.pod.name == name, place)
            case .unschedulable(let plugins):
                if let last { queue.addUnschedulable(last, rejectedBy: plugins, now: now) }
            case .failed: if let last { queue.addFailed(last, now: now) }
            case .event(let event): queue.handle(event, now: now)
            case .expect(let name, let whereabouts): #expect(queue.whereabouts("uid-\(name)") == whereabouts, place)
            case .deadline(let seconds): #expect(queue.nextDeadline == seconds.map { .seconds($0) }, place)
            }
        }
    }

    @Test("a change of the pod itself brings it back only where it may help")
    func podChanges() {
        var queue = SchedulingQueue()
        queue.add(Self.pod("a"), now: .zero)
        guard let entry = queue.pop(now: .zero) else {
            Issue.record("the pod is there")
            return
        }
        queue.addUnschedulable(entry, rejectedBy: [.taintToleration], now: .zero)
        let status = Fixture.pod("a") { $0.status.nominatedNodeName = "n" }
        queue.add(PodInfo(status), now: .seconds(20))
        #expect(queue.whereabouts("uid-a") == "unschedulable")
        let bearing = Fixture.pod("a") { $0.spec.tolerations = [Toleration { $0.operator = "Exists" }] }
        queue.add(PodInfo(bearing), now: .seconds(20))
        #expect(queue.whereabouts("uid-a") == "active")
    }

    @Test("backoff doubles up to ten seconds", arguments: [(0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (100, 10)])
    func backoff(attempts: Int, seconds: Int) {
        #expect(SchedulingQueue.backoffTime(attempts: attempts) == .seconds(seconds))
    }

    private static func pod(_ name: String, _ priority: Int32 = 0, _ gated: Bool = false) -> PodInfo {
        PodInfo(
            Fixture.pod(name, priority: priority) { pod in
                if gated { pod.spec.schedulingGates = [PodSchedulingGate { $0.name = "example.com/wait" }] }
            })
    }
}
