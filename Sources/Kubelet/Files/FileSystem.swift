// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What the operating system said instead of doing something with a file.
struct FileError: Error, Equatable, CustomStringConvertible {
    /// The call and its path: `open /x`.
    var call: String
    /// `errno`.
    var code: Int32

    var description: String { "\(call): \(String(cString: strerror(code)))" }

    var isMissing: Bool { code == ENOENT }
}

/// Calls of the operating system on files, with errors that are thrown.
///
/// All of them block; they are quick, but for removing large trees.
enum FileSystem {
    enum Kind: Equatable { case directory, file, symbolicLink, socket, characterDevice, blockDevice, other }

    private static func check(_ result: Int32, _ call: @autoclosure () -> String) throws(FileError) {
        if result < 0 { throw FileError(call: call(), code: errno) }
    }

    /// What is at `path` itself (`followLinks: false`) or where it leads; nil where nothing is.
    static func kind(_ path: String, followLinks: Bool = true) -> Kind? {
        var info = stat()
        guard (followLinks ? stat(path, &info) : lstat(path, &info)) == 0 else { return nil }
        switch info.st_mode & S_IFMT {
        case S_IFDIR: return .directory
        case S_IFREG: return .file
        case S_IFLNK: return .symbolicLink
        case S_IFSOCK: return .socket
        case S_IFCHR: return .characterDevice
        case S_IFBLK: return .blockDevice
        default: return .other
        }
    }

    /// Permission bits, with set-group-ID and the like; nil where nothing is.
    static func mode(_ path: String) -> UInt32? {
        var info = stat()
        return stat(path, &info) == 0 ? UInt32(info.st_mode) & 0o7777 : nil
    }

    /// Makes a directory and those above it; does nothing where it is there.
    static func makeDirectory(_ path: String, mode: UInt32 = 0o755) throws(FileError) {
        if mkdir(path, mode) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw FileError(call: "mkdir \(path)", code: errno)
        }
        try makeDirectory(String(path[..<slash]), mode: 0o755)
        if mkdir(path, mode) != 0 && errno != EEXIST { throw FileError(call: "mkdir \(path)", code: errno) }
    }

    /// Writes a whole file; `mode` holds whatever the umask is.
    static func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws(FileError) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        try check(file, "open \(path)")
        defer { close(file) }
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError(call: "write \(path)", code: errno)
            }
            done += count
        }
        try check(fchmod(file, mode), "chmod \(path)")
    }

    /// Reads a file, at most its first `limit` bytes.
    static func read(_ path: String, limit: Int = 16 << 20) throws(FileError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        try check(file, "open \(path)")
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while bytes.count < limit {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError(call: "read \(path)", code: errno)
            }
            if count == 0 { break }
            bytes += buffer[..<min(count, limit - bytes.count)]
        }
        return bytes
    }

    /// The file as text; nil where it cannot be read.
    static func text(_ path: String) -> String? {
        guard let bytes = try? read(path) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Names in a directory, without `.` and `..`, sorted; empty where there is no such directory.
    static func list(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func link(to target: String, at path: String) throws(FileError) {
        try check(symlink(target, path), "symlink \(path)")
    }

    /// Where a symbolic link leads, as it says; nil where there is none.
    static func linkTarget(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { bytes -> Int in
            guard let base = bytes.bindMemory(to: CChar.self).baseAddress else { return -1 }
            return readlink(path, base, bytes.count)
        }
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }

    static func rename(_ old: String, to new: String) throws(FileError) {
        try check(Glibc.rename(old, new), "rename \(old)")
    }

    static func changeMode(_ path: String, _ mode: UInt32) throws(FileError) {
        try check(chmod(path, mode), "chmod \(path)")
    }

    /// Gives a file, not what a link leads to, to a group.
    static func changeGroup(_ path: String, _ group: UInt32) throws(FileError) {
        try check(lchown(path, .max, group), "chown \(path)")
    }

    /// Bytes of a file; 0 where there is none.
    static func size(_ path: String) -> Int64 {
        var info = stat()
        return stat(path, &info) == 0 ? Int64(info.st_size) : 0
    }

    /// The path with all links followed; nil where it does not exist.
    static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Removes a file, link or whole tree without following links; succeeds where nothing is there.
    static func remove(_ path: String) throws(FileError) {
        switch kind(path, followLinks: false) {
        case nil: return
        case .directory:
            for name in list(path) { try remove(path + "/" + name) }
            if rmdir(path) != 0 && errno != ENOENT { throw FileError(call: "rmdir \(path)", code: errno) }
        default:
            if unlink(path) != 0 && errno != ENOENT { throw FileError(call: "unlink \(path)", code: errno) }
        }
    }
}
