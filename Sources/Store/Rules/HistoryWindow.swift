// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import DequeModule

/// Tells which revision is old enough to be compacted: remembers, at a few points in time, which revision was the
/// newest.
///
/// Times are durations since a fixed point; they never go back.
struct HistoryWindow: Sendable {
    private struct Sample {
        var time: Duration
        var revision: Revision
    }

    /// History younger than this is kept; nil keeps all.
    let length: Duration?
    private var samples: Deque<Sample> = []
    private var lastSampled: Revision

    /// - Parameters:
    ///   - length: how much history to keep; nil for all of it.
    ///   - compacted: the revision up to which nothing is left to compact.
    init(length: Duration?, compacted: Revision) {
        self.length = length
        lastSampled = compacted
    }

    /// Notes that `revision` was the newest at `time`. At most about sixteen notes are kept for one window, so history
    /// lives up to a sixteenth longer than asked.
    mutating func note(_ revision: Revision, at time: Duration) {
        guard let length, revision > lastSampled else { return }
        if let last = samples.last, time < last.time + length / 16 { return }
        samples.append(Sample(time: time, revision: revision))
        lastSampled = revision
    }

    /// When ``takeDue(at:newest:)`` next has something to say; nil where all revisions are compacted.
    var nextDue: Duration? {
        guard let length, let first = samples.first else { return nil }
        return first.time + length
    }

    /// The newest revision that has left the window since the last call, or nil.
    ///
    /// - Parameter newest: the newest revision there is. It is noted where nothing else is under way, so that the last
    ///   writes before a quiet time leave history too.
    mutating func takeDue(at time: Duration, newest: Revision) -> Revision? {
        guard let length else { return nil }
        var due: Revision?
        while let first = samples.first, first.time + length <= time {
            due = first.revision
            samples.removeFirst()
        }
        if samples.isEmpty { note(newest, at: time) }
        return due
    }
}
