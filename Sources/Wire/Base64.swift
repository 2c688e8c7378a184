// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The base64 of RFC 4648, standard alphabet with padding, as Go's `StdEncoding` reads (line ends are passed over) and writes it.
public enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The encoded form of `bytes`.
    public static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity((bytes.count + 2) / 3 * 4)
        var group: UInt32 = 0
        var count = 0
        for byte in bytes {
            group = group << 8 | UInt32(byte)
            count += 1
            if count == 3 {
                emit(group, 4, into: &output)
                group = 0
                count = 0
            }
        }
        if count > 0 {
            emit(group << (count == 1 ? 16 : 8), count + 1, into: &output)
            for _ in (count + 1)..<4 { output.append(UInt8(ascii: "=")) }
        }
        return output
    }

    private static func emit(_ group: UInt32, _ symbols: Int, into output: inout [UInt8]) {
        for index in 0..<symbols { output.append(alphabet[Int(group >> (18 - 6 * UInt32(index)) & 0x3F)]) }
    }

    /// The bytes that `text` stands for, or nil where it is not base64.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(text.count / 4 * 3)
        return scan(text, into: &output) == nil ? output : nil
    }

    /// Where `text` stops being base64: the number that Go's `CorruptInputError` names.
    public static func faultOffset(_ text: some Collection<UInt8>) -> Int {
        var output: [UInt8] = []
        return scan(text, into: &output) ?? text.count
    }

    /// Appends the decoded bytes; answers the offset of the first fault.
    private static func scan(_ text: some Collection<UInt8>, into output: inout [UInt8]) -> Int? {
        var group: UInt32 = 0
        var symbols = 0
        var padding = 0
        var offset = 0
        for byte in text {
            defer { offset += 1 }
            if byte == 0x0A || byte == 0x0D { continue }
            if byte == UInt8(ascii: "=") {
                guard symbols >= 2, symbols + padding < 4 else { return offset }
                padding += 1
                continue
            }
            guard padding == 0 else { return symbols == 2 && padding == 1 ? offset - 1 : offset }
            guard let value = value(of: byte) else { return offset }
            group = group << 6 | UInt32(value)
            symbols += 1
            if symbols == 4 {
                output.append(UInt8(group >> 16 & 0xFF))
                output.append(UInt8(group >> 8 & 0xFF))
                output.append(UInt8(group & 0xFF))
                group = 0
                symbols = 0
            }
        }
        guard symbols > 0 || padding > 0 else { return nil }
        // Go names the beginning of the last group, or the end where only padding is missing
        guard symbols + padding == 4 else { return padding > 0 ? offset : offset - symbols }
        output.append(UInt8(group >> (symbols == 2 ? 4 : 10) & 0xFF))
        if symbols == 3 { output.append(UInt8(group >> 2 & 0xFF)) }
        return nil
    }

    private static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case 0x41...0x5A: byte - 0x41
        case 0x61...0x7A: byte - 0x61 + 26
        case 0x30...0x39: byte - 0x30 + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
