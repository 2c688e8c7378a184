// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore

/// The bytes of HTTP/1.1 answers. Pure: writes into a buffer, and knows nothing of connections.
enum HTTP1Format {
    /// How the end of a body is told.
    enum BodyFraming: Equatable {
        /// By its length.
        case length(Int)
        /// By chunks (HTTP/1.1).
        case chunked
        /// By closing the connection (HTTP/1.0).
        case untilClose
        /// There is none, whatever the fields say (204, 304, 101).
        case none
    }

    /// Writes the status line and all fields.
    ///
    /// - Parameters:
    ///   - date: the value of the `Date` field.
    ///   - close: whether the connection ends after this answer.
    static func writeHead(
        _ head: ResponseHead, framing: BodyFraming, date: String, close: Bool, to buffer: inout ByteBuffer
    ) {
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeString(String(head.status))
        buffer.writeStaticString(" ")
        buffer.writeString(reason(head.status))
        buffer.writeStaticString("\r\n")
        if head.status != 101, !head.contentType.isEmpty, framing != .none {
            writeField("Content-Type", head.contentType, to: &buffer)
        }
        switch framing {
        case .length(let length): writeField("Content-Length", String(length), to: &buffer)
        case .chunked: buffer.writeStaticString("Transfer-Encoding: chunked\r\n")
        case .untilClose, .none: break
        }
        writeField("Date", date, to: &buffer)
        if close { buffer.writeStaticString("Connection: close\r\n") }
        for field in head.headers { writeField(field.name, field.value, to: &buffer) }
        buffer.writeStaticString("\r\n")
    }

    /// Writes one chunk; nothing for no bytes, which would end the body.
    static func writeChunk(_ bytes: [UInt8], to buffer: inout ByteBuffer) {
        guard !bytes.isEmpty else { return }
        buffer.writeString(String(bytes.count, radix: 16))
        buffer.writeStaticString("\r\n")
        buffer.writeBytes(bytes)
        buffer.writeStaticString("\r\n")
    }

    /// What ``writeChunk(to:_:)`` adds to a chunk's bytes.
    static let chunkOverhead = 12

    /// Writes one chunk of the bytes that `fill` puts into the buffer; nothing where it puts none.
    static func writeChunk(to buffer: inout ByteBuffer, _ fill: (inout ByteBuffer) throws -> Void) rethrows {
        let start = buffer.writerIndex
        buffer.writeStaticString("00000000\r\n")  // its size, with leading zeros, once that is known
        let body = buffer.writerIndex
        try fill(&buffer)
        var count = buffer.writerIndex - body
        guard count > 0 else { return buffer.moveWriterIndex(to: start) }
        for place in (start..<(start + 8)).reversed() {
            buffer.setInteger(hexDigits[count & 15], at: place)
            count >>= 4
        }
        buffer.writeStaticString("\r\n")
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// Writes the chunk that ends a body.
    static func writeLastChunk(to buffer: inout ByteBuffer) { buffer.writeStaticString("0\r\n\r\n") }

    /// Writes a field. Line ends inside become spaces: no value can start a field or an answer of its own.
    private static func writeField(_ name: String, _ value: String, to buffer: inout ByteBuffer) {
        writeOneLine(name, to: &buffer)
        buffer.writeStaticString(": ")
        writeOneLine(value, to: &buffer)
        buffer.writeStaticString("\r\n")
    }

    private static func writeOneLine(_ text: String, to buffer: inout ByteBuffer) {
        func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") || byte == 0 }
        if text.utf8.contains(where: isLineEnd) {
            buffer.writeBytes(text.utf8.map { isLineEnd($0) ? UInt8(ascii: " ") : $0 })
        } else {
            buffer.writeString(text)
        }
    }

    /// The reason phrase of a status.
    static func reason(_ status: Int) -> String { reasons[status] ?? "Status" }

    private static let reasons = [
        100: "Continue", 101: "Switching Protocols", 200: "OK", 201: "Created", 202: "Accepted", 204: "No Content",
        206: "Partial Content", 301: "Moved Permanently", 302: "Found", 304: "Not Modified", 307: "Temporary Redirect",
        308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
        405: "Method Not Allowed", 406: "Not Acceptable", 408: "Request Timeout", 409: "Conflict", 410: "Gone",
        412: "Precondition Failed", 413: "Request Entity Too Large", 415: "Unsupported Media Type",
        422: "Unprocessable Entity", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
        500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
        504: "Gateway Timeout",
    ]
}
