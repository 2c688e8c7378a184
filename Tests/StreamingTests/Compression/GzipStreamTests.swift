// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import CZlib
import Testing

@testable import Streaming

struct GzipStreamTests {
    @Test("what is compressed in pieces comes back whole", arguments: [0, 1, 1000, 65_536, 300_000])
    func roundTrip(_ length: Int) throws {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        let stream = GzipStream()
        var compressed: [UInt8] = []
        for start in stride(from: 0, to: length, by: 10_000) {
            compressed += try stream.add(Array(bytes[start..<min(start + 10_000, length)]))
        }
        compressed += try stream.finish()
        #expect(compressed.starts(with: [0x1f, 0x8b]))
        #expect(try Self.gunzip(compressed, limit: length + 64) == bytes)
    }

    private static func gunzip(_ bytes: [UInt8], limit: Int) throws -> [UInt8] {
        var input = bytes
        var output = [UInt8](repeating: 0, count: limit)
        var stream = z_stream()
        try #require(inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK)
        defer { inflateEnd(&stream) }
        let status = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                (stream.next_in, stream.avail_in) = (source.baseAddress, uInt(source.count))
                (stream.next_out, stream.avail_out) = (target.baseAddress, uInt(target.count))
                return inflate(&stream, Z_FINISH)
            }
        }
        try #require(status == Z_STREAM_END)
        return Array(output.prefix(Int(stream.total_out)))
    }
}
