// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The syntax of names. Each rule returns what is wrong with a text, in Kubernetes' words; nothing if it is fine.
///
/// - SeeAlso: `util/validation` of Kubernetes' apimachinery.
public enum NameRules {
    static let label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
    static let subdomain = label + #"(\."# + label + ")*"

    /// `must be no more than N characters`.
    public static func maxLength(_ limit: Int) -> String { "must be no more than \(limit) characters" }

    /// `must be between LOW and HIGH, inclusive`.
    public static func range(_ low: Int, _ high: Int) -> String { "must be between \(low) and \(high), inclusive" }

    /// A message with examples and the regular expression, as `RegexError` words it.
    static func regexError(_ message: String, _ pattern: String, _ examples: String...) -> String {
        let shown = examples.map { "'\($0)', " }.joined(separator: " or ")
        return message + " (" + (examples.isEmpty ? "" : "e.g. ") + shown + "regex used for validation is '" + pattern
            + "')"
    }

    static let labelMessage = regexError(
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
            + "alphanumeric character", label, "my-name", "123-abc")
    static let subdomainMessage = regexError(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end "
            + "with an alphanumeric character", subdomain, "example.com")

    /// A DNS label (RFC 1123): at most 63 of `a-z0-9-`.
    public static func dns1123Label(_ text: String) -> [String] {
        var faults = text.utf8.count > 63 ? [maxLength(63)] : []
        if !isLabel(text.utf8[...]) {
            // what would be a subdomain has nothing wrong but its dots
            faults.append(isSubdomain(text) ? "must not contain dots" : labelMessage)
        }
        return faults
    }

    /// A DNS subdomain (RFC 1123): labels separated by dots, at most 253 bytes.
    public static func dns1123Subdomain(_ text: String) -> [String] {
        var faults = text.utf8.count > 253 ? [maxLength(253)] : []
        if !isSubdomain(text) { faults.append(subdomainMessage) }
        return faults
    }

    /// A DNS subdomain in which underscores may stand, as search domains may have them.
    public static func dns1123SubdomainWithUnderscore(_ text: String) -> [String] {
        var faults = text.utf8.count > 253 ? [maxLength(253)] : []
        let fits = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { part in
            let rest = part.first == UInt8(ascii: "_") ? part.dropFirst() : part
            guard let first = rest.first, let last = rest.last, isLowerAlnum(first), isLowerAlnum(last) else {
                return false
            }
            return rest.allSatisfy { isLowerAlnum($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        }
        if !fits {
            let pattern = #"_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*"#
            faults.append(
                Self.regexError(
                    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must "
                        + "start and end with an alphanumeric character", pattern, "example.com"))
        }
        return faults
    }

    /// A DNS label (RFC 1035): as RFC 1123, but starting with a letter.
    public static func dns1035Label(_ text: String) -> [String] {
        var faults = text.utf8.count > 63 ? [maxLength(63)] : []
        let startsWithLetter = text.utf8.first.map { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") } ?? false
        if !startsWithLetter || !isLabel(text.utf8[...]) {
            faults.append(
                Self.regexError(
                    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
                        + "and end with an alphanumeric character", "[a-z]([-a-z0-9]*[a-z0-9])?", "my-name", "abc-123"))
        }
        return faults
    }

    /// A subdomain after `*.`, as hosts of an Ingress have it.
    public static func wildcardDNS1123Subdomain(_ text: String) -> [String] {
        var faults = text.utf8.count > 253 ? [maxLength(253)] : []
        if !text.hasPrefix("*.") || !isSubdomain(String(text.dropFirst(2))) {
            faults.append(
                Self.regexError(
                    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of "
                        + "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
                    #"\*\."# + subdomain, "*.example.com"))
        }
        return faults
    }

    /// A name that stands alone in a URL path.
    public static func pathSegment(_ text: String) -> [String] {
        if text == "." || text == ".." { return ["may not be '\(text)'"] }
        return ["/", "%"].filter { text.contains($0) }.map { "may not contain '\($0)'" }
    }

    /// The beginning of such a name.
    public static func pathSegmentPrefix(_ text: String) -> [String] {
        ["/", "%"].filter { text.contains($0) }.map { "may not contain '\($0)'" }
    }

    /// The name of a container port or a service: letters, digits and single dashes, at most 15.
    public static func portName(_ text: String) -> [String] {
        if isPlainPortName(text.utf8) { return [] }
        var faults = text.utf8.count > 15 ? [maxLength(15)] : []
        if !text.utf8.allSatisfy({ isLowerAlnum($0) || $0 == UInt8(ascii: "-") }) {
            faults.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
        }
        if !text.utf8.contains(where: { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") }) {
            faults.append("must contain at least one letter (a-z)")
        }
        if text.contains("--") { faults.append("must not contain consecutive hyphens") }
        if text.hasPrefix("-") || text.hasSuffix("-") { faults.append("must not begin or end with a hyphen") }
        return faults
    }

    /// Whether a name has nothing but lower case letters and digits, as most of ports have.
    private static func isPlainPortName(_ text: String.UTF8View) -> Bool {
        text.count <= 15 && text.allSatisfy(isLowerAlnum) && !text.allSatisfy(isDigit)
    }

    /// A port number: 1 to 65535.
    public static func portNumber(_ port: Int) -> [String] { (1...65535).contains(port) ? [] : [range(1, 65535)] }

    /// The name of an environment variable: any printable ASCII but `=`.
    public static func environmentName(_ text: String) -> [String] {
        let fits = !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x20 && $0 <= 0x7E && $0 != UInt8(ascii: "=") }
        return fits
            ? [] : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
    }

    /// An identifier of C.
    public static func cIdentifier(_ text: String) -> [String] {
        let isHead = { (byte: UInt8) in isLetter(byte) || byte == UInt8(ascii: "_") }
        if let first = text.utf8.first, isHead(first), text.utf8.allSatisfy({ isHead($0) || isDigit($0) }) { return [] }
        return [
            regexError(
                "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters "
                    + "or '_'", "[A-Za-z_][A-Za-z0-9_]*", "my_name", "MY_NAME", "MyName")
        ]
    }

    /// A key of a ConfigMap or Secret, which becomes a file name.
    public static func configMapKey(_ text: String) -> [String] {
        var faults = text.utf8.count > 253 ? [maxLength(253)] : []
        let fits = !text.isEmpty && text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "-._".utf8.contains($0) }
        if !fits {
            faults.append(
                Self.regexError(
                    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'", "[-._a-zA-Z0-9]+",
                    "key.name",
                    "KEY_NAME", "key-name"))
        }
        if text == "." {
            faults.append("must not be '.'")
        } else if text == ".." {
            faults.append("must not be '..'")
        } else if text.hasPrefix("..") {
            faults.append("must not start with '..'")
        }
        return faults
    }

    /// A percentage: digits and `%`.
    public static func percent(_ text: String) -> [String] {
        if text.hasSuffix("%"), text.utf8.count > 1, text.utf8.dropLast().allSatisfy(isDigit) { return [] }
        return [
            regexError(
                "a valid percent string must be a numeric string followed by an ending '%'", "[0-9]+%", "1%", "93%")
        ]
    }

    static func isSubdomain(_ text: String) -> Bool { isSubdomain(text.utf8[...]) }

    /// Whether a text is one or more labels with dots between them.
    static func isSubdomain(_ text: Substring.UTF8View) -> Bool {
        let (dot, dash) = (UInt8(ascii: "."), UInt8(ascii: "-"))
        var last = dot
        for byte in text {
            let fits = isLowerAlnum(byte) || byte == dash && last != dot || byte == dot && last != dot && last != dash
            guard fits else { return false }
            last = byte
        }
        return last != dot && last != dash
    }

    static func isLabel(_ text: Substring.UTF8View) -> Bool {
        guard let first = text.first, let last = text.last, isLowerAlnum(first), isLowerAlnum(last) else {
            return false
        }
        return text.allSatisfy { isLowerAlnum($0) || $0 == UInt8(ascii: "-") }
    }

    static func isLowerAlnum(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") || isDigit(byte)
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") }
}
