// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Kubelet

struct ProbeRulesTests {
    @Test(
        "a verdict needs as many findings in a row as its threshold says",
        arguments: [
            // findings, verdict after each: + - or . for undecided
            ("++", 1, 3, "++"), ("---", 1, 3, "..-"), ("--+--", 1, 3, "..+++"), ("+--+---", 1, 3, "++++++-"),
            ("++-++", 2, 1, ".+--+"),
        ])
    func thresholds(_ findings: String, _ success: Int, _ failure: Int, _ expected: String) {
        var timing = ProbeTiming(Probe())
        timing.successThreshold = success
        timing.failureThreshold = failure
        var counter = ProbeCounter(timing)
        let verdicts = findings.map { finding -> Character in
            _ = counter.record(finding == "+")
            return counter.verdict.map { $0 ? "+" : "-" } ?? "."
        }
        #expect(String(verdicts) == expected)
    }

    @Test("numbers that are not given have Kubernetes' defaults")
    func defaults() {
        let timing = ProbeTiming(Probe())
        #expect(timing.period == .seconds(10))
        #expect(timing.timeout == .seconds(1))
        #expect(timing.successThreshold == 1)
        #expect(timing.failureThreshold == 3)
        #expect(timing.initialDelay == .zero)
    }

    @Test("early looks come quickly at first and stop before the period is over")
    func pace() {
        var elapsed = Duration.zero
        var count = 0
        while let delay = ProbePace.earlyDelay(count, elapsed: elapsed, period: .seconds(1)) {
            elapsed += delay
            count += 1
        }
        #expect(count == 4)
        #expect(elapsed < .seconds(1))
    }

    @Test("ports by number and by name")
    func ports() throws {
        let container = makeContainer("app") {
            $0.ports = [
                ContainerPort {
                    $0.name = "http"
                    $0.containerPort = 8080
                }
            ]
        }
        #expect(try PortRules.number(80, in: container) == 80)
        #expect(try PortRules.number("http", in: container) == 8080)
        #expect(throws: WiringError.self) { try PortRules.number("none", in: container) }
        #expect(throws: WiringError.self) { try PortRules.number(70000, in: container) }
    }
}

struct ProbeRedirectTests {
    @Test(
        "a probe goes on where it is sent, on the same host",
        arguments: [
            ("http://10.0.0.1:80/a/b?c", 302, "/next", "http://10.0.0.1:80/next"),
            ("http://10.0.0.1:80/a/b?c", 301, "next", "http://10.0.0.1:80/a/next"),
            ("http://10.0.0.1:80", 307, "next", "http://10.0.0.1:80/next"),
            ("http://10.0.0.1:80/", 302, "http://10.0.0.1:81/x", "http://10.0.0.1:81/x"),
            ("http://[::1]:80/", 308, "https://[::1]/x", "https://[::1]/x"),
            ("http://10.0.0.1:80/", 302, "http://example.com/", nil),
            ("http://10.0.0.1:80/", 302, "//example.com/", nil),
            ("http://10.0.0.1:80/", 304, "/next", nil), ("http://10.0.0.1:80/", 302, nil, nil),
            ("http://10.0.0.1:80/", 302, "", nil),
        ] as [(String, UInt, String?, String?)])
    func targets(_ url: String, _ status: UInt, _ location: String?, _ expected: String?) {
        #expect(ProbeRedirect.target(of: url, status: status, location: location) == expected)
    }
}
