// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The percent-encoded form of a path and query, as it stands in a request line (RFC 3986).
enum RequestTarget {
    static func text(path: String, query: [(name: String, value: String)]) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(path.utf8.count + 16)
        append(path, to: &out, allowing: isPathByte)
        for (at, item) in query.enumerated() {
            out.append(at == 0 ? UInt8(ascii: "?") : UInt8(ascii: "&"))
            append(item.name, to: &out, allowing: isUnreserved)
            out.append(UInt8(ascii: "="))
            append(item.value, to: &out, allowing: isUnreserved)
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func append(_ text: String, to out: inout [UInt8], allowing isAllowed: (UInt8) -> Bool) {
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            if isAllowed(byte) {
                out.append(byte)
            } else {
                out.append(UInt8(ascii: "%"))
                out.append(digits[Int(byte >> 4)])
                out.append(digits[Int(byte & 15)])
            }
        }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        isUnreserved(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "@")
    }
}
