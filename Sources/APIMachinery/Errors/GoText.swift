// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Text forms of Go that Kubernetes' messages contain.
public enum GoText {
    /// A string in double quotes with Go's escapes (`%q`).
    public static func quote(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22: out += "\\\""
            case 0x5C: out += "\\\\"
            case 0x07: out += "\\a"
            case 0x08: out += "\\b"
            case 0x0C: out += "\\f"
            case 0x0A: out += "\\n"
            case 0x0D: out += "\\r"
            case 0x09: out += "\\t"
            case 0x0B: out += "\\v"
            case 0..<0x20, 0x7F: out += "\\x" + hex(scalar.value, 2)
            case 0x20..<0x7F: out.unicodeScalars.append(scalar)
            default: if isPrintable(scalar) { out.unicodeScalars.append(scalar) } else { out += escape(scalar.value) }
            }
        }
        return out + "\""
    }

    /// A list of strings as Go prints it with `%v`: `[a b]`.
    public static func list(_ items: some Sequence<String>) -> String { "[" + items.joined(separator: " ") + "]" }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }

    private static func escape(_ value: UInt32) -> String {
        value < 0x10000 ? "\\u" + hex(value, 4) : "\\U" + hex(value, 8)
    }

    private static func hex(_ value: UInt32, _ width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
}
