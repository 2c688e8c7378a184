// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import NIOCore

/// A frame of SPDY/3.1, its headers restored.
public enum SPDYFrame: Sendable, Equatable {
    case synStream(id: UInt32, headers: [String: String], final: Bool)
    case synReply(id: UInt32, headers: [String: String], final: Bool)
    case resetStream(id: UInt32, status: UInt32)
    case settings
    case ping(id: UInt32)
    case goAway(lastID: UInt32)
    case headers(id: UInt32, headers: [String: String], final: Bool)
    case windowUpdate(id: UInt32, delta: UInt32)
    case data(id: UInt32, ByteBuffer, final: Bool)
}

/// The framing of one SPDY/3.1 connection: bytes to frames and frames to bytes, without any socket.
///
/// Neither containerd's streaming server nor kubectl keeps flow-control windows (both use a library that has none), so
/// windows are parsed and not kept here either: the socket's own flow control carries the back-pressure.
///
/// - SeeAlso: the SPDY protocol draft 3.1, sections 2.2 and 2.6.
public struct SPDYCodec {
    private let compressor = SPDYHeaderCompressor()
    private let decompressor = SPDYHeaderDecompressor()
    private var pending = ByteBuffer()

    /// The longest payload of a control frame that is taken, in bytes. Data frames are delivered as they come in.
    static let maxControlLength = 128 * 1024
    /// The part of a data frame that is still to come: its stream, the bytes left, and whether it is the stream's last.
    private var openData: (id: UInt32, left: Int, final: Bool)?

    public init() {}

    // MARK: bytes to frames

    /// Takes bytes from the connection.
    ///
    /// - Returns: the frames that are complete now, and what has come of a data frame.
    /// - Throws: `protocolError`, after which the connection is of no use.
    public mutating func decode(_ bytes: ByteBuffer) throws(StreamingError) -> [SPDYFrame] {
        pending.writeImmutableBuffer(bytes)
        var frames: [SPDYFrame] = []
        while let frame = try next() { frames.append(frame) }
        if pending.readableBytes == 0 { pending.clear(minimumCapacity: 0) } else { pending.discardReadBytes() }
        return frames
    }

    private mutating func next() throws(StreamingError) -> SPDYFrame? {
        while true {
            if let frame = nextData() { return frame }
            if openData != nil { return nil }
            guard pending.readableBytes >= 8, let word = pending.getInteger(at: pending.readerIndex, as: UInt32.self),
                let rest = pending.getInteger(at: pending.readerIndex + 4, as: UInt32.self)
            else { return nil }
            let flags = UInt8(rest >> 24)
            let length = Int(rest & 0xff_ffff)
            if word >> 31 == 0 {
                pending.moveReaderIndex(forwardBy: 8)
                openData = (word, length, flags & 1 != 0)
                continue
            }
            guard word >> 16 & 0x7fff == 3 else {
                throw StreamingError(.protocolError, "the peer does not speak SPDY/3")
            }
            guard length <= Self.maxControlLength else {
                throw StreamingError(.protocolError, "a SPDY control frame is too long")
            }
            guard pending.readableBytes >= 8 + length else { return nil }
            pending.moveReaderIndex(forwardBy: 8)
            guard let payload = pending.readSlice(length: length) else { return nil }
            if let frame = try control(UInt16(truncatingIfNeeded: word), flags, payload) { return frame }
        }
    }

    /// What there is of the data frame under way; an empty one counts if it ends its stream.
    private mutating func nextData() -> SPDYFrame? {
        guard let (id, left, final) = openData else { return nil }
        let count = min(left, pending.readableBytes)
        if count == 0 && left > 0 { return nil }
        let slice = pending.readSlice(length: count) ?? ByteBuffer()
        openData = count == left ? nil : (id, left - count, final)
        let ends = count == left && final
        return count == 0 && !ends ? nil : .data(id: id, slice, final: ends)
    }

    /// Nil for frames that are of no interest.
    private func control(_ type: UInt16, _ flags: UInt8, _ body: ByteBuffer) throws(StreamingError) -> SPDYFrame? {
        var body = body
        let final = flags & 1 != 0
        func number() throws(StreamingError) -> UInt32 {
            guard let value = body.readInteger(as: UInt32.self) else {
                throw StreamingError(.protocolError, "a SPDY control frame is too short")
            }
            return value
        }
        switch type {
        case 1:
            let id = try number() & 0x7fff_ffff
            _ = try number()
            guard body.readInteger(as: UInt16.self) != nil else {
                throw StreamingError(.protocolError, "a SPDY control frame is too short")
            }
            return .synStream(id: id, headers: try headers(body), final: final)
        case 2: return .synReply(id: try number() & 0x7fff_ffff, headers: try headers(body), final: final)
        case 3: return .resetStream(id: try number() & 0x7fff_ffff, status: try number())
        case 4: return .settings
        case 6: return .ping(id: try number())
        case 7: return .goAway(lastID: try number() & 0x7fff_ffff)
        case 8: return .headers(id: try number() & 0x7fff_ffff, headers: try headers(body), final: final)
        case 9: return .windowUpdate(id: try number() & 0x7fff_ffff, delta: try number() & 0x7fff_ffff)
        default: return nil
        }
    }

    private func headers(_ body: ByteBuffer) throws(StreamingError) -> [String: String] {
        var block = ByteBuffer(bytes: try decompressor.decompress(Array(body.readableBytesView)))
        guard let count = block.readInteger(as: UInt32.self), count <= 4096 else {
            throw StreamingError(.protocolError, "a SPDY header block is not valid")
        }
        var headers: [String: String] = [:]
        for _ in 0..<count {
            guard let name = Self.text(&block), let value = Self.text(&block) else {
                throw StreamingError(.protocolError, "a SPDY header block is not valid")
            }
            headers[name] = value
        }
        return headers
    }

    private static func text(_ block: inout ByteBuffer) -> String? {
        guard let length = block.readInteger(as: UInt32.self), length <= block.readableBytes else { return nil }
        return block.readString(length: Int(length))
    }

    // MARK: frames to bytes

    /// - Throws: `protocolError` where headers cannot be compressed.
    public mutating func encode(_ frame: SPDYFrame) throws(StreamingError) -> ByteBuffer {
        switch frame {
        case .synStream(let id, let headers, let final):
            return control(1, final, [id, 0], [0, 0] + (try block(headers)))
        case .synReply(let id, let headers, let final): return control(2, final, [id], try block(headers))
        case .resetStream(let id, let status): return control(3, false, [id, status])
        case .settings: return control(4, false, [0])
        case .ping(let id): return control(6, false, [id])
        case .goAway(let lastID): return control(7, false, [lastID, 0])
        case .headers(let id, let headers, let final): return control(8, final, [id], try block(headers))
        case .windowUpdate(let id, let delta): return control(9, false, [id, delta])
        case .data(let id, let bytes, let final): return Self.data(id, bytes, final: final)
        }
    }

    private func control(_ type: UInt16, _ final: Bool, _ words: [UInt32], _ rest: [UInt8] = []) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(8 + words.count * 4 + rest.count)
        buffer.writeInteger(0x8003_0000 | UInt32(type))
        buffer.writeInteger(UInt32(words.count * 4 + rest.count) | (final ? 1 << 24 : 0))
        for word in words { buffer.writeInteger(word) }
        buffer.writeBytes(rest)
        return buffer
    }

    /// Data of any length; more than 8 MiB goes into several frames.
    private static func data(_ id: UInt32, _ bytes: ByteBuffer, final: Bool) -> ByteBuffer {
        var source = bytes
        var buffer = ByteBuffer()
        buffer.reserveCapacity(8 + bytes.readableBytes)
        repeat {
            let count = min(source.readableBytes, 8 << 20)
            let last = count == source.readableBytes
            buffer.writeInteger(id & 0x7fff_ffff)
            buffer.writeInteger(UInt32(count) | (final && last ? 1 << 24 : 0))
            if var slice = source.readSlice(length: count) { buffer.writeBuffer(&slice) }
        } while source.readableBytes > 0
        return buffer
    }

    private func block(_ headers: [String: String]) throws(StreamingError) -> [UInt8] {
        var block = ByteBuffer()
        block.writeInteger(UInt32(headers.count))
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            for text in [name, value] {
                block.writeInteger(UInt32(text.utf8.count))
                block.writeString(text)
            }
        }
        return try compressor.compress(Array(block.readableBytesView))
    }
}

@available(*, unavailable)
extension SPDYCodec: Sendable {}
