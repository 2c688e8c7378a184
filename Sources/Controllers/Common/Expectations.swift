// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Synchronization

/// What a controller has asked for and its informer has not shown yet, so that it does not ask twice.
///
/// A key is satisfied once every creation and deletion it waits for was seen, or after five minutes.
///
/// - SeeAlso: `ControllerExpectations` of Kubernetes' `pkg/controller`.
final class Expectations: Sendable {
    private struct Entry {
        var creations = 0
        var deletions: Set<String> = []
        var madeAt = Duration.zero
        var isFulfilled: Bool { creations <= 0 && deletions.isEmpty }
    }

    private static let lifetime = Duration.seconds(300)

    private let timekeeper: Timekeeper
    private let entries = Mutex<[ObjectKey: Entry]>([:])

    init(timekeeper: Timekeeper) { self.timekeeper = timekeeper }

    /// Whether nothing is awaited for the key.
    func isSatisfied(_ key: ObjectKey) -> Bool {
        let now = timekeeper.elapsed
        return entries.withLock { entries in
            guard let entry = entries[key] else { return true }
            return entry.isFulfilled || now - entry.madeAt > Self.lifetime
        }
    }

    /// Waits for `creations` more objects and for the end of those with the UIDs.
    func expect(_ key: ObjectKey, creations: Int = 0, deletions: [String] = []) {
        let now = timekeeper.elapsed
        entries.withLock { $0[key] = Entry(creations: creations, deletions: Set(deletions), madeAt: now) }
    }

    /// One creation was seen, or did not come about.
    func creationObserved(_ key: ObjectKey) { entries.withLock { $0[key]?.creations -= 1 } }

    /// The object is gone, or its deletion did not come about.
    func deletionObserved(_ key: ObjectKey, uid: String) { entries.withLock { _ = $0[key]?.deletions.remove(uid) } }

    /// The owner is gone.
    func forget(_ key: ObjectKey) { entries.withLock { $0[key] = nil } }
}
