// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import CZlib

/// Compresses one body as gzip (RFC 1952), piece by piece.
///
/// Used by one task at a time.
package final class GzipStream {
    private static let pieceSize = 64 << 10
    /// 15 bits of window, and 16 for a gzip header and trailer.
    private static let windowBits: Int32 = 15 + 16

    private let stream: UnsafeMutablePointer<z_stream>
    private let isUsable: Bool

    /// - Parameter level: 1 (fast) to 9 (small).
    package init(level: Int32 = 1) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        isUsable =
            deflateInit2_(
                stream, level, Z_DEFLATED, Self.windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
    }

    deinit {
        if isUsable { deflateEnd(stream) }
        stream.deallocate()
    }

    /// What there is to send after these bytes; may be nothing yet.
    ///
    /// - Throws: ``StreamingError`` where zlib fails.
    package func add(_ bytes: [UInt8]) throws(StreamingError) -> [UInt8] { try run(bytes, Z_NO_FLUSH) }

    /// The end of the compressed body. Nothing may be added afterwards.
    ///
    /// - Throws: ``StreamingError`` where zlib fails.
    package func finish() throws(StreamingError) -> [UInt8] { try run([], Z_FINISH) }

    private func run(_ bytes: [UInt8], _ flush: Int32) throws(StreamingError) -> [UInt8] {
        guard isUsable else { throw StreamingError(.protocolError, "zlib cannot be started") }
        var output: [UInt8] = []
        var input = bytes
        let status = input.withUnsafeMutableBufferPointer { buffer -> Int32 in
            stream.pointee.next_in = buffer.baseAddress
            stream.pointee.avail_in = uInt(buffer.count)
            var status = Z_OK
            repeat {
                let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceSize) { space, count in
                    stream.pointee.next_out = space.baseAddress
                    stream.pointee.avail_out = uInt(space.count)
                    status = deflate(stream, flush)
                    count = space.count - Int(stream.pointee.avail_out)
                }
                output.append(contentsOf: piece)
            } while status == Z_OK && (stream.pointee.avail_out == 0 || flush == Z_FINISH)
            stream.pointee.next_in = nil
            return status
        }
        guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
            throw StreamingError(.protocolError, "zlib failed to compress: status \(status)")
        }
        return output
    }
}
