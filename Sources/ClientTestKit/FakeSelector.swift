// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

/// Label and field selectors as the query parameters have them.
struct FakeSelector: Sendable {
    private enum Requirement: Sendable {
        case equal(String, String)
        case notEqual(String, String)
        case oneOf(String, Set<String>)
        case noneOf(String, Set<String>)
        case exists(String)
        case absent(String)
    }

    private var labels: [Requirement]
    private var fields: [Requirement]

    init(labels: String, fields: String) {
        self.labels = Self.parse(labels)
        self.fields = Self.parse(fields)
    }

    func matches(_ object: JSONValue) -> Bool {
        labels.allSatisfy { Self.holds($0) { object.at("metadata", "labels", $0)?.stringValue } }
            && fields.allSatisfy { Self.holds($0) { Self.field($0, of: object) } }
    }

    private static func field(_ path: String, of object: JSONValue) -> String {
        var current: JSONValue? = object
        for part in path.split(separator: ".") { current = current?[String(part)] }
        return switch current {
        case .string(let text): text
        case .bool(let flag): String(flag)
        case .number(let number): number.text
        default: ""
        }
    }

    private static func holds(_ requirement: Requirement, _ value: (String) -> String?) -> Bool {
        switch requirement {
        case .equal(let key, let wanted): value(key) == wanted
        case .notEqual(let key, let unwanted): value(key) != unwanted
        case .oneOf(let key, let wanted): value(key).map(wanted.contains) ?? false
        case .noneOf(let key, let unwanted): !(value(key).map(unwanted.contains) ?? false)
        case .exists(let key): value(key) != nil
        case .absent(let key): value(key) == nil
        }
    }

    private static func parse(_ text: String) -> [Requirement] {
        var parts: [String] = [""]
        var depth = 0
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ",", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        return parts.filter { !$0.isEmpty }.map(requirement)
    }

    private static func requirement(_ text: String) -> Requirement {
        if let open = text.firstIndex(of: "(") {
            let words = text[..<open].split(separator: " ")
            let values = text[text.index(after: open)...].dropLast().split(separator: ",")
            let set = Set(values.map { String($0.drop { $0 == " " }) })
            return words.last == "notin" ? .noneOf(String(words[0]), set) : .oneOf(String(words[0]), set)
        }
        for (sign, isEqual) in [("!=", false), ("==", true), ("=", true)] {
            guard let at = text.range(ofSign: sign) else { continue }
            let key = String(text[..<at.lowerBound])
            let value = String(text[at.upperBound...])
            return isEqual ? .equal(key, value) : .notEqual(key, value)
        }
        return text.hasPrefix("!") ? .absent(String(text.dropFirst())) : .exists(text)
    }
}

extension String {
    fileprivate func range(ofSign sign: String) -> Range<Index>? {
        var at = startIndex
        while at < endIndex {
            if self[at...].hasPrefix(sign) { return at..<index(at, offsetBy: sign.count) }
            at = index(after: at)
        }
        return nil
    }
}
