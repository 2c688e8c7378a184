// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Kubelet

struct PodStatusRulesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var situation: PodSituation
        var phase: String
        var ready: String
        /// Of the first container: `waiting REASON`, `running`, `terminated REASON`.
        var state: String
        var testDescription: String { name }
    }

    static func crashed(_ change: (inout PodSituation) -> Void = { _ in }) -> PodSituation {
        makeSituation(makePod(), [makeObserved("app", .exited, exit: 1, restarts: 2, finished: 995)]) {
            $0.backoff.advance(
                $0.backoffKey($0.pod.appContainers[0]), at: Moment(seconds: 990), now: Moment(seconds: 990))
            change(&$0)
        }
    }

    static let probed = makePod { $0.spec.containers[0].readinessProbe = Probe { $0.probeHandler.exec = ExecAction() } }
    static let started = makePod { $0.spec.containers[0].startupProbe = Probe { $0.probeHandler.exec = ExecAction() } }

    static let cases: [Case] = [
        Case(
            name: "new", situation: PodSituation(pod: makePod(), now: Moment(seconds: 1000)), phase: "Pending",
            ready: "False",
            state: "waiting ContainerCreating"),
        Case(
            name: "with init containers to run", situation: makeSituation(PodPlanTests.withInit), phase: "Pending",
            ready: "False", state: "waiting PodInitializing"),
        Case(
            name: "running", situation: makeSituation(makePod(), [makeObserved("app", .running)]), phase: "Running",
            ready: "True", state: "running"),
        Case(
            name: "running, not ready yet", situation: makeSituation(probed, [makeObserved("app", .running)]),
            phase: "Running", ready: "False", state: "running"),
        Case(
            name: "running and found ready",
            situation: makeSituation(probed, [makeObserved("app", .running)]) {
                $0.probes["app-0"] = ProbeVerdict(readiness: true)
            }, phase: "Running", ready: "True", state: "running"),
        Case(
            name: "running, not started yet", situation: makeSituation(started, [makeObserved("app", .running)]),
            phase: "Running", ready: "False", state: "running"),
        Case(
            name: "crashing", situation: crashed(), phase: "Running", ready: "False", state: "waiting CrashLoopBackOff"),
        Case(
            name: "without its image",
            situation: makeSituation(makePod()) {
                $0.failures["app"] = StartFailure(
                    reason: "ImagePullBackOff", message: "m", retryAt: Moment(seconds: 1010))
            }, phase: "Pending", ready: "False", state: "waiting ImagePullBackOff"),
        Case(
            name: "succeeded",
            situation: makeSituation(PodPlanTests.never, [makeObserved("app", .exited)]) {
                $0.observed.sandboxes = [makeSandbox(ready: false)]
                $0.released = ["s1"]
            }, phase: "Succeeded", ready: "False", state: "terminated Completed"),
        Case(
            name: "failed",
            situation: makeSituation(PodPlanTests.never, [makeObserved("app", .exited, exit: 3)]) {
                $0.observed.sandboxes = [makeSandbox(ready: false)]
                $0.released = ["s1"]
            }, phase: "Failed", ready: "False", state: "terminated Error"),
        Case(
            name: "past its deadline",
            situation: makeSituation(makePod(), [makeObserved("app", .running)]) {
                $0.ending = .deadlineExceeded(since: Moment(seconds: 1000))
            }, phase: "Failed", ready: "False", state: "running"),
    ]

    static func status(_ situation: PodSituation, previous: PodStatus? = nil) -> PodStatus {
        PodStatusRules(situation: situation, plan: PodPlan(situation), hostIPs: ["192.0.2.1"])
            .status(previous: previous ?? situation.pod.status)
    }

    @Test("phase, readiness and container state", arguments: cases)
    func status(_ c: Case) {
        let status = Self.status(c.situation)
        #expect(status.phase == c.phase)
        #expect(status.conditions.first { $0.type == "Ready" }?.status == c.ready)
        let state = status.containerStatuses.first?.state
        let text =
            state?.waiting.map { "waiting \($0.reason)" } ?? state?.terminated.map { "terminated \($0.reason)" }
            ?? (state?.running != nil ? "running" : "none")
        #expect(text == c.state)
    }

    @Test("a crashing container says when it ran last and how often")
    func lastState() {
        let container = Self.status(Self.crashed()).containerStatuses.first
        #expect(container?.restartCount == 2)
        #expect(container?.lastState.terminated?.exitCode == 1)
        #expect(container?.lastState.terminated?.reason == "Error")
        #expect(
            container?.state.waiting?.message == "back-off 10s restarting failed container=app pod=web_default(uid-1)")
    }

    @Test("addresses, class and start time are told")
    func facts() {
        let status = Self.status(makeSituation(makePod(), [makeObserved("app", .running)]))
        #expect(status.podIP == "10.244.0.2")
        #expect(status.podIPs.map(\.ip) == ["10.244.0.2"])
        #expect(status.hostIP == "192.0.2.1")
        #expect(status.qosClass == "BestEffort")
        #expect(status.startTime == Time(seconds: 1000))
        #expect(status.observedGeneration == 1)
        #expect(status.containerStatuses.first?.containerID == "containerd://app-0")
    }

    @Test("a condition keeps its time as long as it holds, and those of others stay")
    func transitions() {
        var previous = PodStatus()
        previous.conditions = [
            PodCondition {
                $0.type = "Ready"
                $0.status = "True"
                $0.lastTransitionTime = Time(seconds: 7)
            },
            PodCondition {
                $0.type = "example.com/gate"
                $0.status = "True"
            },
        ]
        let status = Self.status(makeSituation(makePod(), [makeObserved("app", .running)]), previous: previous)
        #expect(status.conditions.first { $0.type == "Ready" }?.lastTransitionTime == Time(seconds: 7))
        #expect(status.conditions.first { $0.type == "ContainersReady" }?.lastTransitionTime == Time(seconds: 1000))
        #expect(status.conditions.contains { $0.type == "example.com/gate" })
    }

    @Test("a readiness gate that nobody has opened keeps the pod unready")
    func gates() {
        let pod = makePod { $0.spec.readinessGates = [PodReadinessGate { $0.conditionType = "example.com/gate" }] }
        let status = Self.status(makeSituation(pod, [makeObserved("app", .running)]))
        let ready = status.conditions.first { $0.type == "Ready" }
        #expect(ready?.status == "False")
        #expect(ready?.reason == "ReadinessGatesNotReady")
        #expect(
            ready?.message == "corresponding condition of pod readiness gate \"example.com/gate\" does not exist.")
        #expect(status.conditions.first { $0.type == "ContainersReady" }?.status == "True")
    }

    @Test("what a status says does not change as long as nothing changes")
    func stability() {
        let situation = makeSituation(makePod(), [makeObserved("app", .running)])
        let first = Self.status(situation)
        var later = situation
        later.now = Moment(seconds: 2000)
        #expect(Self.status(later, previous: first) == first)
    }
}
