// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import APIMachinery
import KubernetesAPI
import Store
import Synchronization
import Wire

/// One thing that a watcher is told.
package enum WatchDelivery: Sendable {
    /// An object that existed when the watch began.
    case initial(StoredObject)
    case event(WatchEventType, CacheEvent)
    /// Nothing selected changed up to and including the revision. With `endsInitial` it closes the initial list.
    case bookmark(UInt64, endsInitial: Bool)
}

/// Why a watch is over.
package enum WatchEnd: Sendable, Equatable {
    /// The reader cancelled, or its time was up.
    case finished
    /// The reader was slower than the changes and its queue was full.
    case tooSlow
    /// The history that the watch needs is gone: the reader must list again (410).
    case expired(String)
    /// The cache lost its source.
    case lost(String)
}

/// The bounded queue between the watch cache and one reader.
///
/// The cache offers events from the store's thread and never waits; the reader takes whole batches.
package final class Watcher: Sendable {
    /// Which objects it is about.
    package let selection: ObjectSelection
    /// More events than these, or events of so many bytes, make the watcher too slow.
    struct Limit: Sendable {
        var events: Int
        var bytes: Int

        /// For clients behind a connection.
        static let remote = Limit(events: 4096, bytes: 16 << 20)
        /// For components of this process, which would only have to list again.
        static let local = Limit(events: 1 << 16, bytes: 256 << 20)
    }

    private struct State {
        var queue: [WatchDelivery] = []
        var queuedEvents = 0
        var queuedBytes = 0
        var reader: CheckedContinuation<Void, Never>?
        var end: WatchEnd?
        var lastRevision: UInt64 = 0
        var joinedAt: UInt64 = 0
    }
    private let state = Mutex(State())

    private let limit: Limit

    init(selection: ObjectSelection, limit: Limit = .remote) {
        self.selection = selection
        self.limit = limit
    }

    /// What queued up since the last call, waiting for something where there is nothing.
    ///
    /// - Returns: nil when the watch is over and everything was read; ``end`` says why.
    package func next() async -> [WatchDelivery]? {
        while true {
            let taken: (batch: [WatchDelivery]?, isOver: Bool) = state.withLock {
                guard $0.queue.isEmpty else {
                    let batch = $0.queue
                    $0.queue = []
                    $0.queuedEvents = 0
                    $0.queuedBytes = 0
                    return (batch, false)
                }
                return (nil, $0.end != nil)
            }
            if let batch = taken.batch { return batch }
            if taken.isOver { return nil }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock {
                        if !$0.queue.isEmpty || $0.end != nil { return true }
                        $0.reader = continuation
                        return false
                    }
                    if isReady { continuation.resume() }
                }
            } onCancel: {
                finish(.finished)
            }
        }
    }

    /// Why the watch is over; nil while it is not.
    package var end: WatchEnd? { state.withLock { $0.end } }

    /// The newest revision that the watcher was told of.
    package var lastRevision: UInt64 { state.withLock { $0.lastRevision } }

    /// Ends the watch; what is queued can still be read, unless the reader was too slow.
    package func finish(_ end: WatchEnd = .finished) {
        let reader = state.withLock { state in
            if state.end == nil { state.end = end }
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    /// The watcher now knows all changes up to a revision; what the cache still has to tell of them is not for it.
    func joined(at revision: UInt64) { state.withLock { $0.joinedAt = revision } }

    /// Puts changes into the queue as far as they are about the selection.
    ///
    /// - Returns: false when the watch is over and the cache can forget it.
    @discardableResult
    func offer(_ events: [CacheEvent]) -> Bool {
        guard let last = events.last else { return true }
        let joinedAt = state.withLock { $0.joinedAt }
        var deliveries: [WatchDelivery] = []
        var bytes = 0
        for event in events where event.revision > joinedAt {
            guard let type = event.type(for: selection) else { continue }
            deliveries.append(.event(type, event))
            bytes += event.size
        }
        return put(deliveries, revision: last.revision, bytes: bytes)
    }

    /// Puts the state at the beginning of the watch into the queue; it does not count against the bound.
    func begin(with objects: [StoredObject], at revision: UInt64, bookmark: Bool) {
        var queue = objects.map { WatchDelivery.initial($0) }
        if bookmark { queue.append(.bookmark(revision, endsInitial: true)) }
        put(queue, revision: revision, bytes: nil)
    }

    /// Tells how far the cache has come.
    func bookmark(_ revision: UInt64) { put([.bookmark(revision, endsInitial: false)], revision: revision, bytes: 0) }

    /// - Parameter bytes: of the events; nil for what does not count against the bound.
    @discardableResult
    private func put(_ deliveries: [WatchDelivery], revision: UInt64, bytes: Int?) -> Bool {
        let (reader, isOver) = state.withLock { state -> (CheckedContinuation<Void, Never>?, Bool) in
            guard state.end == nil else { return (nil, true) }
            state.lastRevision = max(state.lastRevision, revision)
            guard !deliveries.isEmpty else { return (nil, false) }
            if let bytes {
                state.queuedEvents += deliveries.count
                state.queuedBytes += bytes
            }
            if state.queuedEvents > limit.events || (state.queuedBytes > limit.bytes && state.queuedEvents > 1) {
                state.end = .tooSlow
                state.queue = []
            } else {
                state.queue.append(contentsOf: deliveries)
            }
            defer { state.reader = nil }
            return (state.reader, state.end != nil)
        }
        reader?.resume()
        return !isOver
    }
}
