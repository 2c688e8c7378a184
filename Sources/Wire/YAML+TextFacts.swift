// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// In which styles a text can be written without changing it (libyaml's analysis of scalars, for block context).
struct YAMLTextFacts {
    private(set) var plainAllowed = true
    private(set) var singleQuotedAllowed = true
    private(set) var blockAllowed = true

    init(_ text: String) {
        let scalars = Array(text.unicodeScalars)
        guard let first = scalars.first, let last = scalars.last else {
            plainAllowed = false
            blockAllowed = false
            return
        }
        if text.hasPrefix("---") || text.hasPrefix("...") { plainAllowed = false }
        if Self.hasIndicator(scalars) { plainAllowed = false }
        if first == " " || last == " " || scalars.contains("\n") { plainAllowed = false }
        if last == " " { blockAllowed = false }
        for (at, scalar) in scalars.enumerated() {
            if scalar != "\n", Self.escape(scalar) != nil, scalar != "\"", scalar != "\\" { allowOnlyDoubleQuotes() }
            guard at > 0 else { continue }
            if scalar == "\n", scalars[at - 1] == " " { allowOnlyDoubleQuotes() }
            if scalar == " ", scalars[at - 1] == "\n" {
                plainAllowed = false
                singleQuotedAllowed = false
            }
        }
    }

    private mutating func allowOnlyDoubleQuotes() {
        plainAllowed = false
        singleQuotedAllowed = false
        blockAllowed = false
    }

    private static func hasIndicator(_ scalars: [Unicode.Scalar]) -> Bool {
        for (at, scalar) in scalars.enumerated() {
            let next = at + 1 < scalars.count ? scalars[at + 1] : " "
            let isBeforeBlank = next == " " || next == "\n" || next == "\t"
            if at == 0 {
                if "#,[]{}&*!|>'\"%@`".unicodeScalars.contains(scalar) { return true }
                if "?:-".unicodeScalars.contains(scalar), isBeforeBlank { return true }
            } else {
                if scalar == ":", isBeforeBlank { return true }
                if scalar == "#", " \n\t".unicodeScalars.contains(scalars[at - 1]) { return true }
            }
        }
        return false
    }

    /// How a character is written between double quotes; nil if as it is.
    static func escape(_ scalar: Unicode.Scalar) -> String? {
        switch scalar.value {
        case 0x00: "\\0"
        case 0x07: "\\a"
        case 0x08: "\\b"
        case 0x09: "\\t"
        case 0x0A: "\\n"
        case 0x0B: "\\v"
        case 0x0C: "\\f"
        case 0x0D: "\\r"
        case 0x1B: "\\e"
        case 0x22: "\\\""
        case 0x5C: "\\\\"
        case 0x85: "\\N"
        case 0xA0: "\\_"
        case 0x2028: "\\L"
        case 0x2029: "\\P"
        case 0x20...0x7E, 0xA1...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: nil
        case 0...0xFF: "\\x" + hex(scalar.value, 2)
        case 0x100...0xFFFF: "\\u" + hex(scalar.value, 4)
        default: "\\U" + hex(scalar.value, 8)
        }
    }

    private static func hex(_ value: UInt32, _ width: Int) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
}
