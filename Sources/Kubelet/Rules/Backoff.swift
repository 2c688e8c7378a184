// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Delays that double with every failure and are forgotten after a long time without one.
///
/// - SeeAlso: `flowcontrol.Backoff` of Kubernetes' client-go: 10 s to 300 s, forgotten after 600 s.
struct FailureBackoff: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        var delay: Duration
        var lastUpdate: Moment
    }

    var initial: Duration = .seconds(10)
    var limit: Duration = .seconds(300)
    private(set) var entries: [String: Entry] = [:]

    /// How long `key` still has to wait; nil when it may go on.
    ///
    /// - Parameter event: when the last failure was.
    func waiting(_ key: String, since event: Moment, now: Moment) -> (delay: Duration, until: Moment)? {
        guard let entry = entries[key], !isForgotten(entry, at: event) else { return nil }
        let until = event + entry.delay
        return now < until ? (entry.delay, until) : nil
    }

    /// Doubles the delay of `key`, starting with `initial`.
    mutating func advance(_ key: String, at event: Moment, now: Moment) {
        guard let entry = entries[key], !isForgotten(entry, at: event) else {
            entries[key] = Entry(delay: initial, lastUpdate: now)
            return
        }
        entries[key] = Entry(delay: min(entry.delay * 2, limit), lastUpdate: now)
    }

    mutating func reset(_ key: String) { entries[key] = nil }

    private func isForgotten(_ entry: Entry, at event: Moment) -> Bool { event - entry.lastUpdate > limit * 2 }
}
