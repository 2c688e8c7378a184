// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing
import Wire

@testable import Scheduler

struct FitErrorTests {
    @Test("the message counts nodes by reason, in order of the text")
    func message() {
        var error = FitError(
            nodeCount: 4,
            failures: [
                (0, .taint), (1, .resources(ResourceShortage(cpu: true, memory: true))),
                (2, .resources(ResourceShortage(cpu: true))), (3, .nodeUnschedulable),
            ])
        error.preemptionMessage = "preemption: x."
        #expect(
            error.message == "0/4 nodes are available: 1 Insufficient memory, 1 node(s) had untolerated taint(s), "
                + "1 node(s) were unschedulable, 2 Insufficient cpu. preemption: x.")
        #expect(error.plugins == [.taintToleration, .nodeResourcesFit, .nodeUnschedulable])
    }

    @Test("what was found before looking at nodes stands alone")
    func prefilter() {
        let error = FitError(nodeCount: 3, PreFilterFailure(plugin: .volumeBinding, message: "no claim"))
        #expect(error.message == "0/3 nodes are available: no claim.")
        #expect(FitError(nodeCount: 0).message == "no nodes available to schedule pods")
    }
}
