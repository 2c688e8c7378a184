// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Finds out who sends a request: by client certificate, then by bearer token; without either it is the anonymous user.
///
/// - SeeAlso: Kubernetes' documentation "Authenticating".
package struct RequestAuthenticator: Sendable {
    private let certificates: ClientCertificateVerifier
    private let tokenFile: StaticTokenFile
    private let serviceAccounts: ServiceAccountTokenVerifier
    private let audiences: [String]
    private let allowsAnonymous: Bool

    /// - Parameters:
    ///   - audiences: of the API server (`--api-audiences`).
    ///   - allowsAnonymous: whether requests without credentials are let through to authorization (`--anonymous-auth`).
    package init(
        certificates: ClientCertificateVerifier, tokenFile: StaticTokenFile,
        serviceAccounts: ServiceAccountTokenVerifier,
        audiences: [String], allowsAnonymous: Bool = true
    ) {
        self.certificates = certificates
        self.tokenFile = tokenFile
        self.serviceAccounts = serviceAccounts
        self.audiences = audiences
        self.allowsAnonymous = allowsAnonymous
    }

    /// - Returns: the user with `system:authenticated` or `system:unauthenticated`; nil for wrong credentials (401).
    package func authenticate(_ request: EdgeRequest) async -> RequestUser? {
        let identity = await certificates.identity(of: request.peer)
        if case .user(let user) = identity { return Self.authenticated(user) }
        if let token = Self.bearerToken(request.header("authorization")) {
            return user(token: token).map(Self.authenticated)
        }
        if case .rejected = identity { return nil }
        return allowsAnonymous ? .anonymous : nil
    }

    /// The token of an `Authorization` field; nil where the field is another scheme's or has none.
    package static func bearerToken(_ field: String?) -> String? {
        guard let field else { return nil }
        let trimmed = field.drop { $0 == " " || $0 == "\t" }
        let words = trimmed.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count >= 2, words[0].lowercased() == "bearer", !words[1].isEmpty else { return nil }
        return String(words[1])
    }

    private func user(token: String) -> RequestUser? {
        if let user = tokenFile.user(token: token) { return user }
        do {
            return try serviceAccounts.verify(token)?.claims.user
        } catch {
            return nil
        }
    }

    private static func authenticated(_ user: RequestUser) -> RequestUser {
        guard !user.groups.contains("system:authenticated") else { return user }
        var user = user
        user.groups.append("system:authenticated")
        return user
    }

    /// What a TokenReview answers.
    package struct TokenReviewResult: Sendable, Equatable {
        /// nil: not authenticated.
        package var user: RequestUser?
        /// Those of the asked audiences that the token is for.
        package var audiences: [String] = []
        /// Why not.
        package var error = ""
    }

    /// Checks a token for somebody else.
    ///
    /// - Parameter audiences: empty means those of the API server.
    package func review(token: String, audiences asked: [String]) -> TokenReviewResult {
        let targets = asked.isEmpty ? audiences : asked
        if let user = tokenFile.user(token: token) {
            let fitting = targets.filter(audiences.contains)
            guard !fitting.isEmpty else { return TokenReviewResult(error: "invalid bearer token") }
            return TokenReviewResult(user: Self.authenticated(user), audiences: fitting)
        }
        do {
            guard let (claims, fitting) = try serviceAccounts.verify(token, audiences: targets) else {
                return TokenReviewResult(error: "invalid bearer token")
            }
            return TokenReviewResult(user: Self.authenticated(claims.user), audiences: fitting)
        } catch {
            return TokenReviewResult(error: "[invalid bearer token, \(error.message)]")
        }
    }
}
