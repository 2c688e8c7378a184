// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Kubelet

struct PodPlanTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var situation: PodSituation
        var expected: [String]
        var isOver = false
        var testDescription: String { name }
    }

    static let withInit = makePod { $0.spec.initContainers = [makeContainer("init-1"), makeContainer("init-2")] }
    static let withSidecar = makePod {
        $0.spec.initContainers = [makeContainer("side") { $0.restartPolicy = "Always" }]
    }
    static let never = makePod { $0.spec.restartPolicy = "Never" }
    static let onFailure = makePod { $0.spec.restartPolicy = "OnFailure" }

    static let starting: [Case] = [
        Case(
            name: "a new pod gets volumes and a sandbox at once",
            situation: PodSituation(pod: makePod(), now: Moment(seconds: 1000)), expected: ["mount", "sandbox 0"]),
        Case(
            name: "nothing starts before the volumes are there",
            situation: makeSituation(makePod()) {
                $0.isMounted = false
                $0.operations = [.volumes]
            }, expected: []),
        Case(
            name: "then the first container starts", situation: makeSituation(makePod(["a", "b"])),
            expected: ["start a 0"]),
        Case(
            name: "the second waits for the first one's start",
            situation: makeSituation(makePod(["a", "b"])) { $0.operations = [.start("a")] }, expected: []),
        Case(
            name: "and starts after it", situation: makeSituation(makePod(["a", "b"]), [makeObserved("a", .running)]),
            expected: ["start b 0"]),
        Case(
            name: "all run: nothing to do",
            situation: makeSituation(makePod(["a", "b"]), [makeObserved("a", .running), makeObserved("b", .running)]),
            expected: []),
        Case(
            name: "what waits for its image does not hold up the next one",
            situation: makeSituation(makePod(["a", "b"])) {
                $0.failures["a"] = StartFailure(reason: "ErrImagePull", message: "", retryAt: Moment(seconds: 1010))
            }, expected: ["start b 0"]),
        Case(name: "init containers first", situation: makeSituation(withInit), expected: ["start init-1 0"]),
        Case(
            name: "one after the other", situation: makeSituation(withInit, [makeObserved("init-1", .running)]),
            expected: []),
        Case(
            name: "the next one when it has succeeded",
            situation: makeSituation(withInit, [makeObserved("init-1", .exited)]),
            expected: ["start init-2 0"]),
        Case(
            name: "the app after all of them",
            situation: makeSituation(withInit, [makeObserved("init-1", .exited), makeObserved("init-2", .exited)]),
            expected: ["start app 0"]),
        Case(
            name: "a failed init container runs again",
            situation: makeSituation(withInit, [makeObserved("init-1", .exited, exit: 1)]), expected: ["start init-1 1"]
        ),
        Case(name: "a sidecar before the app", situation: makeSituation(withSidecar), expected: ["start side 0"]),
        Case(
            name: "the app once the sidecar runs",
            situation: makeSituation(withSidecar, [makeObserved("side", .running)]),
            expected: ["start app 0"]),
        Case(
            name: "a sidecar runs again beside the app",
            situation: makeSituation(withSidecar, [makeObserved("side", .exited), makeObserved("app", .running)]),
            expected: ["start side 1"]),
        Case(
            name: "made but never started: made anew",
            situation: makeSituation(makePod(), [makeObserved("app", .created)]),
            expected: ["remove app-0"]),
    ]

    static let restarting: [Case] = [
        Case(
            name: "Always restarts what succeeded", situation: makeSituation(makePod(), [makeObserved("app", .exited)]),
            expected: ["start app 1"]),
        Case(
            name: "OnFailure restarts what failed",
            situation: makeSituation(onFailure, [makeObserved("app", .exited, exit: 1)]),
            expected: ["start app 1"]),
        Case(
            name: "OnFailure ends with success", situation: makeSituation(onFailure, [makeObserved("app", .exited)]),
            expected: ["stop s1"]),
        Case(
            name: "Never ends with failure", situation: makeSituation(never, [makeObserved("app", .exited, exit: 1)]),
            expected: ["stop s1"]),
        Case(
            name: "and is over when the sandbox is stopped",
            situation: makeSituation(never, [makeObserved("app", .exited, exit: 1)]) {
                $0.observed.sandboxes = [makeSandbox(ready: false)]
                $0.released = ["s1"]
            }, expected: [], isOver: true),
        Case(
            name: "a back-off is waited for",
            situation: makeSituation(makePod(), [makeObserved("app", .exited, exit: 1, finished: 995)]) {
                $0.backoff.advance(
                    $0.backoffKey($0.pod.appContainers[0]), at: Moment(seconds: 990), now: Moment(seconds: 990))
            }, expected: []),
        Case(
            name: "another image: killed to be made anew",
            situation: makeSituation(
                makePod { $0.spec.containers[0].image = "web:2" }, [makeObserved("app", .running)]),
            expected: ["kill app definitionChanged 30"]),
        Case(
            name: "a failed liveness probe ends it in its own grace period",
            situation: makeSituation(
                makePod { $0.spec.containers[0].livenessProbe = Probe { $0.terminationGracePeriodSeconds = 5 } },
                [makeObserved("app", .running)]
            ) { $0.probes["app-0"] = ProbeVerdict(liveness: false) },
            expected: ["kill app livenessProbe 5"]),
        Case(
            name: "a dead sandbox: what still runs in it is ended first",
            situation: makeSituation(makePod(), [makeObserved("app", .running)]) {
                $0.observed.sandboxes = [makeSandbox(ready: false)]
            }, expected: ["kill app sandboxChanged 30"]),
        Case(
            name: "then it is given back and made anew",
            situation: makeSituation(makePod(), [makeObserved("app", .exited, exit: 137)]) {
                $0.observed.sandboxes = [makeSandbox(ready: false)]
            }, expected: ["stop s1", "sandbox 1"]),
    ]

    static let ending: [Case] = [
        Case(
            name: "deleted: all app containers are ended at once",
            situation: makeSituation(makePod(["a", "b"]), [makeObserved("a", .running), makeObserved("b", .running)]) {
                $0.ending = .deleted(since: Moment(seconds: 1000), grace: .seconds(30))
            }, expected: ["kill a podEnds 30", "kill b podEnds 30"]),
        Case(
            name: "sidecars after them, in what is left of the time",
            situation: makeSituation(withSidecar, [makeObserved("side", .running), makeObserved("app", .exited)]) {
                $0.ending = .deleted(since: Moment(seconds: 990), grace: .seconds(30))
            }, expected: ["kill side podEnds 20"]),
        Case(
            name: "never twice",
            situation: makeSituation(makePod(), [makeObserved("app", .running)]) {
                $0.ending = .deleted(since: Moment(seconds: 1000), grace: .seconds(30))
                $0.operations = [.kill("app-0")]
            }, expected: []),
        Case(
            name: "then the sandbox",
            situation: makeSituation(makePod(), [makeObserved("app", .exited)]) {
                $0.ending = .deleted(since: Moment(seconds: 1000), grace: .seconds(30))
            }, expected: ["stop s1"]),
        Case(
            name: "what is being started has to be there first",
            situation: makeSituation(makePod()) {
                $0.ending = .deleted(since: Moment(seconds: 1000), grace: .seconds(30))
                $0.operations = [.start("app")]
            }, expected: []),
        Case(
            name: "a pod that never began is over",
            situation: PodSituation(
                pod: makePod(), ending: .deleted(since: Moment(seconds: 1000), grace: .seconds(30)),
                now: Moment(seconds: 1000)),
            expected: [], isOver: true),
        Case(
            name: "over by its deadline",
            situation: makeSituation(makePod(), [makeObserved("app", .running)]) {
                $0.ending = .deadlineExceeded(since: Moment(seconds: 1000))
            }, expected: ["kill app podEnds 30"]),
    ]

    @Test("what a pod needs next", arguments: starting + restarting + ending)
    func actions(_ c: Case) {
        let plan = PodPlan(c.situation)
        #expect(plan.actions.map(\.text) == c.expected)
        #expect(plan.isOver == c.isOver)
    }

    @Test("a back-off says how long, and when to look again")
    func backoff() {
        let situation = makeSituation(makePod(), [makeObserved("app", .exited, exit: 1, finished: 995)]) {
            let key = $0.backoffKey($0.pod.appContainers[0])
            $0.backoff.advance(key, at: Moment(seconds: 970), now: Moment(seconds: 970))
            $0.backoff.advance(key, at: Moment(seconds: 980), now: Moment(seconds: 980))
        }
        let plan = PodPlan(situation)
        #expect(plan.backingOff == ["app": .seconds(20)])
        #expect(plan.wakeAt == Moment(seconds: 1015))
    }
}
