// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Client

struct EventCorrelatorTests {
    private func event(_ message: String, object: String = "a") -> Event {
        Event {
            $0.involvedObject.name = object
            $0.reason = "Failed"
            $0.type = "Warning"
            $0.message = message
            $0.metadata.name = "\(object).\(message)"
            $0.firstTimestamp = Time(seconds: 100)
        }
    }

    @Test("the same event again counts up the first one")
    func counting() throws {
        var correlator = EventCorrelator()
        guard case .create(let first) = correlator.correlate(event("x"), now: .zero) else {
            Issue.record("the first one is new")
            return
        }
        correlator.remember(first)
        var again = event("x")
        again.metadata.name = "other"
        guard case .update(let second) = correlator.correlate(again, now: .seconds(1)) else {
            Issue.record("the second one is known")
            return
        }
        #expect(second.count == 2)
        #expect(second.metadata.name == "a.x")
    }

    @Test("from the tenth different message on they are combined")
    func combining() {
        var correlator = EventCorrelator()
        var messages: [String] = []
        for number in 0..<12 {
            switch correlator.correlate(event("m\(number)"), now: .zero) {
            case .create(let event), .update(let event):
                correlator.remember(event)
                messages.append(event.message)
            case .drop: break
            }
        }
        #expect(messages[8] == "m8")
        #expect(messages[9] == "(combined from similar events): m9")
        #expect(messages[11] == "(combined from similar events): m11")
    }

    @Test("one object gets 25 at once, then one each five minutes; others are not touched")
    func spam() {
        var correlator = EventCorrelator()
        var passed = 0
        for _ in 0..<40 where correlator.correlate(event("x"), now: .zero) != .drop { passed += 1 }
        #expect(passed == 25)
        #expect(correlator.correlate(event("x", object: "b"), now: .zero) != .drop)
        #expect(correlator.correlate(event("x"), now: .seconds(299)) == .drop)
        #expect(correlator.correlate(event("x"), now: .seconds(600)) != .drop)
    }
}
