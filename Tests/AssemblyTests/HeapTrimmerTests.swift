// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Assembly

struct HeapTrimmerTests {
    @Test("the heap is trimmed when much was freed since the last time, not for what cannot be given back")
    func rule() {
        let step = HeapTrimmer.Rule.step
        var rule = HeapTrimmer.Rule()
        rule.trimmed(free: 0)
        let first = [step - 1, step].map { rule.isDue(free: $0) }
        #expect(first == [false, true])
        rule.trimmed(free: step)
        // the second is used again, the third freed once more
        let later = [step + 1, step / 2, step / 2 + step].map { rule.isDue(free: $0) }
        #expect(later == [false, false, true])
    }
}
