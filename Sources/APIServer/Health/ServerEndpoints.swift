// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The paths that are about the server, not about resources: health, version, metrics, token discovery.
package struct ServerEndpoints: Sendable {
    private let health: HealthEndpoints
    private let version: ServerVersion
    private let metrics: RequestMetrics
    /// Further metrics in the text form of Prometheus, of the other parts of the process.
    private let furtherMetrics: @Sendable () -> String
    private let tokens: ServiceAccountTokenIssuer
    /// Where others reach the server, for example `https://192.0.2.1:6443`.
    private let externalURL: String

    package init(
        health: HealthEndpoints, version: ServerVersion, metrics: RequestMetrics, tokens: ServiceAccountTokenIssuer,
        externalURL: String, furtherMetrics: @escaping @Sendable () -> String = { "" }
    ) {
        self.health = health
        self.version = version
        self.metrics = metrics
        self.tokens = tokens
        self.externalURL = externalURL
        self.furtherMetrics = furtherMetrics
    }

    /// - Returns: nil where the path is not one of these.
    package func respond(to request: APIRequest) async -> APIResponse? {
        guard let response = await response(request) else { return nil }
        // the checks of health look at the path alone, as kube-apiserver's do
        let isRead = request.method == "GET" || request.method == "HEAD"
        return isRead || health.serves(request.path) ? response : FailureStatus.methodNotAllowed.response
    }

    private func response(_ request: APIRequest) async -> APIResponse? {
        switch request.path {
        case "/version", "/version/": return Self.whole("application/json", version.json)
        case "/metrics":
            let text = metrics.text + furtherMetrics()
            return Self.whole("text/plain; version=0.0.4; charset=utf-8", Array(text.utf8))
        case "/metrics/slis":
            return Self.whole("text/plain; version=0.0.4; charset=utf-8", Array(await health.metrics().utf8))
        case "/.well-known/openid-configuration":
            return Self.whole("application/json", tokens.discovery(keysURL: externalURL + "/openid/v1/jwks"))
        case "/openid/v1/jwks": return Self.whole("application/jwk-set+json", tokens.keySet)
        default:
            return health.serves(request.path) ? await health.respond(path: request.path, query: request.query) : nil
        }
    }

    private static func whole(_ type: String, _ bytes: [UInt8]) -> APIResponse {
        .whole(ResponseHead(status: 200, contentType: type, headers: [("Cache-Control", "no-cache, private")]), [bytes])
    }
}
