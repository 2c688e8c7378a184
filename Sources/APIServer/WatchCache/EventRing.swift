// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import DequeModule
import KubernetesAPI
import Store
import Wire

/// The newest changes of a resource, bounded by number and bytes, for watches that begin a little in the past.
struct EventRing {
    private var events: Deque<CacheEvent> = []
    private var bytes = 0
    /// Every change after this revision is in the ring.
    private(set) var floor: UInt64

    static let limit = 1000
    static let byteLimit = 4 << 20
    /// How many of the newest events keep their watch lines.
    static let linesKept = 64

    init(floor: UInt64) { self.floor = floor }

    mutating func append(_ event: CacheEvent) {
        events.append(event)
        bytes += Self.size(event)
        if events.count > Self.linesKept { events[events.count - 1 - Self.linesKept].dropLines() }
        while events.count > Self.limit || (bytes > Self.byteLimit && events.count > 1) {
            let old = events.removeFirst()
            bytes -= Self.size(old)
            floor = old.revision
        }
    }

    /// The changes after a revision; nil where the ring does not reach back so far.
    func events(after revision: UInt64) -> [CacheEvent]? {
        guard revision >= floor else { return nil }
        return Array(events[place(after: revision)...])
    }

    /// The changes of one transaction.
    func events(at revision: UInt64) -> some Sequence<CacheEvent> {
        events[place(after: revision &- 1)...].prefix { $0.revision == revision }
    }

    /// The place of the first change after a revision.
    private func place(after revision: UInt64) -> Int {
        var low = 0
        var high = events.count
        while low < high {
            let mid = (low + high) / 2
            if events[mid].revision <= revision { low = mid + 1 } else { high = mid }
        }
        return low
    }

    private static func size(_ event: CacheEvent) -> Int {
        (event.current?.bytes.count ?? 0) + (event.previous?.bytes.count ?? 0)
    }
}
