// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Synchronization
import Testing

@testable import Store

struct JobQueueTests {
    @Test("jobs are handed out in order; a finished queue hands out what it has and then nothing")
    func order() {
        let queue = JobQueue<Int>()
        #expect(queue.takeAll(canWait: false) == [])
        for job in 1...3 { #expect(queue.push(job)) }
        #expect(queue.takeOne() == 1)
        #expect(queue.takeAll(canWait: true) == [2, 3])
        #expect(queue.push(4, isLast: true))
        #expect(!queue.push(5))
        #expect(queue.takeAll(canWait: true) == [4])
        #expect(queue.takeAll(canWait: true) == nil)
        #expect(queue.takeOne() == nil)
    }

    @Test("several threads that wait share the jobs, each job once, and all wake up at the end")
    func threads() async {
        let queue = JobQueue<Int>()
        let (done, finished) = AsyncStream.makeStream(of: [Int].self)
        for _ in 0..<3 {
            let isStarted = startDedicatedThread {
                var mine: [Int] = []
                while let job = queue.takeOne() { mine.append(job) }
                finished.yield(mine)
            }
            #expect(isStarted)
        }
        for job in 0..<1_000 { queue.push(job) }
        queue.finish()
        var all: [Int] = []
        var iterator = done.makeAsyncIterator()
        for _ in 0..<3 { all += await iterator.next() ?? [] }
        #expect(all.sorted() == Array(0..<1_000))
    }
}
