// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The tables of the database file; `docs/formats/sqlite.md` explains them.
enum SQLiteSchema {
    /// "MRLT", at byte 68 of the file.
    static let applicationID: Int64 = 0x4D52_4C54
    /// At byte 60 of the file.
    static let formatVersion: Int64 = 1

    private static let tables = """
        CREATE TABLE change (
            id INTEGER PRIMARY KEY, key TEXT NOT NULL, created INTEGER NOT NULL, previous INTEGER NOT NULL, value BLOB
        );
        CREATE INDEX change_key ON change (key);
        CREATE TABLE expiry (deadline INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (deadline, id)) WITHOUT ROWID;
        CREATE TABLE state (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            revision INTEGER NOT NULL, compacted INTEGER NOT NULL, swept INTEGER NOT NULL
        );
        INSERT INTO state VALUES (1, 0, 0, 0);
        """

    /// Makes the tables in an empty database; checks that any other is one of ours and of this format.
    static func prepare(_ connection: SQLiteConnection) throws(StoreError) {
        let application = try connection.integer("PRAGMA application_id")
        if application == 0, try connection.integer("SELECT count(*) FROM sqlite_schema") == 0 {
            // The page size must be set before the first page is written.
            try connection.execute("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL")
            try connection.execute(
                "BEGIN IMMEDIATE; \(tables) PRAGMA application_id = \(applicationID); "
                    + "PRAGMA user_version = \(formatVersion); COMMIT")
            return
        }
        guard application == applicationID else {
            throw StoreError(
                .corrupt, "\(connection.path) is not a Martlet database; move it away or choose another data directory")
        }
        let version = try connection.integer("PRAGMA user_version")
        guard version == formatVersion else {
            throw StoreError(
                .corrupt,
                "database file \(connection.path) has format \(version) and this program knows \(formatVersion); "
                    + "start the version of martlet that wrote it")
        }
        try connection.execute("PRAGMA journal_mode = WAL")
    }
}
