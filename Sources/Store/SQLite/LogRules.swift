// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// When the write-ahead log is copied into the database file.
///
/// A complete copy lets the next write start the log anew, so it does not grow beyond what is written between two
/// copies. A reader that holds an old state makes a copy incomplete; the next one is made when the log has grown some
/// more.
struct LogRules {
    /// 2,048 pages of 4 KiB: enough that pages written often are copied once for many writes.
    private static let interval = 2_048
    /// What the log file is cut to when it starts anew.
    static let greatestBytes = 2 * 4_096 * interval

    private var due = interval
    private var lastFrames = 0

    /// - Parameter frames: pages in the log now.
    mutating func isCheckpointDue(frames: Int) -> Bool {
        if frames < lastFrames { due = Self.interval }  // it was started anew
        lastFrames = frames
        return frames >= due
    }

    /// Notes that a copy was made.
    mutating func checkpointed(frames: Int, isComplete: Bool) {
        due = isComplete ? frames + Self.interval : frames + Self.interval / 4
    }
}
