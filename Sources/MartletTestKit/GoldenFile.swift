// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc

/// Text that a test compares with a file kept beside it in `Golden/`.
///
/// With `RECORD_GOLDEN=1` in the environment the file is written anew; the test fails all the same, so that nobody records by
/// accident.
public struct GoldenFile: Sendable {
    /// Why the text is not what the file says.
    public struct Mismatch: Error, CustomStringConvertible {
        public var description: String
    }

    private let path: String

    /// - Parameters:
    ///   - name: of the file in `Golden/`, with its extension.
    ///   - folder: how many folders the test file is below its target's.
    public init(_ name: String, foldersUp folder: Int = 0, testFile: String = #filePath) {
        let parts = testFile.split(separator: "/").dropLast(1 + folder)
        path = "/" + parts.joined(separator: "/") + "/Golden/" + name
    }

    /// Compares.
    ///
    /// - Throws: ``Mismatch`` with the first line that differs.
    public func expect(_ text: String) throws {
        if getenv("RECORD_GOLDEN").map({ String(cString: $0) }) == "1" {
            try write(text)
            throw Mismatch(description: "recorded \(path)")
        }
        let known = try read()
        if known == text { return }
        let old = known.split(separator: "\n", omittingEmptySubsequences: false)
        let new = text.split(separator: "\n", omittingEmptySubsequences: false)
        let line = zip(old, new).prefix { $0 == $1 }.count
        let expected = line < old.count ? String(old[line]) : "the end"
        let actual = line < new.count ? String(new[line]) : "the end"
        throw Mismatch(description: "\(path):\(line + 1): expected \"\(expected)\", got \"\(actual)\"")
    }

    private func read() throws -> String {
        guard let file = fopen(path, "r") else { throw Mismatch(description: "no golden file \(path)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer.prefix(count) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(_ text: String) throws {
        guard let file = fopen(path, "w") else { throw Mismatch(description: "cannot write \(path)") }
        let bytes = Array(text.utf8)
        let count = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, count == bytes.count else { throw Mismatch(description: "cannot write \(path)") }
    }
}
