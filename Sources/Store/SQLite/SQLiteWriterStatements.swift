// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The statements of the writer, prepared once.
final class SQLiteWriterStatements {
    let begin: SQLiteStatement
    let commit: SQLiteStatement
    let rollback: SQLiteStatement
    let newest: SQLiteStatement
    let insert: SQLiteStatement
    let remove: SQLiteStatement
    let range: SQLiteStatement
    let addExpiry: SQLiteStatement
    let dueExpiries: SQLiteStatement
    let removeExpiry: SQLiteStatement
    let firstExpiry: SQLiteStatement
    let keyOf: SQLiteStatement
    private let state: SQLiteStatement

    init(_ connection: SQLiteConnection) throws(StoreError) {
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        rollback = try connection.prepare("ROLLBACK")
        newest = try connection.prepare("SELECT id, created, value FROM change WHERE key = ?1 ORDER BY id DESC LIMIT 1")
        insert = try connection.prepare("INSERT INTO change VALUES (?1, ?2, ?3, ?4, ?5)")
        remove = try connection.prepare("DELETE FROM change WHERE id = ?1")
        range = try connection.prepare(
            "SELECT id, previous FROM change WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3")
        addExpiry = try connection.prepare("INSERT INTO expiry VALUES (?1, ?2)")
        dueExpiries = try connection.prepare(
            "SELECT deadline, id FROM expiry WHERE deadline <= ?1 ORDER BY deadline, id LIMIT ?2")
        removeExpiry = try connection.prepare("DELETE FROM expiry WHERE deadline = ?1 AND id = ?2")
        firstExpiry = try connection.prepare("SELECT deadline FROM expiry ORDER BY deadline LIMIT 1")
        keyOf = try connection.prepare("SELECT key FROM change WHERE id = ?1")
        state = try connection.prepare("UPDATE state SET revision = ?1, compacted = ?2, swept = ?3")
    }

    /// Writes how far the database is.
    func save(_ progress: SQLiteWriter.Progress) throws(StoreError) {
        try state.bind(1, Int64(progress.revision.rawValue))
        try state.bind(2, Int64(progress.compacted.rawValue))
        try state.bind(3, progress.swept.rawValue)
        try state.run()
    }
}
