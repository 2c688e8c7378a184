// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import OrderedCollections

/// Decides what becomes of an event: the same event again only counts up, many similar ones are combined, too many are dropped.
///
/// - SeeAlso: `EventCorrelator` of `k8s.io/client-go/tools/record`.
struct EventCorrelator {
    enum Decision: Equatable {
        case drop
        /// Send it as a new object; nothing is known of an earlier one.
        case create(Event)
        /// Count up the object that was sent before.
        case update(Event)
    }

    /// How many different events are remembered.
    static let memory = 4096
    /// From how many similar events within ``similarWindow`` on they are combined.
    static let similarLimit = 10
    static let similarWindow = Duration.seconds(600)
    /// How many events about one object are sent at once, and how long it takes until one more may be.
    static let burst = 25.0
    static let refill = Duration.seconds(300)

    private struct Similar {
        var messages: Set<String> = []
        var lastSeen: Duration
    }

    private struct Bucket {
        var tokens: Double
        var filled: Duration
    }

    private struct Sent {
        var name: String
        var count: Int32
        var firstTimestamp: Time
    }

    private var similar: OrderedDictionary<String, Similar> = [:]
    private var sent: OrderedDictionary<String, Sent> = [:]
    private var buckets: OrderedDictionary<String, Bucket> = [:]

    /// - Parameter now: a span on a clock that never goes back.
    mutating func correlate(_ event: Event, now: Duration) -> Decision {
        var event = event
        let group = Self.groupKey(event)
        let isCombined = countSimilar(group, event.message, now: now)
        if isCombined { event.message = "(combined from similar events): " + event.message }
        let key = isCombined ? group : group + "\u{0}" + event.message
        guard takeToken(Self.objectKey(event), now: now) else { return .drop }
        guard let before = sent[key] else {
            event.count = 1
            return .create(event)
        }
        event.metadata.name = before.name
        event.firstTimestamp = before.firstTimestamp
        event.count = before.count == .max ? .max : before.count + 1
        return .update(event)
    }

    /// Remembers an event that the API server has taken.
    mutating func remember(_ event: Event) {
        let group = Self.groupKey(event)
        let isCombined = event.message.hasPrefix("(combined from similar events): ")
        let key = isCombined ? group : group + "\u{0}" + event.message
        sent.updateValue(
            Sent(name: event.metadata.name, count: event.count, firstTimestamp: event.firstTimestamp), forKey: key)
        Self.trim(&sent)
    }

    private mutating func countSimilar(_ group: String, _ message: String, now: Duration) -> Bool {
        var record = similar[group] ?? Similar(lastSeen: now)
        if now - record.lastSeen > Self.similarWindow { record.messages = [] }
        record.lastSeen = now
        if record.messages.count < Self.similarLimit || record.messages.contains(message) {
            record.messages.insert(message)
        }
        similar[group] = record
        Self.trim(&similar)
        return record.messages.count >= Self.similarLimit
    }

    private mutating func takeToken(_ object: String, now: Duration) -> Bool {
        var bucket = buckets[object] ?? Bucket(tokens: Self.burst, filled: now)
        bucket.tokens = min(Self.burst, bucket.tokens + (now - bucket.filled) / Self.refill)
        bucket.filled = now
        let isAllowed = bucket.tokens >= 1
        if isAllowed { bucket.tokens -= 1 }
        buckets[object] = bucket
        Self.trim(&buckets)
        return isAllowed
    }

    private static func trim<Value>(_ records: inout OrderedDictionary<String, Value>) {
        // The oldest go in one sweep, since removing one from the front costs as much as removing many.
        if records.count > memory { records.removeFirst(memory / 4) }
    }

    private static func objectKey(_ event: Event) -> String {
        let about = event.involvedObject
        return [
            event.source.component, event.source.host, about.kind, about.namespace, about.name, about.uid,
            about.apiVersion,
        ].joined(separator: "\u{0}")
    }

    private static func groupKey(_ event: Event) -> String {
        [objectKey(event), event.involvedObject.fieldPath, event.type, event.reason].joined(separator: "\u{0}")
    }
}
