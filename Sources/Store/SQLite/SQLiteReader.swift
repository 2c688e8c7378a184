// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Reads keys, pages and past changes on one connection. It belongs to the thread of the connection.
final class SQLiteReader {
    /// How many changes a replay collects before it delivers them.
    private static let replayChunk = 256

    private let connection: SQLiteConnection
    private let state: SQLiteStatement
    private let newest: SQLiteStatement
    private let keys: SQLiteStatement
    private let row: SQLiteStatement
    private let changes: SQLiteStatement

    /// Prepares the statements of a reader.
    init(_ connection: SQLiteConnection) throws(StoreError) {
        self.connection = connection
        state = try connection.prepare("SELECT revision, compacted FROM state")
        newest = try connection.prepare(
            "SELECT id, created, value FROM change WHERE key = ?1 ORDER BY id DESC LIMIT 1")
        // Answered from the index alone: the lowest bit of the number tells deletions.
        keys = try connection.prepare(
            """
            SELECT max(id) AS newest FROM change INDEXED BY change_key WHERE key >= ?1 AND key < ?2 AND id <= ?3
            GROUP BY key HAVING newest & 1 = 0 ORDER BY key
            """)
        row = try connection.prepare("SELECT key, created, value FROM change WHERE id = ?1")
        // The unary plus keeps the order of rows: the range of keys is checked on each.
        changes = try connection.prepare(
            """
            SELECT c.id, c.key, c.created, c.value, p.id, p.created, p.value
            FROM change AS c LEFT JOIN change AS p ON p.id = c.previous AND p.id & 1 = 0
            WHERE c.id > ?1 AND +c.key >= ?2 AND +c.key < ?3 ORDER BY c.id
            """)
    }

    /// The newest and the compacted revision.
    func revisions() throws(StoreError) -> (newest: Revision, compacted: Revision) {
        defer { state.reset() }
        guard try state.step() else {
            throw StoreError(.corrupt, "database file \(connection.path) has lost its state; put a backup in its place")
        }
        return (Revision(UInt64(max(0, state.integer(0)))), Revision(UInt64(max(0, state.integer(1)))))
    }

    /// The newest value of a key.
    func value(of key: StoreKey) throws(StoreError) -> StoredValue? {
        try newest.bind(1, key)
        defer { newest.reset() }
        guard try newest.step() else { return nil }
        let id = ChangeID(rawValue: newest.integer(0))
        if id.isDeletion { return nil }
        return StoredValue(
            key: key, bytes: newest.bytes(2), createRevision: Revision(UInt64(max(0, newest.integer(1)))),
            modifyRevision: id.revision)
    }

    /// One page of keys at a kept revision.
    func page(_ query: StoreQuery) throws(StoreError) -> StorePage {
        try snapshot { (newest, compacted) throws(StoreError) in
            let asked = query.revision ?? newest
            if asked > newest { throw .future(asked, newest: newest) }
            if asked < compacted { throw .compacted(asked, oldest: compacted) }
            let range = KeyRange(prefix: query.prefix, after: query.after)
            try keys.bindBound(1, range.lower)
            try keys.bindBound(2, range.upper)
            try keys.bind(3, ChangeID.last(of: asked).rawValue)
            defer { keys.reset() }
            let limit = query.limit ?? .max
            var page = StorePage(values: [], revision: asked, remaining: 0)
            while try keys.step() {
                if page.values.count < limit {
                    page.values.append(try value(in: ChangeID(rawValue: keys.integer(0))))
                } else {
                    page.remaining += 1
                }
            }
            return page
        }
    }

    private func value(in id: ChangeID) throws(StoreError) -> StoredValue {
        try row.bind(1, id.rawValue)
        defer { row.reset() }
        guard try row.step() else {
            throw StoreError(
                .corrupt, "database file \(connection.path) has lost change \(id.rawValue); put a backup in its place")
        }
        return StoredValue(
            key: row.key(0), bytes: row.bytes(2), createRevision: Revision(UInt64(max(0, row.integer(1)))),
            modifyRevision: id.revision)
    }

    /// Delivers to a watch all changes after `asked`.
    ///
    /// - Returns: the newest revision looked at.
    func replay(_ watch: Watch, after asked: Revision) throws(StoreError) -> Revision {
        try snapshot { (newest, compacted) throws(StoreError) in
            if asked > newest { throw .future(asked, newest: newest) }
            if asked < compacted { throw .compacted(asked, oldest: compacted) }
            let range = KeyRange(prefix: watch.prefix)
            try changes.bind(1, ChangeID.last(of: asked).rawValue)
            try changes.bindBound(2, range.lower)
            try changes.bindBound(3, range.upper)
            defer { changes.reset() }
            var chunk: [StoreChange] = []
            while try changes.step() {
                let change = presentChange()
                // Only whole revisions are delivered.
                if chunk.count >= Self.replayChunk, let last = chunk.last, last.revision < change.revision {
                    if !watch.deliver(chunk, through: last.revision) { return newest }
                    chunk.removeAll(keepingCapacity: true)
                }
                chunk.append(change)
            }
            watch.deliver(chunk, through: newest)
            return newest
        }
    }

    /// The row that the statement for changes is at.
    private func presentChange() -> StoreChange {
        let id = ChangeID(rawValue: changes.integer(0))
        let key = changes.key(1)
        var previous: StoredValue?
        if !changes.isNull(4) {
            previous = StoredValue(
                key: key, bytes: changes.bytes(6), createRevision: Revision(UInt64(max(0, changes.integer(5)))),
                modifyRevision: ChangeID(rawValue: changes.integer(4)).revision)
        }
        return StoreChange(
            revision: id.revision, key: key, bytes: id.isDeletion ? nil : changes.bytes(3), previous: previous)
    }

    /// Runs `body` on one state of the database, whatever is written meanwhile.
    private func snapshot<Result>(
        _ body: (Revision, Revision) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try connection.execute("BEGIN")
        do throws(StoreError) {
            let (newest, compacted) = try revisions()
            let result = try body(newest, compacted)
            try connection.execute("COMMIT")
            return result
        } catch {
            // What went wrong is told; that the transaction then ends cannot go wrong in a way that matters.
            do { try connection.execute("ROLLBACK") } catch {}
            throw error
        }
    }
}
