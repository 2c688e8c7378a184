// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

/// The syntax of labels and annotations.
public enum LabelRules {
    static let namePattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
    static let valuePattern = "(" + namePattern + ")?"

    /// All keys and values of the annotations of one object together, in bytes.
    public static let annotationsSizeLimit = 256 * 1024

    private static let nameMessage = NameRules.regexError(
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        namePattern, "MyName", "my.name", "123-abc")

    /// A name with an optional prefix: `app`, `example.com/app`. Keys of labels and annotations, finalizers, taints.
    public static func qualifiedName(_ text: String) -> [String] {
        if isSoundName(text.utf8) { return [] }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        var faults: [String] = []
        var name = parts[0]
        switch parts.count {
        case 1: break
        case 2:
            name = parts[1]
            if parts[0].isEmpty {
                faults.append("prefix part must be non-empty")
            } else {
                // of the two messages on length in Kubernetes, keys have the one that counts bytes
                if parts[0].utf8.count > 253 { faults.append("prefix part must be no more than 253 bytes") }
                if !NameRules.isSubdomain(String(parts[0])) {
                    faults.append("prefix part " + NameRules.subdomainMessage)
                }
            }
        default:
            let message = NameRules.regexError(
                "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
                    + "alphanumeric character", namePattern, "MyName", "my.name", "123-abc")
            return [message + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"]
        }
        if name.isEmpty {
            faults.append("name part must be non-empty")
        } else if name.utf8.count > 63 {
            faults.append("name part must be no more than 63 bytes")
        }
        if !isName(name.utf8) { faults.append(nameMessage) }
        return faults
    }

    /// Whether a qualified name is a sound one: what most are, known without taking it apart.
    private static func isSoundName(_ text: String.UTF8View) -> Bool {
        guard let slash = text.firstIndex(of: UInt8(ascii: "/")) else { return text.count <= 63 && isName(text[...]) }
        let (prefix, name) = (text[..<slash], text[text.index(after: slash)...])
        return name.count <= 63 && isName(name) && prefix.count <= 253 && NameRules.isSubdomain(prefix)
    }

    /// A label's value: empty, or at most 63 of letters, digits, `-`, `_`, `.`, with a letter or digit at both ends.
    public static func value(_ text: String) -> [String] {
        var faults = text.utf8.count > 63 ? ["must be no more than 63 bytes"] : []
        if !text.isEmpty, !isName(text[...].utf8) {
            faults.append(
                NameRules.regexError(
                    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
                        + "end with an alphanumeric character", valuePattern, "MyValue", "my_value", "12345"))
        }
        return faults
    }

    /// The faults of a set of labels, keys in ascending order.
    public static func labels(
        _ labels: [String: String], at path: @autoclosure () -> FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        for (key, text) in labels where !isSimple(key) || !isSimple(text) {
            errors += qualifiedName(key).map { .invalid(path(), key, $0) }
            errors += value(text).map { .invalid(path(), text, $0) }
        }
        return errors.count < 2 ? errors : errors.sorted { $0.description < $1.description }
    }

    /// The faults of a set of annotations: keys as for labels (without regard to case), and the total size.
    public static func annotations(
        _ annotations: [String: String], at path: @autoclosure () -> FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        var size = 0
        for (key, text) in annotations {
            size += key.utf8.count + text.utf8.count
            errors += qualifiedName(key.lowercased()).map { .invalid(path(), key, $0) }
        }
        if errors.count > 1 { errors.sort { $0.description < $1.description } }
        if size > annotationsSizeLimit { errors.append(.tooLong(path(), limit: annotationsSizeLimit)) }
        return errors
    }

    /// A quick look that most keys and values pass: short, lower case letters and digits alone.
    private static func isSimple(_ text: String) -> Bool {
        text.utf8.count <= 63 && !text.isEmpty && text.utf8.allSatisfy(NameRules.isLowerAlnum)
    }

    private static func isName(_ text: Substring.UTF8View) -> Bool {
        let isEdge = { (byte: UInt8) in NameRules.isLetter(byte) || NameRules.isDigit(byte) }
        guard let first = text.first, let last = text.last, isEdge(first), isEdge(last) else { return false }
        return text.allSatisfy {
            isEdge($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
        }
    }
}
