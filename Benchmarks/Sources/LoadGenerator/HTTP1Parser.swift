// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore

/// Reads HTTP/1.1 responses: no more than a load generator needs, and nothing of headers but what frames the body.
struct HTTP1Parser {
    enum Piece: Equatable {
        case head(status: Int)
        case body(ByteBuffer)
        case end
    }

    private enum State {
        case head
        case fixed(Int)
        case chunkSize
        case chunk(Int)
        case trailers
    }

    private var state = State.head
    private var buffer = ByteBuffer()

    mutating func feed(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.writeImmutableBuffer(bytes)
        }
    }

    /// The next piece; nil where more bytes are needed.
    mutating func next() throws(LoadError) -> Piece? {
        while true {
            switch state {
            case .head:
                guard let head = takeLines(until: "\r\n\r\n") else { return nil }
                let (status, next) = try Self.parse(head)
                if status == 100 { continue }
                state = next
                return .head(status: status)
            case .fixed(0):
                state = .head
                return .end
            case .fixed(let left):
                guard let slice = takeBody(left) else { return nil }
                state = .fixed(left - slice.readableBytes)
                return .body(slice)
            case .chunkSize:
                guard let line = takeLines(until: "\r\n") else { return nil }
                let digits = line.prefix { $0 != UInt8(ascii: ";") }
                guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size >= 0 else {
                    throw .malformed("chunk size")
                }
                state = size == 0 ? .trailers : .chunk(size)
            case .chunk(0):
                guard buffer.readableBytes >= 2 else { return nil }
                buffer.moveReaderIndex(forwardBy: 2)
                state = .chunkSize
            case .chunk(let left):
                guard let slice = takeBody(left) else { return nil }
                state = .chunk(left - slice.readableBytes)
                return .body(slice)
            case .trailers:
                guard let line = takeLines(until: "\r\n") else { return nil }
                if line.isEmpty {
                    state = .head
                    return .end
                }
            }
        }
    }

    private mutating func takeBody(_ most: Int) -> ByteBuffer? {
        let length = min(most, buffer.readableBytes)
        return length == 0 ? nil : buffer.readSlice(length: length)
    }

    /// What stands before a mark that ends lines; the mark is taken too.
    private mutating func takeLines(until mark: StaticString) -> [UInt8]? {
        let found = buffer.withUnsafeReadableBytes { bytes in
            mark.withUTF8Buffer { mark -> Int? in
                guard bytes.count >= mark.count else { return nil }
                return (0...(bytes.count - mark.count)).first { at in
                    bytes[at] == mark[0] && (1..<mark.count).allSatisfy { bytes[at + $0] == mark[$0] }
                }
            }
        }
        guard let found else { return nil }
        let line = buffer.readBytes(length: found)
        buffer.moveReaderIndex(forwardBy: mark.utf8CodeUnitCount)
        return line
    }

    private static func parse(_ head: [UInt8]) throws(LoadError) -> (status: Int, next: State) {
        let lines = head.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let first = lines.first, first.count >= 12, first.starts(with: "HTTP/1.1 ".utf8),
            let status = Int(String(decoding: first.dropFirst(9).prefix(3), as: UTF8.self))
        else { throw .malformed("status line") }
        if status == 204 || status == 304 { return (status, .fixed(0)) }
        for line in lines.dropFirst() {
            if let value = value(of: "content-length:", in: line) {
                guard let length = Int(value), length >= 0 else { throw .malformed("content-length") }
                return (status, .fixed(length))
            }
            if value(of: "transfer-encoding:", in: line) == "chunked" { return (status, .chunkSize) }
        }
        if status == 100 { return (status, .head) }
        throw .malformed("neither content-length nor chunks")
    }

    /// - Parameter name: in small letters, with its colon.
    private static func value(of name: StaticString, in line: ArraySlice<UInt8>) -> String? {
        let length = name.utf8CodeUnitCount
        guard line.count > length else { return nil }
        let matches = name.withUTF8Buffer { name in
            zip(line, name).allSatisfy { $0.0 == $0.1 || ($0.0 | 0x20 == $0.1 && $0.1 >= UInt8(ascii: "a")) }
        }
        guard matches else { return nil }
        let rest = line.dropFirst(length).filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\r") }
        return String(decoding: rest, as: UTF8.self)
    }
}
