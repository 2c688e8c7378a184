// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import Glibc
internal import SystemPackage

/// Small files of the host, read and written whole.
enum HostFile {
    /// The contents of a file; nil where it cannot be read. Files under `/proc` have no size, so it reads until the end.
    static func read(_ path: String) -> [UInt8]? {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return nil }
        defer { close(file, path) }
        var contents: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            guard let count = try? chunk.withUnsafeMutableBytes({ try file.read(into: $0) }) else { return nil }
            if count == 0 { return contents }
            contents += chunk.prefix(count)
        }
    }

    static func readText(_ path: String) -> String? { read(path).map { String(decoding: $0, as: UTF8.self) } }

    /// Makes a directory and those above it.
    static func makeDirectory(_ path: String, mode: UInt32) throws(ContainerdError) {
        if Glibc.mkdir(path, mode) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw fault("make", path)
        }
        try makeDirectory(String(path[..<slash]), mode: 0o755)
        guard Glibc.mkdir(path, mode) == 0 || errno == EEXIST else { throw fault("make", path) }
    }

    /// Puts a file in the place of another in one step, so that nobody ever sees half of it.
    static func replace(_ path: String, with contents: [UInt8], mode: UInt16) throws(ContainerdError) {
        let temporary = path + ".\(getpid()).new"
        do {
            let file = try FileDescriptor.open(
                temporary, .writeOnly, options: [.create, .truncate, .closeOnExec],
                permissions: FilePermissions(rawValue: CModeT(mode)))
            defer { close(file, temporary) }
            try file.writeAll(contents)
        } catch {
            throw ContainerdError(
                .filesystem, "cannot write \(path): \(error); check the data directory's owner and free space")
        }
        guard rename(temporary, path) == 0 else { throw fault("write", path) }
    }

    /// The names in a directory; none where it cannot be read.
    static func list(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Removes a file or a directory with all that is in it; follows no links. What cannot be removed stays.
    static func removeTree(_ path: String) {
        if unlink(path) == 0 || errno == ENOENT { return }
        for name in list(path) { removeTree(path + "/" + name) }
        rmdir(path)
    }

    static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

    static func fault(_ verb: String, _ path: String) -> ContainerdError {
        ContainerdError(
            .filesystem,
            "cannot \(verb) \(path): \(String(cString: strerror(errno))); check the data directory's owner and free space"
        )
    }

    private static func close(_ file: FileDescriptor, _ path: String) {
        // Nothing written is pending in a descriptor; an error here tells of nothing that could be mended.
        _ = try? file.close()
    }
}
