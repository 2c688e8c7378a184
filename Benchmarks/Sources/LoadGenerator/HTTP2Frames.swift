// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore

/// The frames of HTTP/2 that a client needs (RFC 9113).
enum HTTP2Frame {
    enum Kind {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let reset: UInt8 = 3
        static let settings: UInt8 = 4
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
        static let windowUpdate: UInt8 = 8
    }

    enum Flag {
        static let endStream: UInt8 = 0x1
        static let acknowledged: UInt8 = 0x1
        static let endHeaders: UInt8 = 0x4
        static let padded: UInt8 = 0x8
        static let priority: UInt8 = 0x20
    }

    enum Setting {
        static let headerTableSize: UInt16 = 1
        static let enablePush: UInt16 = 2
        static let initialWindowSize: UInt16 = 4
        static let maxFrameSize: UInt16 = 5
    }

    struct Head: Equatable {
        var length: Int
        var kind: UInt8
        var flags: UInt8
        var stream: UInt32

        func has(_ flag: UInt8) -> Bool { flags & flag != 0 }
    }

    static let headLength = 9
    static let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    static let largestWindow = Int(Int32.max)
    /// The window that each side starts with.
    static let firstWindow = 65_535

    static func write(_ head: Head, to out: inout ByteBuffer) {
        out.writeInteger(UInt8(truncatingIfNeeded: head.length >> 16))
        out.writeInteger(UInt16(truncatingIfNeeded: head.length))
        out.writeInteger(head.kind)
        out.writeInteger(head.flags)
        out.writeInteger(head.stream)
    }

    /// The next frame; nil while it is not complete.
    static func read(from buffer: inout ByteBuffer) -> (Head, ByteBuffer)? {
        let at = buffer.readerIndex
        guard let high = buffer.getInteger(at: at, as: UInt8.self),
            let low = buffer.getInteger(at: at + 1, as: UInt16.self),
            let kind = buffer.getInteger(at: at + 3, as: UInt8.self),
            let flags = buffer.getInteger(at: at + 4, as: UInt8.self),
            let stream = buffer.getInteger(at: at + 5, as: UInt32.self)
        else { return nil }
        let length = Int(high) << 16 | Int(low)
        guard buffer.readableBytes >= headLength + length else { return nil }
        buffer.moveReaderIndex(forwardBy: headLength)
        guard let payload = buffer.readSlice(length: length) else { return nil }
        return (Head(length: length, kind: kind, flags: flags, stream: stream & 0x7fff_ffff), payload)
    }

    /// What a client says first: no server push, no table of headers to keep, and windows that never hold a server back.
    static func writeOpening(to out: inout ByteBuffer) {
        out.writeStaticString(preface)
        let settings: [(UInt16, UInt32)] = [
            (Setting.headerTableSize, 0), (Setting.enablePush, 0), (Setting.initialWindowSize, UInt32(Int32.max)),
            (Setting.maxFrameSize, 1 << 20),
        ]
        write(Head(length: settings.count * 6, kind: Kind.settings, flags: 0, stream: 0), to: &out)
        for (name, value) in settings {
            out.writeInteger(name)
            out.writeInteger(value)
        }
        writeWindowUpdate(largestWindow - firstWindow, stream: 0, to: &out)
    }

    static func writeWindowUpdate(_ amount: Int, stream: UInt32, to out: inout ByteBuffer) {
        write(Head(length: 4, kind: Kind.windowUpdate, flags: 0, stream: stream), to: &out)
        out.writeInteger(UInt32(clamping: amount))
    }
}

/// As much of header compression (RFC 7541) as is needed where the table of the connection has no room at all.
enum HeaderBlock {
    private enum StaticName {
        static let authority = 1
        static let method = 2
        static let path = 4
        static let accept = 19
        static let authorization = 23
        static let contentLength = 28
        static let contentType = 31
        static let userAgent = 58
    }

    static func write(
        _ request: Request, authority: String, authorization: String?, isTLS: Bool, to out: inout ByteBuffer
    ) {
        switch request.method {
        case "GET": out.writeInteger(UInt8(0x82))
        case "POST": out.writeInteger(UInt8(0x83))
        default: writeField(StaticName.method, request.method, to: &out)
        }
        out.writeInteger(UInt8(isTLS ? 0x87 : 0x86))
        writeField(StaticName.path, request.path, to: &out)
        writeField(StaticName.authority, authority, to: &out)
        if let authorization { writeField(StaticName.authorization, authorization, to: &out) }
        writeField(StaticName.userAgent, "martlet-bench", to: &out)
        writeField(StaticName.accept, request.accept, to: &out)
        if request.body.isEmpty { return }
        writeField(StaticName.contentType, request.contentType, to: &out)
        writeField(StaticName.contentLength, String(request.body.count), to: &out)
    }

    /// A literal that nobody is to remember.
    private static func writeField(_ name: Int, _ value: String, to out: inout ByteBuffer) {
        writeNumber(name, prefix: 4, to: &out)
        writeNumber(value.utf8.count, prefix: 7, to: &out)
        out.writeString(value)
    }

    private static func writeNumber(_ number: Int, prefix: Int, to out: inout ByteBuffer) {
        let most = (1 << prefix) - 1
        if number < most {
            out.writeInteger(UInt8(truncatingIfNeeded: number))
            return
        }
        out.writeInteger(UInt8(truncatingIfNeeded: most))
        var rest = number - most
        while rest >= 0x80 {
            out.writeInteger(UInt8(truncatingIfNeeded: rest & 0x7f | 0x80))
            rest >>= 7
        }
        out.writeInteger(UInt8(truncatingIfNeeded: rest))
    }

    /// The status of a response, which is its first field.
    static func status(_ block: ByteBuffer) -> Int? {
        let bytes = block.readableBytesView
        guard var at = bytes.indices.first else { return nil }
        // The server may say that it keeps no table.
        while at < bytes.endIndex, bytes[at] & 0xe0 == 0x20 { at += 1 }
        guard at < bytes.endIndex else { return nil }
        let known = [8: 200, 9: 204, 10: 206, 11: 304, 12: 400, 13: 404, 14: 500]
        if bytes[at] & 0x80 != 0 { return known[Int(bytes[at] & 0x7f)] }
        let isIndexing = bytes[at] & 0x40 != 0
        let name = Int(bytes[at] & (isIndexing ? 0x3f : 0x0f))
        guard (8...14).contains(name), at + 1 < bytes.endIndex else { return nil }
        let length = Int(bytes[at + 1] & 0x7f)
        let isHuffman = bytes[at + 1] & 0x80 != 0
        guard at + 2 + length <= bytes.endIndex else { return nil }
        let value = bytes[(at + 2)..<(at + 2 + length)]
        return isHuffman ? huffmanNumber(value) : Int(String(decoding: value, as: UTF8.self))
    }

    /// Digits alone: 0, 1 and 2 take five bits, the others six.
    private static func huffmanNumber(_ bytes: some Collection<UInt8>) -> Int? {
        var number = 0
        var digits = 0
        var bits: UInt64 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt64(byte)
            count += 8
        }
        while digits < 3 {
            guard count >= 5 else { return nil }
            let five = Int(bits >> UInt64(count - 5) & 0x1f)
            if five <= 2 {
                number = number * 10 + five
                count -= 5
            } else {
                guard count >= 6 else { return nil }
                let six = Int(bits >> UInt64(count - 6) & 0x3f)
                guard (0x19...0x1f).contains(six) else { return nil }
                number = number * 10 + six - 0x19 + 3
                count -= 6
            }
            digits += 1
        }
        return number
    }
}
