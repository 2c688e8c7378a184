// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Synchronization

/// The revisions that the writer shows to everybody.
final class PublishedRevisions: Sendable {
    private let newestValue = Atomic<UInt64>(0)
    private let compactedValue = Atomic<UInt64>(0)

    /// The newest durable revision.
    var newest: Revision { Revision(newestValue.load(ordering: .acquiring)) }

    /// History before it is forgotten.
    var compacted: Revision { Revision(compactedValue.load(ordering: .acquiring)) }

    /// Shows what is durable now. Called by the writer alone.
    func show(_ progress: SQLiteWriter.Progress) {
        newestValue.store(progress.revision.rawValue, ordering: .releasing)
        compactedValue.store(progress.compacted.rawValue, ordering: .releasing)
    }
}
