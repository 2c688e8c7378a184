// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Store

struct LogRulesTests {
    @Test("the log is copied when it has grown, again when it was started anew, and more often while a reader holds it")
    func rhythm() {
        var rules = LogRules()
        let grown = [2_047, 2_048].map { rules.isCheckpointDue(frames: $0) }
        #expect(grown == [false, true])
        rules.checkpointed(frames: 2_048, isComplete: true)
        // Nothing new was written; then the log is started anew and grows again.
        let anew = [2_049, 3, 2_100].map { rules.isCheckpointDue(frames: $0) }
        #expect(anew == [false, false, true])
        rules.checkpointed(frames: 2_100, isComplete: false)
        let held = [2_101, 2_612].map { rules.isCheckpointDue(frames: $0) }
        #expect(held == [false, true], "the reader is given time")
    }
}
