// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import Scheduler

/// How fast pods find nodes, without any API; printed, not asserted.
struct SchedulingRateTests {
    @Test("many pods find nodes, and no node gets too many")
    func rate() {
        var engine = SchedulingEngine(random: SeededGenerator(state: 3))
        for number in 0..<1000 {
            engine.set(node: Fixture.node("n\(number)", cpu: "32", memory: "256Gi"), replacing: nil, now: .zero)
        }
        let pods = 1000
        for number in 0..<pods {
            engine.set(pod: Fixture.pod("p\(number)", cpu: "100m", memory: "100Mi", labels: ["app": "web"]), now: .zero)
        }
        engine.set(serviceSelector: ["app": "web"], namespace: "default", name: "web")
        let clock = ContinuousClock()
        var bound = 0
        let time = clock.measure {
            while let decision = engine.scheduleNext(now: .zero) {
                if case .bind = decision { bound += 1 }
            }
        }
        print("scheduled \(bound) pods onto 1000 nodes in \(time) (debug build)")
        #expect(bound == pods)
        #expect(engine.cluster.numbers.allSatisfy { $0.podCount <= 3 })
    }
}
