// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// An absolute address of a document, or the absolute path of one: `kubernetes.URL`.
///
/// - SeeAlso: `url.ParseRequestURI` of Go.
struct CELURL: CELExtension {
    private let text: String
    private var scheme = ""
    /// With the port.
    private var host = ""
    private var path = ""
    private var query = ""

    init(_ text: String) throws(CELFailure) {
        self.text = text
        let fault = CELFailure(
            "URL parse error during conversion from string: parse \(GoText.quote(text)): invalid URI for request")
        guard !text.isEmpty, text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }) else {
            throw fault
        }
        var rest = Substring(text)
        if let mark = rest.firstIndex(of: ":"), Self.isScheme(rest[..<mark]) {
            scheme = rest[..<mark].lowercased()
            rest = rest[rest.index(after: mark)...]
        } else if !rest.hasPrefix("/") {
            throw fault
        }
        if let mark = rest.firstIndex(of: "?") {
            query = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        if !rest.hasPrefix("/") {
            // Such as `mailto:somebody`: a request cannot be made for it.
            throw fault
        }
        if rest.hasPrefix("//"), !scheme.isEmpty || !rest.hasPrefix("///") {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: "/") ?? rest.endIndex
            let authority = rest[..<end]
            host = String(authority.split(separator: "@", omittingEmptySubsequences: false).last ?? "")
            rest = rest[end...]
        }
        guard Self.isHost(host), let escaped = Self.escapedPath(rest) else { throw fault }
        path = escaped
    }

    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.unicodeScalars.first, CELLexer.isLetter(first), first != "_" else { return false }
        return text.unicodeScalars.allSatisfy {
            CELLexer.isLetter($0) && $0 != "_" || CELLexer.isDigit($0) || $0 == "+" || $0 == "-" || $0 == "."
        }
    }

    private static func isHost(_ host: String) -> Bool {
        var port = Substring(host)
        if host.hasPrefix("[") {
            guard let close = host.lastIndex(of: "]") else { return false }
            port = host[host.index(after: close)...]
        } else if let mark = host.lastIndex(of: ":") {
            port = host[mark...]
        } else {
            return !host.contains { " \"<>\\^`{|}".contains($0) }
        }
        return port.isEmpty || port.hasPrefix(":") && port.dropFirst().unicodeScalars.allSatisfy(CELLexer.isDigit)
    }

    /// A path with all that has to be escaped; nil if it has a broken escape.
    private static func escapedPath(_ path: Substring) -> String? {
        let bytes = Array(path.utf8)
        var result = ""
        for (index, byte) in bytes.enumerated() {
            let scalar = Unicode.Scalar(byte)
            if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.count, CELLexer.isHexDigit(Unicode.Scalar(bytes[index + 1])),
                    CELLexer.isHexDigit(Unicode.Scalar(bytes[index + 2]))
                else { return nil }
            }
            let isPlain = byte < 0x80 && (CELLexer.isLetter(scalar) || CELLexer.isDigit(scalar))
            if isPlain || "-_.~!$&'()*+,;=:@/%[]".unicodeScalars.contains(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }

    var typeName: String { "kubernetes.URL" }

    func isEqual(to other: any CELExtension) -> Bool { (other as? CELURL)?.text == text }

    func call(_ name: String, _ arguments: [CELValue]) throws(CELFailure) -> CELValue? {
        guard arguments.isEmpty else { return nil }
        switch name {
        case "getScheme": return .string(scheme)
        case "getHost": return .string(host)
        case "getHostname": return .string(parts.name)
        case "getPort": return .string(parts.port)
        case "getEscapedPath": return .string(path)
        case "getQuery": return .map(values)
        default: return nil
        }
    }

    private var parts: (name: String, port: String) {
        if host.hasPrefix("["), let close = host.firstIndex(of: "]") {
            let name = host[host.index(after: host.startIndex)..<close]
            return (String(name), String(host[host.index(after: close)...].dropFirst()))
        }
        guard let mark = host.lastIndex(of: ":") else { return (host, "") }
        return (String(host[..<mark]), String(host[host.index(after: mark)...]))
    }

    /// The values of each name in the query.
    private var values: CELMap {
        var lists: [(name: String, values: [CELValue])] = []
        for pair in query.split(separator: "&") where !pair.contains(";") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = halves.count > 1 ? Self.unescaped(halves[1]) : ""
            guard let name = Self.unescaped(halves[0]), let value else { continue }
            if let index = lists.firstIndex(where: { $0.name == name }) {
                lists[index].values.append(.string(value))
            } else {
                lists.append((name, [.string(value)]))
            }
        }
        return CELMap(lists.map { ($0.name, .list($0.values)) })
    }

    private static func unescaped(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                let digits = String(decoding: rest.prefix(2), as: UTF8.self)
                guard rest.count >= 2, let value = UInt8(digits, radix: 16) else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
