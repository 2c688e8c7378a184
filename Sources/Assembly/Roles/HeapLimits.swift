// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import CLinux

/// How the allocator divides memory among threads.
package enum HeapLimits {
    /// By itself the allocator gives each thread a heap of its own, up to eight for each processor, and what is free in one serves no other:
    /// with ten pods on a node that was 3 MB. Four share well: creating pods is as fast.
    private static let heaps: Int32 = 4

    /// To be called before other threads are started.
    package static func apply() { martlet_limit_heaps(heaps) }
}
