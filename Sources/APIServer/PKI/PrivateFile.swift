// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc

/// Small files that only their owner may read, replaced as a whole.
package enum PrivateFile {
    /// Makes a directory (and those above it) with mode 0700, where it is not there.
    package static func makeDirectory(_ path: String) throws(PKIError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeDirectory(String(path[..<slash]))
            if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        }
        throw PKIError(
            .file, "cannot make the directory \(path): \(reason()); choose a data directory that can be written")
    }

    /// The content of a file; nil where there is none.
    static func read(_ path: String) throws(PKIError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw PKIError(.file, "cannot read \(path): \(reason())")
        }
        defer { _ = close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = buffer.withUnsafeMutableBytes { unsafeRead(descriptor, $0) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw PKIError(.file, "cannot read \(path): \(reason())") }
            if count == 0 { return content }
            content += buffer[..<count]
        }
    }

    /// Replaces a file as a whole: either the old or the new content is there, also after a crash.
    package static func write(_ content: [UInt8], to path: String) throws(PKIError) {
        let temporary = "\(path).new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw PKIError(.file, "cannot write \(temporary): \(reason())") }
        var isWritten = true
        var rest = content[...]
        while !rest.isEmpty, isWritten {
            let count = rest.withUnsafeBytes { unsafeWrite(descriptor, $0) }
            if count < 0, errno == EINTR { continue }
            isWritten = count > 0
            rest = rest.dropFirst(max(count, 0))
        }
        isWritten = isWritten && fsync(descriptor) == 0
        let failure = reason()
        _ = close(descriptor)
        guard isWritten else { throw PKIError(.file, "cannot write \(temporary): \(failure)") }
        guard rename(temporary, path) == 0 else { throw PKIError(.file, "cannot replace \(path): \(reason())") }
    }

    private static func unsafeRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    }

    private static func unsafeWrite(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
        Glibc.write(descriptor, buffer.baseAddress, buffer.count)
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
