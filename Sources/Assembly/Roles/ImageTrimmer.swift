// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Takes the pages of the program's file out of the process once the start is over: most of its code and tables are needed then and
/// not again. The kernel keeps them in its cache, and what is used comes back by itself, in runs of sixteen pages.
struct ImageTrimmer {
    /// How long after the start, and then after each time, pages are given back: what the first work needs is not needed by the rest.
    private static let pauses: [Duration] = [.seconds(2), .seconds(8), .seconds(50)]

    /// Ends when nothing is left to do.
    func run() async throws {
        // What is mapped by now was linked with the program and is never unmapped: no such address can become another's meanwhile.
        let linked = MappedFiles.readOnly(in: Self.memoryMap("maps"))
        for pause in Self.pauses {
            try await Task.sleep(for: pause)
            for range in MappedFiles.unchanged(in: Self.memoryMap("smaps")) where linked.contains(range) {
                guard let start = UnsafeMutableRawPointer(bitPattern: range.lowerBound) else { continue }
                // Only advice: where the kernel does not take it, the pages stay.
                madvise(start, range.count, MADV_DONTNEED)
            }
        }
    }

    /// What the kernel says of the process's memory; empty where it says nothing.
    ///
    /// - Parameter file: `maps`, or `smaps`, for which the kernel looks at every page.
    private static func memoryMap(_ file: String) -> [UInt8] {
        let descriptor = open("/proc/self/\(file)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var text: [UInt8] = []
        while true {
            let more = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
            }
            if more.isEmpty { return text }
            text += more
        }
    }
}

/// Reads `/proc/PID/maps` and `smaps`.
enum MappedFiles {
    /// The private mappings of files that cannot be written.
    static func readOnly(in maps: [UInt8]) -> Set<Range<UInt>> {
        Set(
            maps.split(separator: UInt8(ascii: "\n")).compactMap { line in
                mapping(line).flatMap { $0.isReadOnlyFile ? $0.range : nil }
            })
    }

    /// The private mappings of files that cannot be written and have no page of their own: the kernel can read all of them again.
    ///
    /// What the dynamic linker has changed before it protected it is left out, since such pages are anonymous.
    static func unchanged(in smaps: [UInt8]) -> [Range<UInt>] {
        var result: [Range<UInt>] = []
        var candidate: Range<UInt>?
        for line in smaps.split(separator: UInt8(ascii: "\n")) {
            if let head = mapping(line) {
                candidate = head.isReadOnlyFile ? head.range : nil
            } else if let range = candidate, line.starts(with: "Anonymous:".utf8) {
                candidate = nil
                let fields = line.split(separator: UInt8(ascii: " "))
                if fields.count > 1, fields[1].elementsEqual("0".utf8) { result.append(range) }
            }
        }
        return result
    }

    /// `7f00-7f10 r-xp 00000000 08:01 123 /usr/bin/martlet`; nil for the lines below it.
    private static func mapping(_ line: ArraySlice<UInt8>) -> (range: Range<UInt>, isReadOnlyFile: Bool)? {
        let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5, omittingEmptySubsequences: true)
        guard fields.count >= 5, fields[1].count == 4 else { return nil }
        let bounds = fields[0].split(separator: UInt8(ascii: "-")).map {
            UInt(String(decoding: $0, as: UTF8.self), radix: 16)
        }
        guard bounds.count == 2, let start = bounds[0], let end = bounds[1], start < end else { return nil }
        let rights = Array(fields[1])
        let name = fields.count > 5 ? fields[5].drop { $0 == UInt8(ascii: " ") } : []
        let isFile = name.first == UInt8(ascii: "/")
        return (start..<end, isFile && rights[1] == UInt8(ascii: "-") && rights[3] == UInt8(ascii: "p"))
    }
}
