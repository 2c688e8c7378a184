// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Testing

struct RetryBackoffTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String, backoff: RetryBackoff, failures: Int, chance = 0.0, expected: Duration
        var testDescription: String { name }
    }

    @Test(
        "waits double up to the longest",
        arguments: [
            Case(name: "first", backoff: .perKey, failures: 1, expected: .milliseconds(5)),
            Case(name: "none counts as first", backoff: .perKey, failures: 0, expected: .milliseconds(5)),
            Case(name: "fourth", backoff: .perKey, failures: 4, expected: .milliseconds(40)),
            Case(name: "very many", backoff: .perKey, failures: .max, expected: .seconds(1000)),
            Case(
                name: "with half of the jitter", backoff: .listWatch, failures: 1, chance: 0.5,
                expected: .milliseconds(1200)),
        ])
    func delays(_ c: Case) {
        let delay = c.backoff.delay(afterFailures: c.failures, chance: c.chance)
        let difference = delay < c.expected ? c.expected - delay : delay - c.expected
        #expect(difference < .microseconds(1))
    }
}
