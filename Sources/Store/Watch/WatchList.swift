// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Synchronization

/// The watches of an engine. Deliveries come from one thread at a time: the engine sees to that.
final class WatchList: Sendable {
    private let watches = Mutex<[Watch]>([])

    /// Adds a watch that has heard everything up to the newest revision.
    func add(_ watch: Watch) { watches.withLock { $0.append(watch) } }

    /// Whether nobody watches.
    var isEmpty: Bool { watches.withLock { $0.isEmpty } }

    /// Hands the changes of one or more whole revisions, the last of them `revision`, to everybody concerned.
    func deliver(_ changes: [StoreChange], through revision: Revision) {
        let present = watches.withLock { $0 }
        var isAnyOver = false
        for watch in present where !watch.deliver(changes, through: revision) { isAnyOver = true }
        if isAnyOver { watches.withLock { $0.removeAll { !$0.isRunning } } }
    }

    /// Ends all watches.
    func end(_ error: StoreError) {
        let present = watches.withLock { watches in
            defer { watches = [] }
            return watches
        }
        for watch in present { watch.end(error) }
    }
}
