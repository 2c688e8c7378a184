// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Logging
import MartletTestKit
import Synchronization
import Testing

struct ControllerTests {
    private struct Failure: Error {}

    @Test("a key that fails is tried again after a delay, and forgotten once it succeeds")
    func retries() async {
        let clock = ManualClock()
        let queue = WorkQueue<String>(name: "test", timekeeper: Timekeeper(clock: clock))
        let tries = Mutex(0)
        let controller = Controller(name: "test", queue: queue, workers: 2, logger: Logger(label: "test")) { _ in
            let count = tries.withLock { count in
                count += 1
                return count
            }
            if count < 3 { throw Failure() }
            queue.shutDown()
        }
        queue.add("a")
        async let done: Void = controller.run()
        for _ in 0..<2 {
            await clock.waitForSleepers(1)
            clock.advanceToNextDeadline()
        }
        await done
        #expect(tries.withLock { $0 } == 3)
        #expect(queue.failures(of: "a") == 0)
    }
}
