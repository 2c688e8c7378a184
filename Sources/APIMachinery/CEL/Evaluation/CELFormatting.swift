// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// `format`: texts with places for values.
enum CELFormatting {
    private static let precisionLimit = 100

    static func format(_ text: String, _ arguments: [CELValue]) throws(CELFailure) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = ""
        var index = 0
        var next = 0
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            guard index < scalars.count else { throw CELFailure("unexpected end of string") }
            if scalars[index] == "%" {
                result += "%"
                index += 1
                continue
            }
            let precision = try precision(scalars, &index)
            guard index < scalars.count else { throw CELFailure("unexpected end of string") }
            guard next < arguments.count else { throw CELFailure("index \(next) out of range") }
            result += try clause(scalars[index], arguments[next], precision)
            next += 1
            index += 1
        }
        return result
    }

    private static func precision(_ scalars: [Unicode.Scalar], _ index: inout Int) throws(CELFailure) -> Int? {
        guard scalars[index] == "." else { return nil }
        index += 1
        var digits = ""
        while index < scalars.count, CELLexer.isDigit(scalars[index]) {
            digits.unicodeScalars.append(scalars[index])
            index += 1
        }
        guard let value = Int(digits), value <= precisionLimit else {
            throw CELFailure("error while parsing precision: \(digits)")
        }
        return value
    }

    private static func clause(
        _ mark: Unicode.Scalar, _ value: CELValue, _ precision: Int?
    ) throws(CELFailure) -> String {
        switch mark {
        case "s": return try CELText.shown(value)
        case "d":
            switch value {
            case .int(let value): return String(value)
            case .uint(let value): return String(value)
            case .double(let value) where !value.isFinite: return try CELText.shown(.double(value))
            default: throw wrong("decimal clause can only be used on integers", value)
            }
        case "f", "e":
            let number: Double
            switch value {
            case .double(let value): number = value
            case .int(let value): number = Double(value)
            case .uint(let value): number = Double(value)
            default:
                let clause = mark == "f" ? "fixed-point" : "scientific"
                throw wrong("\(clause) clause can only be used on doubles", value)
            }
            return CELText.double(number, precision: precision ?? 6, isScientific: mark == "e")
        case "b", "o", "x", "X": return try digits(mark, value)
        default: throw CELFailure("could not parse formatting clause: unrecognized formatting clause \"\(mark)\"")
        }
    }

    private static func wrong(_ text: String, _ value: CELValue) -> CELFailure {
        CELFailure("error during formatting: \(text), was given \(value.typeName)")
    }

    private static func digits(_ mark: Unicode.Scalar, _ value: CELValue) throws(CELFailure) -> String {
        let radix = mark == "b" ? 2 : mark == "o" ? 8 : 16
        switch value {
        case .int(let value): return String(value, radix: radix, uppercase: mark == "X")
        case .uint(let value): return String(value, radix: radix, uppercase: mark == "X")
        case .bool(let value) where mark == "b": return value ? "1" : "0"
        case .string(let text) where radix == 16: return hexadecimal(Array(text.utf8), mark)
        case .bytes(let bytes) where radix == 16: return hexadecimal(bytes, mark)
        default:
            let texts = [
                "b": "only integers and bools can be formatted as binary",
                "o": "octal clause can only be used on integers",
            ]
            let text =
                texts[String(Character(mark))] ?? "only integers, byte buffers, and strings can be formatted as hex"
            throw wrong(text, value)
        }
    }

    private static func hexadecimal(_ bytes: [UInt8], _ mark: Unicode.Scalar) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: mark == "X") }.joined()
    }
}
