// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import CSQLite

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A file system for SQLite's writer that hands the write-ahead log to the kernel in large pieces.
///
/// SQLite writes a transaction to the log page by page, each with a header of its own: dozens of system calls. Nobody needs them before
/// the log is synchronized, which with `synchronous=FULL` is before a commit is shown to anyone, so they are gathered until then. All
/// other files, and all other calls, are those of SQLite's own file system.
///
/// - SeeAlso: https://www.sqlite.org/vfs.html
enum LogFileSystem {
    /// Its name, for `sqlite3_open_v2`; nil where SQLite did not take it, and its own has to do.
    static let name: String? = {
        guard let own = sqlite3_vfs_find(nil), let title = strdup("martlet-log") else { return nil }
        let system = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        system.initialize(to: own.pointee)
        system.pointee.pNext = nil
        system.pointee.zName = UnsafePointer(title)
        system.pointee.szOsFile += Int32(LogFile.headerSize)
        system.pointee.xOpen = { _, path, file, flags, outFlags in
            guard let own = sqlite3_vfs_find(nil), let file, let open = own.pointee.xOpen else {
                return SQLITE_CANTOPEN
            }
            guard flags & SQLITE_OPEN_WAL != 0 else { return open(own, path, file, flags, outFlags) }
            return LogFile.open(in: file) { open(own, path, $0, flags, outFlags) }
        }
        return sqlite3_vfs_register(system, 0) == SQLITE_OK ? String(cString: title) : nil
    }()
}

/// One open log. It belongs to the thread of its connection.
private final class LogFile {
    /// What stands before SQLite's own structure in the memory of an open file: the table of methods, and the reference to this object.
    static let headerSize = 2 * MemoryLayout<UnsafeRawPointer>.stride

    /// SQLite's own open file.
    private let real: UnsafeMutablePointer<sqlite3_file>
    private var writes = GatheredWrites()

    private init(_ real: UnsafeMutablePointer<sqlite3_file>) { self.real = real }

    /// Opens a log in memory that SQLite gave for it.
    ///
    /// - Parameter open: opens SQLite's own file in the memory that it gets.
    static func open(
        in file: UnsafeMutablePointer<sqlite3_file>, _ open: (UnsafeMutablePointer<sqlite3_file>) -> Int32
    ) -> Int32 {
        let memory = UnsafeMutableRawPointer(file)
        let real = (memory + headerSize).assumingMemoryBound(to: sqlite3_file.self)
        // SQLite calls `xClose`, which lets go of the reference, for every file whose methods are set, however the opening ended.
        file.pointee.pMethods = nil
        real.pointee.pMethods = nil
        let code = open(real)
        guard real.pointee.pMethods != nil else { return code }
        let log = Unmanaged.passRetained(LogFile(real)).toOpaque()
        memory.storeBytes(
            of: log, toByteOffset: MemoryLayout<UnsafeRawPointer>.stride, as: UnsafeMutableRawPointer.self)
        file.pointee.pMethods = UnsafePointer(methods)
        return code
    }

    private static func reference(_ file: UnsafeMutablePointer<sqlite3_file>?) -> Unmanaged<LogFile>? {
        guard let file else { return nil }
        let place = MemoryLayout<UnsafeRawPointer>.stride
        return Unmanaged.fromOpaque(
            UnsafeRawPointer(file).load(fromByteOffset: place, as: UnsafeMutableRawPointer.self))
    }

    /// Calls one of the methods of SQLite's own file.
    ///
    /// - Parameter isLate: whether what was gathered must be in the file before.
    private static func forward(
        _ file: UnsafeMutablePointer<sqlite3_file>?, isLate: Bool = false,
        _ call: (sqlite3_io_methods, UnsafeMutablePointer<sqlite3_file>) -> Int32?
    ) -> Int32 {
        guard let log = reference(file)?.takeUnretainedValue(), let methods = log.real.pointee.pMethods?.pointee else {
            return SQLITE_MISUSE
        }
        if isLate {
            let code = log.flush()
            if code != SQLITE_OK { return code }
        }
        return call(methods, log.real) ?? SQLITE_MISUSE
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) -> Int32 {
        if writes.take(bytes, at: offset) { return SQLITE_OK }
        let code = flush()
        if code != SQLITE_OK || writes.take(bytes, at: offset) { return code }
        return writeThrough(bytes, at: offset)
    }

    private func flush() -> Int32 { writes.drain { writeThrough($0, at: $1) } ?? SQLITE_OK }

    private func writeThrough(_ bytes: UnsafeRawBufferPointer, at offset: Int64) -> Int32 {
        real.pointee.pMethods?.pointee.xWrite?(real, bytes.baseAddress, Int32(bytes.count), offset) ?? SQLITE_MISUSE
    }

    // Made once and never changed or freed, which is what SQLite asks of it.
    private nonisolated(unsafe) static let methods: UnsafeMutablePointer<sqlite3_io_methods> = {
        var table = sqlite3_io_methods()
        // Version 1: a log has no locks, no shared memory and no mapping of its own.
        table.iVersion = 1
        table.xClose = { file in
            let written = reference(file)?.takeUnretainedValue().flush() ?? SQLITE_OK
            let closed = forward(file) { $0.xClose?($1) }
            reference(file)?.release()
            return written == SQLITE_OK ? closed : written
        }
        table.xRead = { file, into, count, offset in forward(file, isLate: true) { $0.xRead?($1, into, count, offset) }
        }
        table.xWrite = { file, from, count, offset in
            guard let log = reference(file)?.takeUnretainedValue() else { return SQLITE_MISUSE }
            return log.write(UnsafeRawBufferPointer(start: from, count: Int(count)), at: offset)
        }
        table.xTruncate = { file, size in forward(file, isLate: true) { $0.xTruncate?($1, size) } }
        table.xSync = { file, flags in forward(file, isLate: true) { $0.xSync?($1, flags) } }
        table.xFileSize = { file, size in forward(file, isLate: true) { $0.xFileSize?($1, size) } }
        table.xLock = { file, lock in forward(file) { $0.xLock?($1, lock) } }
        table.xUnlock = { file, lock in forward(file) { $0.xUnlock?($1, lock) } }
        table.xCheckReservedLock = { file, result in forward(file) { $0.xCheckReservedLock?($1, result) } }
        table.xFileControl = { file, operation, argument in
            forward(file, isLate: true) { $0.xFileControl?($1, operation, argument) }
        }
        table.xSectorSize = { file in forward(file) { $0.xSectorSize?($1) } }
        table.xDeviceCharacteristics = { file in forward(file) { $0.xDeviceCharacteristics?($1) } }
        let pointer = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        pointer.initialize(to: table)
        return pointer
    }()
}
