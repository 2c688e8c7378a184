// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// An open log file, read from front to back.
struct LogFile: ~Copyable {
    private let descriptor: Int32
    private let inode: UInt64
    private var offset: Int64 = 0
    private static let piece = 64 * 1024

    /// Nil where there is no such file.
    init?(_ path: String) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        var info = stat()
        inode = fstat(file, &info) == 0 ? UInt64(info.st_ino) : 0
        descriptor = file
    }

    deinit { close(descriptor) }

    /// The next bytes; empty at the present end, and where reading fails.
    mutating func next() -> [UInt8] {
        let bytes = read(at: offset, count: Self.piece)
        offset += Int64(bytes.count)
        return bytes
    }

    private func read(at offset: Int64, count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = max(0, pread(descriptor, buffer.baseAddress, count, off_t(offset)))
        }
    }

    /// Goes to where the last `lines` lines begin.
    mutating func seekToTail(lines: Int) {
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { return }
        var position = Int64(info.st_size)
        offset = position
        guard lines > 0 else { return }
        var found = 0
        while position > 0 {
            let start = max(0, position - Int64(Self.piece))
            let bytes = read(at: start, count: Int(position - start))
            for index in bytes.indices.reversed() where bytes[index] == UInt8(ascii: "\n") {
                found += 1
                // the newline at the very end closes the last line
                if found > lines {
                    offset = start + Int64(index) + 1
                    return
                }
            }
            if bytes.isEmpty { break }
            position = start
        }
        offset = 0
    }

    /// The file that has taken this one's place; nil as long as none has.
    func afterRotation(_ path: String) -> LogFile? {
        var info = stat()
        guard stat(path, &info) == 0, UInt64(info.st_ino) != inode else { return nil }
        return LogFile(path)
    }
}
