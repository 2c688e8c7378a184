// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import CSQLite

/// One connection to the database file. It belongs to one thread.
final class SQLiteConnection {
    /// The database file, for messages.
    let path: String
    /// Held until the connection is closed.
    private let file: DatabaseFile?
    private let handle: OpaquePointer
    /// Frames in the write-ahead log after the last commit of this connection.
    private(set) var logFrames = 0

    /// Opens an existing file (it may be empty).
    ///
    /// - Parameters:
    ///   - isWriter: whether the connection may write.
    ///   - cacheKilobytes: how much memory its page cache may take.
    ///   - file: what the connection keeps locked while it is open.
    init(path: String, isWriter: Bool, cacheKilobytes: Int, file: DatabaseFile? = nil) throws(StoreError) {
        self.path = path
        self.file = file
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_NOMUTEX | (isWriter ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY)
        let code = sqlite3_open_v2(path, &opened, flags, isWriter ? LogFileSystem.name : nil)
        guard let opened else {
            throw SQLiteFailure(code: code, systemError: 0, message: "out of memory").storeError(path: path)
        }
        handle = opened
        if code != SQLITE_OK { throw failure() }
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, 5_000)
        try execute("PRAGMA cache_size = -\(cacheKilobytes); PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF")
    }

    deinit {
        // All statements are finalized before: they keep the connection alive. The lock on the file is let go after
        // this.
        withExtendedLifetime(file) { _ = sqlite3_close_v2(handle) }
    }

    /// The last failure of this connection.
    func failure() -> StoreError {
        let failure = SQLiteFailure(
            code: sqlite3_extended_errcode(handle), systemError: sqlite3_system_errno(handle),
            message: String(cString: sqlite3_errmsg(handle)))
        return failure.storeError(path: path)
    }

    /// Runs statements that return nothing of interest.
    func execute(_ sql: String) throws(StoreError) {
        if sqlite3_exec(handle, sql, nil, nil, nil) != SQLITE_OK { throw failure() }
    }

    /// Prepares a statement that is kept.
    func prepare(_ sql: String) throws(StoreError) -> SQLiteStatement {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw failure() }
        return SQLiteStatement(prepared, of: self)
    }

    /// The one integer that a query or pragma returns.
    func integer(_ sql: String) throws(StoreError) -> Int64 {
        let statement = try prepare(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : 0
    }

    // MARK: the write-ahead log

    /// Starts to note ``logFrames`` after each commit; SQLite then makes no checkpoints by itself.
    func observeLog() {
        sqlite3_wal_hook(
            handle,
            { context, _, _, frames in
                guard let context else { return SQLITE_OK }
                // The hook is called on the connection's own thread, during a call on the connection, which is alive then.
                Unmanaged<SQLiteConnection>.fromOpaque(context).takeUnretainedValue().logFrames = Int(frames)
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Copies what the write-ahead log holds into the database file, as far as no reader needs it, so that the log can
    /// start anew.
    ///
    /// - Returns: whether all of it was copied.
    func checkpoint() throws(StoreError) -> Bool {
        var total: Int32 = 0
        var copied: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, &total, &copied)
        if code == SQLITE_BUSY { return false }
        if code != SQLITE_OK { throw failure() }
        return copied == total
    }
}
