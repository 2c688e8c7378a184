// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import MartletTestKit
import Synchronization
import Testing
import Wire

@testable import Kubelet

struct ProbeLoopTests {
    private final class Reports: Sendable {
        private let all = Mutex<[String]>([])
        func add(_ text: String) { all.withLock { $0.append(text) } }
        var texts: [String] { all.withLock { $0 } }
    }

    private static func loop(
        _ kind: ProbeKind, _ prober: FakeProber, _ clock: ManualClock, _ change: (inout Probe) -> Void = { _ in }
    ) -> ProbeLoop {
        var probe = Probe { $0.probeHandler.exec = ExecAction() }
        change(&probe)
        return ProbeLoop(
            kind: kind, probe: probe,
            target: ProbeTarget(containerID: "c", podIP: "127.0.0.1", container: makeContainer("app")), prober: prober,
            timekeeper: Timekeeper(clock: clock), isAdopted: false)
    }

    private static func text(_ report: ProbeLoop.Report) -> String {
        switch report {
        case .verdict(let verdict): "verdict \(verdict)"
        case .failed(let output): "failed \(output)"
        }
    }

    @Test("a startup probe that succeeds ends its loop")
    func startup() async {
        let clock = ManualClock(), reports = Reports()
        let loop = Self.loop(.startup, FakeProber(), clock) { $0.initialDelaySeconds = 5 }
        async let done: Void = loop.run { reports.add(Self.text($0)) }
        await clock.waitForSleepers()
        #expect(reports.texts.isEmpty)
        clock.advance(by: .seconds(5))
        await done
        #expect(reports.texts == ["verdict true"])
    }

    @Test("a liveness probe that fails three times in a row says so once and ends")
    func liveness() async {
        let clock = ManualClock(), reports = Reports(), prober = FakeProber()
        prober.answer("app", .failure("down"))
        let loop = Self.loop(.liveness, prober, clock)
        async let done: Void = loop.run { reports.add(Self.text($0)) }
        for _ in 0..<2 {
            await clock.waitForSleepers()
            clock.advance(by: .seconds(10))
        }
        await done
        #expect(reports.texts == ["failed down", "failed down", "failed down", "verdict false"])
    }
}
