// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import CSQLite

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What SQLite said: the cause inside a ``StoreError``.
struct SQLiteFailure: Error, CustomStringConvertible {
    /// SQLite's extended result code.
    var code: Int32
    /// The system's error number where the failure came from the system, else 0.
    var systemError: Int32
    /// SQLite's words.
    var message: String

    var description: String { "\(message) (SQLite \(code)\(systemError == 0 ? "" : ", errno \(systemError)"))" }

    /// The failure as callers of the store see it.
    ///
    /// - Parameter path: the database file, for the message.
    func storeError(path: String) -> StoreError {
        switch code & 0xFF {
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            return StoreError(
                .corrupt,
                "database file \(path) is damaged; stop the server, move the file away and put a backup in its place",
                cause: self)
        case SQLITE_FULL, SQLITE_TOOBIG:
            return full(path: path)
        case SQLITE_IOERR where systemError == ENOSPC || systemError == EDQUOT:
            return full(path: path)
        case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM:
            return StoreError(
                .unavailable, "database file \(path) cannot be opened for writing: \(message); check owner and mode",
                cause: self)
        default:
            return StoreError(.unavailable, "database file \(path) failed: \(self); try again", cause: self)
        }
    }

    private func full(path: String) -> StoreError {
        StoreError(.full, "no space left for database file \(path); free disk space or raise the quota", cause: self)
    }
}
