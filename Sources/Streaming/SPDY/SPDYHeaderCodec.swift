// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import CZlib

/// Compresses header blocks; all blocks of a connection share one stream of zlib.
final class SPDYHeaderCompressor {
    private let stream: UnsafeMutablePointer<z_stream>
    private let usable: Bool

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // A window of 2 KiB and the least memory: blocks are short, and the dictionary has 1,423 bytes.
        var ok =
            deflateInit2_(
                stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 11, 1, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                CInt(MemoryLayout<z_stream>.size)) == Z_OK
        if ok { ok = deflateSetDictionary(stream, SPDYDictionary.bytes, uInt(SPDYDictionary.bytes.count)) == Z_OK }
        usable = ok
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    func compress(_ block: [UInt8]) throws(StreamingError) -> [UInt8] {
        try runZlib(stream, on: block, limit: .max, usable: usable) { deflate($0, Z_SYNC_FLUSH) }
    }
}

/// Restores header blocks.
final class SPDYHeaderDecompressor {
    private let stream: UnsafeMutablePointer<z_stream>
    private let usable: Bool
    /// The most bytes that a block may have.
    static let limit = 64 * 1024

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        usable = inflateInit_(stream, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func decompress(_ block: [UInt8]) throws(StreamingError) -> [UInt8] {
        try runZlib(stream, on: block, limit: Self.limit, usable: usable) { stream in
            let code = inflate(stream, Z_SYNC_FLUSH)
            guard code == Z_NEED_DICT else { return code }
            guard inflateSetDictionary(stream, SPDYDictionary.bytes, uInt(SPDYDictionary.bytes.count)) == Z_OK else {
                return Z_DATA_ERROR
            }
            return inflate(stream, Z_SYNC_FLUSH)
        }
    }
}

/// Sends all of `input` through one of zlib's functions and gathers what comes out.
private func runZlib(
    _ stream: UnsafeMutablePointer<z_stream>, on input: [UInt8], limit: Int, usable: Bool,
    _ step: (UnsafeMutablePointer<z_stream>) -> CInt
) throws(StreamingError) -> [UInt8] {
    guard usable else { throw StreamingError(.protocolError, "zlib cannot be started") }
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    var input = input
    let fault: Bool = input.withUnsafeMutableBufferPointer { source in
        stream.pointee.next_in = source.baseAddress
        stream.pointee.avail_in = uInt(source.count)
        while true {
            let (code, produced) = chunk.withUnsafeMutableBufferPointer { target -> (CInt, Int) in
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = uInt(target.count)
                return (step(stream), target.count - Int(stream.pointee.avail_out))
            }
            output += chunk.prefix(produced)
            // Z_BUF_ERROR: nothing more to do with what there is.
            if code == Z_BUF_ERROR { return false }
            if code != Z_OK || output.count > limit { return true }
            if stream.pointee.avail_in == 0, produced < chunk.count { return false }
        }
    }
    if fault { throw StreamingError(.protocolError, "a SPDY header block is not valid") }
    return output
}
