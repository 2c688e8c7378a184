// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// One named check of the server's health.
package struct HealthCheck: Sendable {
    /// For example `ping`, `etcd`, `poststarthook/rbac/bootstrap-roles`.
    package let name: String
    /// nil where all is well, else what is wrong. Must be quick, or give up soon.
    package let failure: @Sendable () async -> String?

    package init(_ name: String, failure: @escaping @Sendable () async -> String?) {
        self.name = name
        self.failure = failure
    }

    /// Is well as soon as anything answers.
    package static let ping = HealthCheck("ping") { nil }
}

/// `/livez`, `/readyz` and `/healthz` as Kubernetes answers them.
///
/// - SeeAlso: `k8s.io/apiserver/pkg/server/healthz`.
package struct HealthEndpoints: Sendable {
    /// The checks of each endpoint, by path without the slash (`livez`, `readyz`, `healthz`).
    private let checks: [String: [HealthCheck]]

    package init(live: [HealthCheck], ready: [HealthCheck]) {
        checks = ["livez": live, "readyz": ready, "healthz": live]
    }

    /// Whether a path is one of these endpoints.
    package func serves(_ path: String) -> Bool {
        path.hasPrefix("/") && checks[String(Self.split(path).endpoint)] != nil
    }

    /// Every path that is answered: the endpoints, and each check of each.
    package var paths: [String] {
        checks.flatMap { endpoint, checks in ["/\(endpoint)"] + checks.map { "/\(endpoint)/\($0.name)" } }
    }

    /// The result of every check of every endpoint, in the text form of Prometheus: what `/metrics/slis` says.
    package func metrics() async -> String {
        var lines = [
            "# HELP kubernetes_healthcheck Whether a check of the server's health is passed.",
            "# TYPE kubernetes_healthcheck gauge",
        ]
        for (endpoint, checks) in checks.sorted(by: { $0.key < $1.key }) {
            for check in checks {
                let value = await check.failure() == nil ? 1 : 0
                lines.append("kubernetes_healthcheck{name=\"\(check.name)\",type=\"\(endpoint)\"} \(value)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Answers; nil where the path names no check.
    package func respond(path: String, query: [(name: String, value: String)]) async -> APIResponse? {
        let (endpoint, name) = Self.split(path)
        guard let all = checks[String(endpoint)] else { return nil }
        if let name {
            guard let check = all.first(where: { $0.name == name }) else { return nil }
            guard let failure = await check.failure() else { return Self.text(200, "ok") }
            return Self.text(500, "internal server error: \(failure)\n")
        }
        var excluded = Set(query.filter { $0.name == "exclude" }.map(\.value))
        var lines: [String] = []
        var failed = 0
        for check in all {
            if excluded.remove(check.name) != nil {
                lines.append("[+]\(check.name) excluded: ok")
            } else if await check.failure() != nil {
                failed += 1
                lines.append("[-]\(check.name) failed: reason withheld")
            } else {
                lines.append("[+]\(check.name) ok")
            }
        }
        if !excluded.isEmpty {
            let names = excluded.sorted().map { FailureStatus.quote($0) }.joined(separator: ", ")
            lines.append("warn: some health checks cannot be excluded: no matches for \(names)")
        }
        let body = lines.joined(separator: "\n") + "\n"
        if failed > 0 { return Self.text(500, body + "\(endpoint) check failed\n") }
        return query.contains { $0.name == "verbose" }
            ? Self.text(200, body + "\(endpoint) check passed\n") : Self.text(200, "ok")
    }

    private static func split(_ path: String) -> (endpoint: Substring, name: String?) {
        let trimmed = path.dropFirst()
        guard let slash = trimmed.firstIndex(of: "/") else { return (trimmed, nil) }
        return (trimmed[..<slash], String(trimmed[trimmed.index(after: slash)...]))
    }

    private static func text(_ status: Int, _ body: String) -> APIResponse {
        let headers = [("Cache-Control", "no-cache, private"), ("X-Content-Type-Options", "nosniff")]
        return .whole(
            ResponseHead(status: status, contentType: "text/plain; charset=utf-8", headers: headers), [Array(body.utf8)]
        )
    }
}
