// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The target of a request line, taken apart: a percent-decoded path and the query in the order sent.
///
/// - SeeAlso: RFC 9112 section 3.2; the query rules are those of Go's `net/url`, which Kubernetes clients rely on.
package struct RequestTarget: Sendable {
    /// Percent-decoded, starting with `/`; `*` for `OPTIONS *`.
    package var path: String
    /// Names and values, percent-decoded, `+` read as a space. Pairs with a bad escape or a `;` are left out, as in Go.
    package var query: [(name: String, value: String)]
    /// The query as sent, without the question mark.
    package var rawQuery: String

    /// Takes a target apart.
    ///
    /// - Parameter text: origin form (`/a?b=c`) or absolute form (`https://host/a?b=c`).
    /// - Returns: nil where the path has a broken percent escape or does not start with `/` (400 in HTTP).
    package init?(_ text: String) {
        var rest = Substring(text).utf8
        if let end = Self.authorityEnd(rest) { rest = rest[end...] }
        if let fragment = rest.firstIndex(of: UInt8(ascii: "#")) { rest = rest[..<fragment] }
        let mark = rest.firstIndex(of: UInt8(ascii: "?"))
        let rawPath = rest[..<(mark ?? rest.endIndex)]
        guard rawPath.isEmpty || rawPath.first == UInt8(ascii: "/") || rawPath.elementsEqual("*".utf8),
            let path = Self.decode(rawPath, plusIsSpace: false)
        else { return nil }
        self.path = path.isEmpty ? "/" : path
        rawQuery = mark.map { String(Substring(rest[rest.index(after: $0)...])) } ?? ""
        query = Self.parseQuery(rawQuery)
    }

    /// Reads `a=b&c=d`.
    package static func parseQuery(_ text: String) -> [(name: String, value: String)] {
        guard !text.isEmpty else { return [] }
        var pairs: [(name: String, value: String)] = []
        for pair in text.utf8.split(separator: UInt8(ascii: "&")) where !pair.contains(UInt8(ascii: ";")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            let rawValue = equals.map { pair[pair.index(after: $0)...] } ?? pair[pair.endIndex...]
            guard let name = decode(pair[..<(equals ?? pair.endIndex)], plusIsSpace: true),
                let value = decode(rawValue, plusIsSpace: true)
            else { continue }
            pairs.append((name, value))
        }
        return pairs
    }

    /// Where the path begins in `scheme://authority/path`; nil for the origin form.
    private static func authorityEnd(_ text: Substring.UTF8View) -> Substring.UTF8View.Index? {
        guard text.first != UInt8(ascii: "/") else { return nil }
        for scheme in ["https://", "http://"] where text.starts(with: scheme.utf8) {
            let authority = text.dropFirst(scheme.utf8.count)
            return authority.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? text.endIndex
        }
        return nil
    }

    private static func decode(_ text: Substring.UTF8View, plusIsSpace: Bool) -> String? {
        guard text.contains(where: { $0 == UInt8(ascii: "%") || (plusIsSpace && $0 == UInt8(ascii: "+")) }) else {
            return String(Substring(text))
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = iterator.next().flatMap(hexDigit), let low = iterator.next().flatMap(hexDigit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
