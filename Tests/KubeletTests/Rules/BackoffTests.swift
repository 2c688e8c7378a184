// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Kubelet

struct BackoffTests {
    @Test("delays double from 10 s to 300 s")
    func doubling() {
        var backoff = FailureBackoff()
        var delays: [Int64] = []
        for second in stride(from: Int64(100), to: 107, by: 1) {
            backoff.advance("a", at: Moment(seconds: second), now: Moment(seconds: second))
            delays.append(backoff.entries["a"]?.delay.components.seconds ?? 0)
        }
        #expect(delays == [10, 20, 40, 80, 160, 300, 300])
    }

    @Test("ten minutes without a failure are forgiven")
    func forgetting() {
        var backoff = FailureBackoff()
        for _ in 0..<5 { backoff.advance("a", at: Moment(seconds: 100), now: Moment(seconds: 100)) }
        #expect(backoff.waiting("a", since: Moment(seconds: 700), now: Moment(seconds: 701)) != nil)
        #expect(backoff.waiting("a", since: Moment(seconds: 701), now: Moment(seconds: 701)) == nil)
        backoff.advance("a", at: Moment(seconds: 701), now: Moment(seconds: 701))
        #expect(backoff.entries["a"]?.delay == .seconds(10))
    }

    @Test("keys wait for themselves alone")
    func keys() {
        var backoff = FailureBackoff()
        backoff.advance("a", at: Moment(seconds: 1), now: Moment(seconds: 1))
        #expect(backoff.waiting("b", since: Moment(seconds: 1), now: Moment(seconds: 2)) == nil)
        #expect(backoff.waiting("a", since: Moment(seconds: 1), now: Moment(seconds: 2))?.until == Moment(seconds: 11))
        #expect(backoff.waiting("a", since: Moment(seconds: 1), now: Moment(seconds: 11)) == nil)
    }
}
