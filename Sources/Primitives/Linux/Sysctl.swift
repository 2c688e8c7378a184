// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc

/// Reads and writes kernel settings under `/proc/sys`, in the network namespace of the calling thread.
public enum Sysctl {
    /// A setting that could not be read or written.
    public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// The setting, as `net/ipv4/ip_forward`.
        public var key: String
        /// The `errno` value; `ENOENT` when the kernel has no such setting.
        public var errno: Int32

        /// Whether the kernel has no such setting, for instance because a module is not loaded.
        public var isMissing: Bool { errno == ENOENT }

        public var description: String { "cannot set \(key): \(String(cString: strerror(errno)))" }
    }

    /// The value of a setting, without the newline at its end.
    ///
    /// - Parameter key: path below `/proc/sys`, with slashes.
    public static func read(_ key: String) throws(Failure) -> String {
        let descriptor = open("/proc/sys/\(key)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(key: key, errno: errno) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw Failure(key: key, errno: errno) }
        return String(decoding: buffer.prefix(count).prefix { $0 != 10 }, as: UTF8.self)
    }

    /// Writes a setting unless it has the value already, so that a read-only `/proc/sys` with the right values is enough.
    public static func write(_ key: String, _ value: String) throws(Failure) {
        if try read(key) == value { return }
        let descriptor = open("/proc/sys/\(key)", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(key: key, errno: errno) }
        defer { close(descriptor) }
        let bytes = Array(value.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure(key: key, errno: errno) }
    }
}
