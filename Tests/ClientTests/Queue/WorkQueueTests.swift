// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import MartletTestKit
import Testing

struct WorkQueueTests {
    private let clock = ManualClock()
    private let queue: WorkQueue<String>

    init() {
        queue = WorkQueue(name: "test", timekeeper: Timekeeper(clock: clock))
    }

    @Test("a key that is added twice is handed out once, in order of arrival")
    func deduplication() async {
        queue.add(contentsOf: ["a", "b", "a"])
        #expect(queue.count == 2)
        #expect(await queue.next() == "a")
        #expect(await queue.next() == "b")
        #expect(queue.count == 0)
    }

    @Test("a key that is added while it is worked on comes back once that is done, not before")
    func processing() async {
        queue.add("a")
        #expect(await queue.next() == "a")
        queue.add("a")
        #expect(queue.count == 0)
        queue.done("a")
        #expect(queue.count == 1)
        #expect(await queue.next() == "a")
        queue.done("a")
        #expect(queue.count == 0)
    }

    @Test("who waits gets the key that comes")
    func waiting() async {
        async let key = queue.next()
        queue.add("late")
        #expect(await key == "late")
    }

    @Test("a cancelled worker gets nil, and the key goes to another")
    func cancellation() async {
        let waiting = Task { await queue.next() }
        waiting.cancel()
        #expect(await waiting.value == nil)
        queue.add("a")
        #expect(await queue.next() == "a")
    }

    @Test("after shutting down the keys that wait are handed out, then nil")
    func shutDown() async {
        queue.add("a")
        queue.shutDown()
        queue.add("b")
        #expect(await queue.next() == "a")
        #expect(await queue.next() == nil)
    }

    @Test("a delayed key comes when its time has come, the earliest of several delays counts")
    func delay() async {
        let run = Task { await queue.run() }
        queue.add("a", after: .seconds(60))
        queue.add("a", after: .seconds(10))
        queue.add("a", after: .seconds(30))
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(9))
        #expect(queue.count == 0)
        async let key = queue.next()
        clock.advance(by: .seconds(1))
        #expect(await key == "a")
        queue.done("a")
        queue.shutDown()
        await run.value
    }

    @Test("rate limited adds wait longer each time, until the key is forgotten")
    func rateLimit() async {
        let run = Task { await queue.run() }
        for expected: Duration in [.milliseconds(5), .milliseconds(10), .milliseconds(20)] {
            queue.addRateLimited("a")
            await clock.waitForSleepers(1)
            let before = clock.now
            clock.advanceToNextDeadline()
            #expect(before.duration(to: clock.now) == expected)
            #expect(await queue.next() == "a")
            queue.done("a")
        }
        #expect(queue.failures(of: "a") == 3)
        queue.forget("a")
        #expect(queue.failures(of: "a") == 0)
        run.cancel()
        await run.value
    }

    @Test("many workers never have one key at once")
    func concurrency() async {
        let busy = BusyKeys()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    while let key = await queue.next() {
                        await busy.start(key)
                        await Task.yield()
                        await busy.end(key)
                        queue.done(key)
                    }
                }
            }
            group.addTask {
                for round in 0..<2000 { queue.add("key-\(round % 7)") }
                queue.shutDown()
            }
        }
        #expect(await busy.overlaps == 0)
        #expect(await busy.worked >= 7)
    }
}

private actor BusyKeys {
    private var active: Set<String> = []
    private(set) var overlaps = 0
    private(set) var worked = 0

    func start(_ key: String) {
        if !active.insert(key).inserted { overlaps += 1 }
        worked += 1
    }

    func end(_ key: String) { active.remove(key) }
}
