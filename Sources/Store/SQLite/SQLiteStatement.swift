// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import CSQLite

/// A prepared statement, used over and over by the thread its connection belongs to.
final class SQLiteStatement {
    private let handle: OpaquePointer
    private let connection: SQLiteConnection

    init(_ handle: OpaquePointer, of connection: SQLiteConnection) {
        self.handle = handle
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    // MARK: parameters, numbered from 1

    /// Binds an integer.
    func bind(_ index: Int32, _ value: Int64) throws(StoreError) {
        if sqlite3_bind_int64(handle, index, value) != SQLITE_OK { throw connection.failure() }
    }

    /// Binds the text of a key.
    func bind(_ index: Int32, _ key: StoreKey) throws(StoreError) {
        var text = key.text
        let code = text.withUTF8 { martlet_sqlite_bind_text_copy(handle, index, $0.baseAddress, UInt64($0.count)) }
        if code != SQLITE_OK { throw connection.failure() }
    }

    /// Binds bytes as text: a bound for keys, which need not be valid UTF-8.
    func bindBound(_ index: Int32, _ bytes: [UInt8]) throws(StoreError) {
        let code = bytes.withUnsafeBytes {
            martlet_sqlite_bind_text_copy(handle, index, $0.baseAddress, UInt64($0.count))
        }
        if code != SQLITE_OK { throw connection.failure() }
    }

    /// Binds NULL.
    func bindNull(_ index: Int32) throws(StoreError) {
        if sqlite3_bind_null(handle, index) != SQLITE_OK { throw connection.failure() }
    }

    /// Binds bytes without copying them: they must stay in place until the statement is bound anew or has been stepped
    /// for the last time.
    func bindInPlace(_ index: Int32, _ bytes: UnsafeBufferPointer<UInt8>) throws(StoreError) {
        let code = martlet_sqlite_bind_blob_in_place(handle, index, bytes.baseAddress, UInt64(bytes.count))
        if code != SQLITE_OK { throw connection.failure() }
    }

    // MARK: running

    /// Goes to the next row.
    ///
    /// - Returns: whether there is one.
    func step() throws(StoreError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let failure = connection.failure()
            sqlite3_reset(handle)
            throw failure
        }
    }

    /// Runs a statement that returns no rows, and makes it ready for the next use.
    func run() throws(StoreError) {
        _ = try step()
        reset()
    }

    /// Makes the statement ready for the next use; its snapshot of the database is let go.
    func reset() { sqlite3_reset(handle) }

    // MARK: columns of the present row, numbered from 0

    /// An integer; 0 for NULL.
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// Whether the column is NULL.
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// A key.
    func key(_ column: Int32) -> StoreKey {
        let bytes = UnsafeRawBufferPointer(
            start: sqlite3_column_text(handle, column), count: Int(sqlite3_column_bytes(handle, column)))
        return StoreKey(String(decoding: bytes, as: UTF8.self))
    }

    /// Bytes, copied; empty for NULL.
    func bytes(_ column: Int32) -> [UInt8] {
        let start = sqlite3_column_blob(handle, column)
        return [UInt8](
            UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, column))))
    }
}
