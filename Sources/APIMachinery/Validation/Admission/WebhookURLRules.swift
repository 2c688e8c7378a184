// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Where a webhook is called: of admission, and of conversion.
///
/// - SeeAlso: `util/webhook` of Kubernetes' apiserver.
enum WebhookURLRules {
    private static let form = "; desired format: https://host[/path]"

    /// A complete address with `https`, and with neither user, query nor fragment.
    static func url(_ text: String, _ path: FieldPath) -> [FieldError] {
        guard let parts = URLParts(text) else {
            return [.required(path, "url must be a valid URL: " + URLParts.fault(text) + form)]
        }
        var errors: [FieldError] = []
        if parts.scheme != "https" {
            errors.append(.invalid(path, parts.scheme, "'https' is the only allowed URL scheme" + form))
        }
        if parts.host.isEmpty { errors.append(.invalid(path, parts.host, "host must be specified" + form)) }
        if let user = parts.user {
            errors.append(.invalid(path, user, "user information is not permitted in the URL"))
        }
        if !parts.fragment.isEmpty {
            errors.append(.invalid(path, parts.fragment, "fragments are not permitted in the URL"))
        }
        if !parts.query.isEmpty {
            errors.append(.invalid(path, parts.query, "query parameters are not permitted in the URL"))
        }
        return errors
    }

    /// A service of the cluster, and the path below it.
    static func service(
        name: String, namespace: String, path: String?, port: Int32, _ at: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        if name.isEmpty { errors.append(.required(at.child("name"), "service name is required")) }
        if namespace.isEmpty { errors.append(.required(at.child("namespace"), "service namespace is required")) }
        let faults = NameRules.portNumber(Int(port))
        if !faults.isEmpty {
            let text = "port is not valid: " + faults.joined(separator: ", ")
            errors.append(.invalid(at.child("port"), port, text))
        }
        return errors + (path.map { self.path($0, at.child("path")) } ?? [])
    }

    /// Segments that are names of subdomains, none of them empty.
    private static func path(_ text: String, _ at: FieldPath) -> [FieldError] {
        if text == "/" || text.isEmpty { return [] }
        if text == "//" { return [.invalid(at, text, "segment[0] may not be empty")] }
        var errors: [FieldError] = []
        if !text.hasPrefix("/") { errors.append(.invalid(at, text, "must start with a '/'")) }
        var rest = text.dropFirst()
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        let segments = rest.split(separator: "/", omittingEmptySubsequences: false)
        for (index, segment) in segments.enumerated() {
            if segment.isEmpty {
                errors.append(.invalid(at, text, "segment[\(index)] may not be empty"))
                continue
            }
            errors += NameRules.dns1123Subdomain(String(segment)).map {
                .invalid(at, text, "segment[\(index)]: \($0)")
            }
        }
        return errors
    }
}

/// The parts of an absolute URL, as far as rules look at them.
struct URLParts {
    var scheme = ""
    var user: String?
    var host = ""
    var query = ""
    var fragment = ""

    /// Nil where Go's `net/url` reads no URL.
    init?(_ text: String) {
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return nil }
        var rest = Substring(text)
        if let mark = rest.firstIndex(of: "#") {
            fragment = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        guard let afterScheme = Self.afterScheme(rest) else { return nil }
        scheme = rest[..<afterScheme].dropLast().lowercased()
        rest = rest[afterScheme...]
        if let mark = rest.firstIndex(of: "?") {
            query = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        guard rest.hasPrefix("//") else { return }
        var authority = rest.dropFirst(2).prefix { $0 != "/" }
        if let mark = authority.lastIndex(of: "@") {
            user = String(authority[..<mark])
            authority = authority[authority.index(after: mark)...]
        }
        guard !authority.contains(" ") else { return nil }
        host = String(authority)
    }

    /// Where the text behind `scheme:` begins; the beginning, where there is no scheme; nil where it is malformed.
    private static func afterScheme(_ text: Substring) -> String.Index? {
        for (index, byte) in zip(text.indices, text.utf8) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): continue
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                if index == text.startIndex { return text.startIndex }
            case UInt8(ascii: ":"): return index == text.startIndex ? nil : text.index(after: index)
            default: return text.startIndex
            }
        }
        return text.startIndex
    }

    /// What Go says of a text that is no URL.
    static func fault(_ text: String) -> String {
        let quoted = "parse " + GoText.quote(text) + ": "
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            return quoted + "net/url: invalid control character in URL"
        }
        if text.isEmpty { return quoted + "empty url" }
        return quoted + (text.hasPrefix(":") ? "missing protocol scheme" : "invalid character \" \" in host name")
    }
}
