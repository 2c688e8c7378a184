// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Synchronization

/// Counts down to zero.
final class Counter: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    /// - Returns: whether there was one left.
    func takeOne() -> Bool {
        left.withLock { left in
            left -= 1
            return left >= 0
        }
    }
}
