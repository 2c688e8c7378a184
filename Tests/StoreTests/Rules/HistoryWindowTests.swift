// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Store

struct HistoryWindowTests {
    private let window = Duration.seconds(160)

    @Test("a revision is due when it is as old as the window")
    func due() {
        var history = HistoryWindow(length: window, compacted: .zero)
        #expect(history.nextDue == nil)
        history.note(Revision(3), at: .seconds(100))
        #expect(history.nextDue == .seconds(260))
        let due1 = history.takeDue(at: .seconds(259), newest: Revision(3))
        #expect(due1 == nil)
        let due2 = history.takeDue(at: .seconds(260), newest: Revision(3))
        #expect(due2 == Revision(3))
        #expect(history.nextDue == nil, "nothing is left to forget")
    }

    @Test("of many revisions a few are remembered, and the newest that is old enough counts")
    func samples() {
        var history = HistoryWindow(length: window, compacted: .zero)
        for second in 0..<160 { history.note(Revision(UInt64(second + 1)), at: .seconds(second)) }
        // Every tenth second is remembered.
        let due3 = history.takeDue(at: .seconds(195), newest: Revision(160))
        #expect(due3 == Revision(31))
        #expect(history.nextDue == .seconds(200))
    }

    @Test("the last writes before a quiet time become due too")
    func quiet() {
        var history = HistoryWindow(length: window, compacted: .zero)
        history.note(Revision(1), at: .seconds(0))
        history.note(Revision(2), at: .seconds(1))
        let due4 = history.takeDue(at: .seconds(160), newest: Revision(2))
        #expect(due4 == Revision(1))
        #expect(history.nextDue == .seconds(320))
        let due5 = history.takeDue(at: .seconds(320), newest: Revision(2))
        #expect(due5 == Revision(2))
        #expect(history.nextDue == nil)
    }

    @Test("what is compacted already is not noted, and without a window nothing ever is")
    func nothing() {
        var compacted = HistoryWindow(length: window, compacted: Revision(5))
        compacted.note(Revision(5), at: .zero)
        #expect(compacted.nextDue == nil)
        var endless = HistoryWindow(length: nil, compacted: .zero)
        endless.note(Revision(1), at: .zero)
        #expect(endless.nextDue == nil)
        let due6 = endless.takeDue(at: .seconds(1_000_000), newest: Revision(9))
        #expect(due6 == nil)
    }
}
