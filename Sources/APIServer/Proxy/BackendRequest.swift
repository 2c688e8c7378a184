// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A request to a kubelet, pod or service, as planned from one to the API server. A value: nothing is connected yet.
package struct BackendRequest: Sendable {
    /// Whether to speak TLS, and as whom.
    package enum Security: Sendable, Equatable {
        case plain
        /// With the API server's certificate for kubelets.
        case kubelet
        /// TLS without a client certificate and without verification (the `https:` prefix of pods and services).
        case unverified
    }

    package var security: Security
    package var host: String
    package var port: Int
    package var method: String
    /// Path and query, encoded.
    package var target: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(
        security: Security, host: String, port: Int, method: String, target: String,
        headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) {
        self.security = security
        self.host = host
        self.port = port
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// The fields that go on to the backend: without those that concern one connection, and without credentials.
    ///
    /// - Parameter upgrades: whether `Connection` and `Upgrade` go on, as the connection is to be switched.
    static func forwardedHeaders(of request: APIRequest, upgrades: Bool) -> [(name: String, value: String)] {
        var dropped: Set<String> = [
            "authorization", "connection", "keep-alive", "proxy-connection", "proxy-authenticate",
            "proxy-authorization", "te",
            "trailer", "transfer-encoding", "upgrade", "host", "content-length", "expect", "x-forwarded-for",
        ]
        for (name, value) in request.headers where name == "connection" {
            for token in value.split(separator: ",") { dropped.insert(token.filter { $0 != " " }.lowercased()) }
        }
        var result = request.headers.filter { !dropped.contains($0.name) && !$0.name.hasPrefix("impersonate-") }
        if upgrades {
            result.append(("connection", "Upgrade"))
            result += request.headers.filter { $0.name == "upgrade" }
        }
        let before = request.headers.filter { $0.name == "x-forwarded-for" }.map(\.value)
        let chain = before + (request.remoteAddress.isEmpty ? [] : [request.remoteAddress])
        if !chain.isEmpty { result.append(("x-forwarded-for", chain.joined(separator: ", "))) }
        return result
    }

    /// Encodes a text for use in a path segment or a query value (RFC 3986 unreserved characters stay).
    static func encode(_ text: String, keeping kept: String = "") -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        let kept = Array(kept.utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            case _ where kept.contains(byte): bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `?a=b&c=d`, encoded; empty for no pairs.
    static func queryText(_ pairs: [(name: String, value: String)]) -> String {
        pairs.isEmpty ? "" : "?" + pairs.map { "\(encode($0.name))=\(encode($0.value))" }.joined(separator: "&")
    }
}
