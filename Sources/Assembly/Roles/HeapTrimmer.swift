// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import CLinux

/// Gives back to the kernel what a burst of work needed and no longer needs: the allocator by itself keeps it for ever.
struct HeapTrimmer {
    /// When giving back is worth the time (some milliseconds for each 100 MB).
    struct Rule {
        /// Bytes that were free before and could not be given back, or were given back and count as free still.
        private var settled: UInt = .max
        static let step: UInt = 8 << 20

        /// - Parameter free: bytes of the heap that nobody uses.
        /// - Returns: whether enough was freed since the last time.
        mutating func isDue(free: UInt) -> Bool {
            settled = min(settled, free)
            return free - settled >= Self.step
        }

        /// Notes what is free after the heap was trimmed.
        mutating func trimmed(free: UInt) { settled = free }
    }

    private static let interval = Duration.seconds(5)

    /// Runs until the task is cancelled.
    func run() async throws {
        var rule = Rule()
        rule.trimmed(free: 0)
        while true {
            try await Task.sleep(for: Self.interval)
            guard rule.isDue(free: martlet_free_heap()) else { continue }
            martlet_trim_heap()
            rule.trimmed(free: martlet_free_heap())
        }
    }
}
