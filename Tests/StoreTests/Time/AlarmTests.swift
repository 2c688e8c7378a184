// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import MartletTestKit
import Testing

@testable import Store

struct AlarmTests {
    @Test("it goes off at the earliest time it was set to, once")
    func earliest() async {
        let clock = ManualClock()
        let alarm = Alarm(time: EngineTime(clock: clock, origin: .seconds(1_000)))
        let (rings, ring) = AsyncStream.makeStream(of: String.self)
        alarm.set(.seconds(1_020)) { ring.yield("twenty") }
        alarm.set(.seconds(1_030)) { ring.yield("thirty") }
        alarm.set(.seconds(1_010)) { ring.yield("ten") }
        alarm.set(nil) { ring.yield("never") }
        clock.advance(by: .seconds(10))
        var iterator = rings.makeAsyncIterator()
        let first = await iterator.next()
        #expect(first == "ten")
        // It was set to one time only: the later ones are for the owner to set again.
        alarm.set(.seconds(1_005)) { ring.yield("past") }
        let second = await iterator.next()
        #expect(second == "past")
        await alarm.stop()
        #expect(clock.sleeperCount == 0)
    }

    @Test("once stopped it does not go off and cannot be set")
    func stopped() async {
        let clock = ManualClock()
        let alarm = Alarm(time: EngineTime(clock: clock))
        alarm.set(.seconds(1)) { Issue.record("went off") }
        await clock.waitForSleepers(1)
        await alarm.stop()
        alarm.set(.seconds(1)) { Issue.record("went off") }
        clock.advance(by: .seconds(2))
        await alarm.stop()
        #expect(clock.sleeperCount == 0)
    }

    @Test("times to live beyond all measure are held within what clocks can say")
    func longest() {
        let time = EngineTime(clock: ManualClock(), origin: .seconds(10))
        #expect(time.deadline(after: .seconds(5)) == .seconds(15))
        #expect(time.deadline(after: .seconds(-5)) == .seconds(10))
        #expect(time.deadline(after: .seconds(Int64.max)) == .seconds(10 + 3_155_760_000))
    }
}
