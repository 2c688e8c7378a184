// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// One clause of an `Accept` header, or a `Content-Type`.
struct MediaType: Equatable {
    var type: String
    var subtype: String
    var parameters: [String: String] = [:]
    var quality = 1.0

    /// nil where the text is no media type.
    init?(_ text: String) {
        var parts = text.split(separator: ";", omittingEmptySubsequences: false).map { Self.trim($0) }
        let name = parts.removeFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard name.count == 2 || (name.count == 1 && name[0] == "*") else { return nil }
        type = String(name[0])
        subtype = name.count == 2 ? String(name[1]) : "*"
        for part in parts {
            guard let equals = part.firstIndex(of: "=") else { continue }
            let key = Self.trim(part[..<equals])
            var value = Self.trim(part[part.index(after: equals)...])
            if value.count >= 2, value.first == "\"", value.last == "\"" {
                value = String(value.dropFirst().dropLast())
            }
            if key == "q" { quality = Double(value) ?? 1 } else { parameters[key] = value }
        }
    }

    private static func trim(_ text: Substring) -> String {
        var out = text
        while let first = out.first, first == " " || first == "\t" { out.removeFirst() }
        while let last = out.last, last == " " || last == "\t" { out.removeLast() }
        return String(out)
    }

    /// The name in lower case of a `Content-Type`, as Go's `mime.ParseMediaType` reads it; nil where it is malformed.
    static func bodyName(_ header: String) -> String? {
        let parts = header.split(separator: ";", omittingEmptySubsequences: false).map { trim($0) }
        let name = parts[0].lowercased()
        guard !name.isEmpty else { return nil }
        for (index, part) in parts.enumerated().dropFirst() {
            // one semicolon at the end does no harm
            if part.isEmpty, index == parts.count - 1 { break }
            guard let equals = part.firstIndex(of: "="), equals != part.startIndex else { return nil }
            guard part.index(after: equals) != part.endIndex else { return nil }
        }
        return name
    }

    var isAny: Bool { type == "*" && subtype == "*" }
    var name: String { "\(type)/\(subtype)" }

    /// The clauses of an `Accept` header, best first.
    static func accepted(_ header: String) -> [MediaType] {
        header.split(separator: ",").compactMap { MediaType(String($0)) }.enumerated()
            .sorted { ($0.element.quality, -$0.offset) > ($1.element.quality, -$1.offset) }.map(\.element)
    }
}
