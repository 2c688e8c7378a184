// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The file of a database, held so that no second process opens it.
///
/// The directory is made with mode 0700 and the file with 0600 (SQLite gives its side files the same), and both are in
/// the directory for good (`fsync`) before anything is written.
final class DatabaseFile: Sendable {
    /// Where the database is.
    let path: String
    /// The lock lives as long as this descriptor.
    private let lock: CInt

    /// Makes what does not exist yet and takes the lock.
    ///
    /// - Throws: `unavailable` with one line that says what to do.
    init(path: String) throws(StoreError) {
        self.path = path
        let directory = Self.parent(of: path)
        try Self.makeDirectory(directory)
        lock = try Self.takeLock("\(path).lock", database: path)
        do throws(StoreError) {
            try Self.makeFile(path)
            try Self.synchronize(directory: directory)
        } catch {
            close(lock)
            throw error
        }
    }

    deinit { close(lock) }

    // MARK: steps

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes a directory and those above it, each in its parent for good.
    private static func makeDirectory(_ path: String) throws(StoreError) {
        var status = stat()
        if stat(path, &status) == 0 { return }
        let above = parent(of: path)
        if above != path { try makeDirectory(above) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("make directory", path) }
        try synchronize(directory: above)
    }

    private static func makeFile(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("open database file", path) }
        close(descriptor)
    }

    private static func synchronize(directory: String) throws(StoreError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open directory", directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("synchronize directory", directory) }
    }

    /// The lock is on a file beside the database: closing any descriptor of the database itself would drop SQLite's own
    /// locks.
    private static func takeLock(_ path: String, database: String) throws(StoreError) -> CInt {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("open lock file", path) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
        let error = errno
        close(descriptor)
        guard error == EWOULDBLOCK else { throw failure("lock", path) }
        throw StoreError(
            .unavailable,
            "database \(database) is in use by another process; stop that martlet or choose another data directory")
    }

    private static func failure(_ action: String, _ path: String) -> StoreError {
        let error = errno
        let code: StoreError.Code = error == ENOSPC || error == EDQUOT ? .full : .unavailable
        let reason = String(cString: strerror(error)).lowercased()
        let advice = code == .full ? "free disk space" : "check owner and mode, or choose another data directory"
        return StoreError(code, "cannot \(action) \(path): \(reason); \(advice)")
    }
}
