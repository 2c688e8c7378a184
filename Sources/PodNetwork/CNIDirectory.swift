// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc

/// The directory in which a container runtime looks for CNI configurations.
package struct CNIDirectory: Sendable {
    /// A file that could not be written.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package var path: String
        package var errno: Int32

        package var description: String { "cannot write \(path): \(String(cString: strerror(errno)))" }
    }

    private let path: String

    package init(path: String) {
        self.path = path
    }

    /// Writes a file in one step, so that the runtime never sees half of it. Nothing happens where it is there already.
    package func write(_ bytes: [UInt8], to name: String) throws(Failure) {
        let target = "\(path)/\(name)"
        if contents(of: target) == bytes { return }
        if mkdir(path, 0o755) != 0, errno != EEXIST { throw Failure(path: path, errno: errno) }
        // The runtime reads files that end in .conf, .conflist and .json alone.
        let draft = "\(target).new"
        guard let file = fopen(draft, "w") else { throw Failure(path: draft, errno: errno) }
        let count = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, count == bytes.count, rename(draft, target) == 0 else {
            throw Failure(path: target, errno: errno)
        }
    }

    private func contents(of path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        return Array(buffer.prefix(fread(&buffer, 1, buffer.count, file)))
    }
}
