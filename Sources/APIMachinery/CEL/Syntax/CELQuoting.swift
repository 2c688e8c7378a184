// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Numbers as expressions write them.
enum CELNumbers {
    static func int(_ text: String) -> Int64? {
        let isNegative = text.hasPrefix("-")
        let digits = isNegative ? String(text.dropFirst()) : text
        let sign = isNegative ? "-" : ""
        if digits.hasPrefix("0x") { return Int64(sign + digits.dropFirst(2), radix: 16) }
        return Int64(sign + digits)
    }

    static func uint(_ text: String) -> UInt64? {
        text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
    }
}

/// Takes the quotes and the escapes off texts and bytes.
enum CELQuoting {
    static func string(_ quoted: String) throws(CELFault) -> String {
        var result = String.UnicodeScalarView()
        for piece in try pieces(quoted) {
            guard let scalar = Unicode.Scalar(piece.value) else {
                throw CELFault("invalid unicode code point", at: nil)
            }
            result.append(scalar)
        }
        return String(result)
    }

    static func bytes(_ quoted: String) throws(CELFault) -> [UInt8] {
        var result: [UInt8] = []
        for piece in try pieces(String(quoted.dropFirst())) {
            if piece.isByte {
                result.append(UInt8(truncatingIfNeeded: piece.value))
            } else if let scalar = Unicode.Scalar(piece.value) {
                result += Array(String(Character(scalar)).utf8)
            } else {
                throw CELFault("invalid unicode code point", at: nil)
            }
        }
        return result
    }

    /// A code point, or a byte where it was written by its number.
    private struct Piece {
        var value: UInt32
        var isByte = false
    }

    private static func pieces(_ quoted: String) throws(CELFault) -> [Piece] {
        var scalars = Array(quoted.unicodeScalars)
        var isRaw = false
        if let first = scalars.first, first == "r" || first == "R" {
            isRaw = true
            scalars.removeFirst()
        }
        let isLong = scalars.count >= 6 && scalars[0] == scalars[1] && scalars[1] == scalars[2]
        let quotes = isLong ? 3 : 1
        guard scalars.count >= 2 * quotes else { throw CELFault("unable to unescape string", at: nil) }
        let inner = normalized(Array(scalars[quotes..<(scalars.count - quotes)]))
        var result: [Piece] = []
        var index = 0
        while index < inner.count {
            let scalar = inner[index]
            index += 1
            if scalar != "\\" || isRaw {
                result.append(Piece(value: scalar.value))
            } else {
                result.append(try escape(inner, &index))
            }
        }
        return result
    }

    /// Line ends as one code point, however they are written.
    private static func normalized(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        for (index, scalar) in scalars.enumerated() {
            if scalar == "\n", index > 0, scalars[index - 1] == "\r" { continue }
            result.append(scalar == "\r" ? "\n" : scalar)
        }
        return result
    }

    private static func escape(_ scalars: [Unicode.Scalar], _ index: inout Int) throws(CELFault) -> Piece {
        let broken = CELFault("unable to unescape string", at: nil)
        guard index < scalars.count else { throw broken }
        let mark = scalars[index]
        index += 1
        func digits(_ count: Int, _ radix: Int, from: Int) throws(CELFault) -> UInt32 {
            guard from + count <= scalars.count else { throw broken }
            let text = String(String.UnicodeScalarView(scalars[from..<(from + count)]))
            guard let value = UInt32(text, radix: radix) else { throw broken }
            return value
        }
        switch mark {
        case "a": return Piece(value: 7)
        case "b": return Piece(value: 8)
        case "f": return Piece(value: 12)
        case "n": return Piece(value: 10)
        case "r": return Piece(value: 13)
        case "t": return Piece(value: 9)
        case "v": return Piece(value: 11)
        case "x", "X", "u", "U":
            let count = mark == "U" ? 8 : mark == "u" ? 4 : 2
            let value = try digits(count, 16, from: index)
            index += count
            return Piece(value: value, isByte: count == 2)
        case "0", "1", "2", "3":
            let value = try digits(3, 8, from: index - 1)
            index += 2
            return Piece(value: value, isByte: true)
        default: return Piece(value: mark.value)
        }
    }
}
