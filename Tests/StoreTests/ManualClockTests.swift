// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import MartletTestKit
import Testing

/// The clock that tests of all targets move by hand.
struct ManualClockTests {
    @Test("sleepers wake when the clock has reached their time, and not before")
    func wakes() async throws {
        let clock = ManualClock()
        let (woken, waker) = AsyncStream.makeStream(of: Int.self)
        for seconds in [30, 10, 20] {
            Task {  // ends when the clock has been moved far enough, which this test does and sees
                try await clock.sleep(for: .seconds(seconds))
                waker.yield(seconds)
            }
        }
        await clock.waitForSleepers(3)
        #expect(clock.nextDeadline == ManualClock.Instant(offset: .seconds(10)))
        clock.advance(by: .seconds(9))
        #expect(clock.sleeperCount == 3)
        var iterator = woken.makeAsyncIterator()
        for expected in [10, 20, 30] {
            #expect(clock.advanceToNextDeadline())
            let next = await iterator.next()
            #expect(next == expected)
        }
        #expect(clock.sleeperCount == 0)
        #expect(!clock.advanceToNextDeadline())
    }

    @Test("who sleeps until a time that is past goes on at once")
    func past() async throws {
        let clock = ManualClock()
        clock.advance(by: .seconds(5))
        try await clock.sleep(until: ManualClock.Instant(offset: .seconds(5)), tolerance: nil)
        #expect(clock.sleeperCount == 0)
    }

    @Test("a cancelled sleeper throws and is forgotten")
    func cancelled() async {
        let clock = ManualClock()
        let sleeper = Task { try await clock.sleep(for: .seconds(1)) }
        await clock.waitForSleepers(1)
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        #expect(clock.sleeperCount == 0)
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await clock.sleep(for: .seconds(1))
        }
        await #expect(throws: CancellationError.self) { try await late.value }
    }

    @Test("it works as any clock of durations")
    func existential() async throws {
        let manual = ManualClock()
        let clock: any Clock<Duration> = manual
        async let slept: Void = clock.sleep(for: .milliseconds(1))
        await manual.waitForSleepers(1)
        manual.advance(by: .milliseconds(1))
        try await slept
        manual.advance(to: ManualClock.Instant(offset: .zero))
        #expect(manual.now == ManualClock.Instant(offset: .milliseconds(1)), "it never goes back")
    }
}
