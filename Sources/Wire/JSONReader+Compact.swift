// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension JSONReader {
    /// The text of the next value without white space between tokens.
    public mutating func compactValue() throws(JSONFault) -> [UInt8] { Self.compact(try rawValue()) }

    /// Drops white space between tokens of text that is JSON.
    static func compact(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(where: { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }) else { return text }
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var isInString = false
        var isEscaped = false
        for byte in text {
            if isInString {
                output.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case 0x20, 0x0A, 0x0D, 0x09: continue
            case UInt8(ascii: "\""): isInString = true
            default: break
            }
            output.append(byte)
        }
        return output
    }
}
