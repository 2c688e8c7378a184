// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension SQLiteWriter {
    /// Forgets history before `target`: at once for callers; the rows go a few at a time, between and within batches.
    ///
    /// - Parameter continuation: answered when the rows are gone.
    func startCompaction(_ target: Revision, _ continuation: CheckedContinuation<StoreError?, Never>?) {
        if target > progress.revision {
            continuation?.resume(returning: .future(target, newest: progress.revision))
            return
        }
        if let continuation { compactions.append((target, continuation)) }
        if target > progress.compacted { write([], sweeping: 0, compactingThrough: target) }
    }

    /// Answers those whose compaction is done.
    func finishCompactions() {
        guard !compactions.isEmpty, !progress.mustSweep else { return }
        for compaction in compactions { compaction.continuation.resume(returning: nil) }
        compactions = []
    }

    /// Gives up a batch that served no caller: expiry and deletion of superseded rows are tried again in a second.
    func giveUpBackgroundWork(_ error: StoreError) {
        isSweepPaused = true
        alarm(time.now + .seconds(1))
        for compaction in compactions { compaction.continuation.resume(returning: error) }
        compactions = []
    }

    /// Deletes superseded rows.
    ///
    /// Each row names the one it superseded, so one pass over the rows of the newly compacted revisions finds all that
    /// nobody can see any more: the predecessor of each row, and each row that is a deletion.
    ///
    /// - Parameter rows: how many rows at most are looked at.
    func sweep(rows: Int) throws(StoreError) {
        guard progress.mustSweep, rows > 0 else { return }
        let target = ChangeID.last(of: progress.compacted)
        let looked = try rowsToSweep(through: target, limit: rows)
        for row in looked {
            if row.previous != .none { try remove(row.previous) }
            if row.id.isDeletion { try remove(row.id) }
        }
        progress.swept = looked.count < rows ? target : looked.last?.id ?? target
    }

    private func rowsToSweep(through target: ChangeID, limit: Int) throws(StoreError) -> [(
        id: ChangeID, previous: ChangeID
    )] {
        let statement = statements.range
        try statement.bind(1, progress.swept.rawValue)
        try statement.bind(2, target.rawValue)
        try statement.bind(3, Int64(limit))
        defer { statement.reset() }
        var rows: [(id: ChangeID, previous: ChangeID)] = []
        while try statement.step() {
            rows.append((ChangeID(rawValue: statement.integer(0)), ChangeID(rawValue: statement.integer(1))))
        }
        return rows
    }

    private func remove(_ id: ChangeID) throws(StoreError) {
        try statements.remove.bind(1, id.rawValue)
        try statements.remove.run()
    }
}
