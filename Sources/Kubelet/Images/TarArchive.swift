// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Writes a tar archive in the ustar format of POSIX: regular files, directories and symbolic links, owned by root, with
/// time 0, so that the same contents always give the same bytes.
public struct TarArchive: Sendable {
    private var written: [UInt8] = []

    public init() {}

    /// - Parameters:
    ///   - path: at most 100 bytes, without a leading slash; longer paths are cut off.
    ///   - mode: permission bits, such as `0o755`.
    public mutating func addFile(_ path: String, _ contents: [UInt8], mode: UInt32 = 0o644) {
        addHeader(path, type: "0", size: contents.count, mode: mode)
        written += contents
        written += [UInt8](repeating: 0, count: (512 - contents.count % 512) % 512)
    }

    public mutating func addDirectory(_ path: String, mode: UInt32 = 0o755) {
        addHeader(path + "/", type: "5", size: 0, mode: mode)
    }

    public mutating func addLink(_ path: String, to target: String) {
        addHeader(path, type: "2", size: 0, mode: 0o777, link: target)
    }

    /// The archive with its end.
    public var bytes: [UInt8] { written + [UInt8](repeating: 0, count: 1024) }

    private mutating func addHeader(_ path: String, type: Character, size: Int, mode: UInt32, link: String = "") {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int, _ width: Int) {
            for (index, byte) in text.utf8.prefix(width).enumerated() { header[offset + index] = byte }
        }
        func octal(_ value: some BinaryInteger, _ width: Int) -> String {
            let digits = String(value, radix: 8)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        put(path, at: 0, 100)
        put(octal(mode, 7), at: 100, 7)
        put(octal(0, 7), at: 108, 7)
        put(octal(0, 7), at: 116, 7)
        put(octal(size, 11), at: 124, 11)
        put(octal(0, 11), at: 136, 11)
        put("        ", at: 148, 8)
        put(String(type), at: 156, 1)
        put(link, at: 157, 100)
        put("ustar", at: 257, 5)
        put("00", at: 263, 2)
        let sum = header.reduce(0) { $0 + Int($1) }
        put(octal(sum, 6), at: 148, 6)
        header[154] = 0
        written += header
    }
}
