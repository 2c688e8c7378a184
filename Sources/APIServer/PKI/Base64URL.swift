// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Base64 with the alphabet that is safe in URLs, without padding (RFC 4648 section 5), and with the common one for PEM in JSON.
package enum Base64URL {
    private static let safe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let common = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Encodes without padding.
    package static func encode(_ bytes: [UInt8]) -> String { encode(bytes, alphabet: safe, padded: false) }

    /// Encodes with the common alphabet and padding, for kubeconfig files.
    package static func encodeCommon(_ bytes: [UInt8]) -> String { encode(bytes, alphabet: common, padded: true) }

    /// Decodes; nil for any byte outside the alphabet (padding too) and for impossible lengths.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count * 3 / 4)
        var bits: UInt32 = 0
        var count = 0
        for byte in text.utf8 {
            guard let value = value(byte) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return text.utf8.count % 4 == 1 ? nil : result
    }

    /// Where what ``decode(_:)`` refuses is wrong, as Go counts: the first byte outside the alphabet, else the last one.
    package static func fault(in text: some StringProtocol) -> Int {
        var count = 0
        for byte in text.utf8 {
            if value(byte) == nil { return count }
            count += 1
        }
        return max(0, count - 1)
    }

    private static func encode(_ bytes: [UInt8], alphabet: [UInt8], padded: Bool) -> String {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                result.append(alphabet[Int(bits >> UInt32(count) & 63)])
            }
        }
        if count > 0 { result.append(alphabet[Int(bits << UInt32(6 - count) & 63)]) }
        while padded, result.count % 4 != 0 { result.append(UInt8(ascii: "=")) }
        return String(decoding: result, as: UTF8.self)
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
