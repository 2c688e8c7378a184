// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Conditions on fields of an object, all of which must hold: `status.phase=Running,spec.nodeName!=a`.
///
/// - SeeAlso: `fields.Selector` of Kubernetes' apimachinery.
public struct FieldSelector: Sendable, Equatable {
    /// One condition.
    public struct Requirement: Sendable, Equatable {
        public var field: String
        public var isEqual: Bool
        public var value: String
    }

    /// Sorted by field.
    public var requirements: [Requirement] = []

    /// Selects every object.
    public init() {}

    /// Whether every object is selected.
    public var isEmpty: Bool { requirements.isEmpty }

    /// Reads the text form.
    public init(parsing text: String) throws(SelectorError) {
        for term in Self.terms(text) where !term.isEmpty {
            guard let (field, isEqual, escaped) = Self.split(term) else {
                throw SelectorError("invalid selector: '\(text)'; can't understand '\(term)'")
            }
            requirements.append(Requirement(field: field, isEqual: isEqual, value: try Self.unescape(escaped)))
        }
        requirements.sort { $0.field < $1.field }
    }

    /// Whether an object is selected, `value` being asked for the fields named; nil counts as empty.
    public func matches(_ value: (_ field: String) -> String?) -> Bool {
        requirements.allSatisfy { (value($0.field) ?? "" == $0.value) == $0.isEqual }
    }

    /// The one value that a field must have, if the selector says so.
    public func requiredValue(of field: String) -> String? {
        requirements.first { $0.field == field && $0.isEqual }?.value
    }

    /// Cuts at commas that no backslash stands before.
    private static func terms(_ text: String) -> [String] {
        var terms = [""]
        var isEscaped = false
        for character in text.unicodeScalars {
            if character == ",", !isEscaped {
                terms.append("")
                continue
            }
            isEscaped = character == "\\" && !isEscaped
            terms[terms.count - 1].unicodeScalars.append(character)
        }
        return terms
    }

    private static func split(_ term: String) -> (field: String, isEqual: Bool, value: String)? {
        let bytes = Array(term.utf8)
        guard
            let at = bytes.indices.first(where: { at in
                bytes[at] == UInt8(ascii: "=") || bytes[at...].starts(with: "!=".utf8)
            })
        else { return nil }
        let isEqual = bytes[at] == UInt8(ascii: "=")
        let length = !isEqual || bytes[at...].starts(with: "==".utf8) ? 2 : 1
        let text = { (part: ArraySlice<UInt8>) in String(decoding: part, as: UTF8.self) }
        return (text(bytes[..<at]), isEqual, text(bytes[(at + length)...]))
    }

    private static func unescape(_ text: String) throws(SelectorError) -> String {
        var out = String.UnicodeScalarView()
        var isEscaped = false
        for character in text.unicodeScalars {
            if isEscaped {
                guard "\\,=".unicodeScalars.contains(character) else {
                    throw SelectorError("invalid field selector: invalid escape sequence: \\\(character)")
                }
                out.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "," || character == "=" {
                // Go prints the number of a rune
                throw SelectorError("invalid field selector: unescaped character in value: \(character.value)")
            } else {
                out.append(character)
            }
        }
        if isEscaped { throw SelectorError("invalid field selector: invalid escape sequence: \\") }
        return String(out)
    }
}

extension FieldSelector: CustomStringConvertible {
    /// The text form.
    public var description: String {
        requirements.map { requirement in
            var value = ""
            for character in requirement.value {
                if "\\,=".contains(character) { value += "\\" }
                value.append(character)
            }
            return requirement.field + (requirement.isEqual ? "=" : "!=") + value
        }.joined(separator: ",")
    }
}
