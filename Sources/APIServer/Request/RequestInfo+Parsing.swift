// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension RequestInfo {
    /// Reads what a request asks for from its method, path and query.
    ///
    /// Pure, and never fails: what is not about a resource is a non-resource request whose verb is the method in lower case.
    ///
    /// - Parameters:
    ///   - method: as sent.
    ///   - path: percent-decoded.
    ///   - query: percent-decoded, in the order sent.
    /// - SeeAlso: `RequestInfoFactory.NewRequestInfo` of Kubernetes' `k8s.io/apiserver/pkg/endpoints/request`.
    package init(method: String, path: String, query: [(name: String, value: String)]) {
        let other = RequestInfo(isResourceRequest: false, verb: method.lowercased())
        var parts = Self.split(path)
        guard parts.count >= 3, parts[0] == "api" || parts[0] == "apis" else {
            self = other
            return
        }
        self.init(isResourceRequest: true, verb: Self.verbs[method] ?? "")
        if parts.removeFirst() == "apis" {
            guard parts.count >= 3 else {
                self = other
                return
            }
            apiGroup = parts.removeFirst()
        }
        apiVersion = parts.removeFirst()
        let prefixVerb = parts[0] == "watch" || parts[0] == "proxy"
        if prefixVerb {
            guard parts.count >= 2 else {
                self = other
                return
            }
            verb = parts.removeFirst()
        }
        readResource(&parts)
        refineVerb(query)
    }

    private static let verbs = [
        "GET": "get", "HEAD": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete",
    ]

    /// Path segments without the slashes around them; inner empty segments are kept, as upstream keeps them.
    private static func split(_ path: String) -> [String] {
        var text = Substring(path).utf8
        while text.first == UInt8(ascii: "/") { text = text.dropFirst() }
        while text.last == UInt8(ascii: "/") { text = text.dropLast() }
        guard !text.isEmpty else { return [] }
        return text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { String(Substring($0)) }
    }

    /// `/namespaces/NS/RESOURCE/...` is about RESOURCE in NS; `/namespaces/NS`, with its own subresources, about the namespace.
    private mutating func readResource(_ parts: inout [String]) {
        if parts[0] == "namespaces", parts.count > 1 {
            namespace = parts[1]
            if parts.count > 2, parts[2] != "status", parts[2] != "finalize" { parts.removeFirst(2) }
        }
        self.parts = parts
        resource = parts[0]
        if parts.count >= 2 { name = parts[1] }
        if parts.count >= 3, verb != "proxy" { subresource = parts[2] }
    }

    /// A nameless `get` is a `list` or `watch`, a nameless `delete` a `deletecollection`; a selection by name names the object.
    private mutating func refineVerb(_ query: [(name: String, value: String)]) {
        guard name.isEmpty else { return }
        if verb == "delete" { verb = "deletecollection" }
        guard verb == "get" else { return }
        verb = Self.flag("watch", in: query) ? "watch" : "list"
        if let selector = query.first(where: { $0.name == "fieldSelector" })?.value,
            let exact = Self.exactName(selector), Self.isPathSegment(exact)
        {
            name = exact
        }
    }

    /// Kubernetes' reading of a boolean parameter: present means true, except for `0` and `false`.
    private static func flag(_ name: String, in query: [(name: String, value: String)]) -> Bool {
        guard let value = query.first(where: { $0.name == name })?.value else { return false }
        return value != "0" && value.lowercased() != "false"
    }

    /// The value that a field selector demands of `metadata.name`, where it does.
    static func exactName(_ selector: String) -> String? {
        for term in splitUnescaped(selector) {
            guard term.hasPrefix("metadata.name=") else { continue }
            var value = term.dropFirst("metadata.name=".count)
            if value.first == "=" { value = value.dropFirst() }
            return unescape(value)
        }
        return nil
    }

    private static func splitUnescaped(_ selector: String) -> [Substring] {
        var terms: [Substring] = []
        var start = selector.startIndex
        var escaped = false
        for index in selector.indices {
            if escaped {
                escaped = false
            } else if selector[index] == "\\" {
                escaped = true
            } else if selector[index] == "," {
                terms.append(selector[start..<index])
                start = selector.index(after: index)
            }
        }
        terms.append(selector[start...])
        return terms
    }

    private static func unescape(_ value: Substring) -> String {
        var result = ""
        var escaped = false
        for character in value {
            if character == "\\", !escaped {
                escaped = true
            } else {
                result.append(character)
                escaped = false
            }
        }
        return result
    }

    /// Whether a text can be one segment of a path: not empty, not `.` or `..`, without `/` and `%`.
    private static func isPathSegment(_ text: String) -> Bool {
        !text.isEmpty && text != "." && text != ".."
            && !text.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "%") }
    }
}

extension RequestInfo {
    /// Whether answering may take long by nature: watches, logs and the streaming subresources. Such requests have no
    /// request timeout and are ended first when the server stops.
    ///
    /// - SeeAlso: `BasicLongRunningRequestCheck`, as kube-apiserver sets it up.
    package var isLongRunning: Bool {
        guard isResourceRequest else { return false }
        if verb == "watch" || verb == "proxy" { return true }
        return ["log", "exec", "attach", "portforward", "proxy"].contains(subresource)
    }
}
