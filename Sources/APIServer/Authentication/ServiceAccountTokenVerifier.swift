// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Crypto
import FoundationEssentials
import Synchronization

/// What the verifier must know of a live object.
package struct LiveObject: Sendable, Equatable {
    package var uid: String
    /// When it was marked for deletion, seconds since 1970.
    package var deletedAt: Int64?

    package init(uid: String, deletedAt: Int64? = nil) {
        self.uid = uid
        self.deletedAt = deletedAt
    }
}

/// Finds the objects that tokens are bound to, in the server's own cache. Called on every request with a token: must be quick.
package protocol ServiceAccountLookup: Sendable {
    func serviceAccount(namespace: String, name: String) -> LiveObject?
    func pod(namespace: String, name: String) -> LiveObject?
    func secret(namespace: String, name: String) -> LiveObject?
    func node(name: String) -> LiveObject?
}

/// Checks ServiceAccount tokens: signature, times, audience, and that the account and the bound objects still live.
///
/// Signatures are checked once per token. A token that was good is good for ten seconds, as in kube-apiserver; then everything that can
/// change is looked at again.
package final class ServiceAccountTokenVerifier: Sendable {
    /// Why a token was refused; what follows `invalid bearer token` in a TokenReview.
    package struct Refusal: Error, Sendable, Equatable {
        package var message: String
    }

    /// How long an account or bound object marked for deletion still counts (seconds).
    private static let grace: Int64 = 60
    private static let maximumCached = 4096
    /// How long an accepted token is not looked at again (seconds); `TokenSuccessCacheTTL` of kube-apiserver.
    private static let trust: Int64 = 10
    /// For so many different lists of audiences each.
    private static let maximumAudiences = 8

    /// A token whose signature is right.
    private struct Known {
        var claims: ServiceAccountClaims
        /// Until when it counts without another look, by the audiences that it was checked for.
        var goodUntil: [[String]: Int64] = [:]
    }

    private let issuer: ServiceAccountTokenIssuer
    private let lookup: any ServiceAccountLookup
    private let now: @Sendable () -> Int64
    private let verified = Mutex<[String: Known]>([:])

    package init(
        issuer: ServiceAccountTokenIssuer, lookup: any ServiceAccountLookup,
        now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
    ) {
        self.issuer = issuer
        self.lookup = lookup
        self.now = now
    }

    /// Checks a token.
    ///
    /// - Parameter audiences: for whom it must be; nil means the API server.
    /// - Returns: the claims and the audiences that fit; nil where this is no token of this issuer.
    package func verify(
        _ token: String, audiences: [String]? = nil
    ) throws(Refusal) -> (claims: ServiceAccountClaims, audiences: [String])? {
        guard let known = try known(token) else { return nil }
        let claims = known.claims
        let time = now()
        guard time <= claims.expiry else {
            forget(token)
            throw Refusal(message: "service account token has expired")
        }
        guard time >= claims.notBefore - Self.grace else {
            throw Refusal(message: "service account token is not valid yet")
        }
        let targets = audiences ?? issuer.audiences
        let fitting = targets.filter(claims.audiences.contains)
        guard !fitting.isEmpty else {
            throw Refusal(
                message:
                    "token audiences \(Self.list(claims.audiences)) is invalid for the target audiences \(Self.list(targets))"
            )
        }
        if let until = known.goodUntil[targets], time < until { return (claims, fitting) }
        try checkLiving(claims, time)
        verified.withLock { cache in
            if known.goodUntil.count >= Self.maximumAudiences { cache[token]?.goodUntil = [:] }
            cache[token]?.goodUntil[targets] = time + Self.trust
        }
        return (claims, fitting)
    }

    private func known(_ token: String) throws(Refusal) -> Known? {
        if let known = verified.withLock({ $0[token] }) { return known }
        guard JSONWebToken.claimedIssuer(token) == issuer.issuer else { return nil }
        guard let payload = JSONWebToken.verify(token, keys: issuer.publicKeys) else {
            throw Refusal(message: "failed to verify the signature of the service account token")
        }
        guard let claims = ServiceAccountClaims(json: payload),
            claims.subject
                == ServiceAccountClaims.userName(namespace: claims.namespace, name: claims.serviceAccount.name)
        else { throw Refusal(message: "service account token claims could not be read") }
        let known = Known(claims: claims)
        verified.withLock { cache in
            if cache.count >= Self.maximumCached { cache.removeAll(keepingCapacity: true) }
            cache[token] = known
        }
        return known
    }

    private func forget(_ token: String) { verified.withLock { $0[token] = nil } }

    private func checkLiving(_ claims: ServiceAccountClaims, _ time: Int64) throws(Refusal) {
        let account = claims.serviceAccount
        try check(
            lookup.serviceAccount(namespace: claims.namespace, name: account.name), account, "serviceaccounts", time)
        if let secret = claims.secret {
            try check(lookup.secret(namespace: claims.namespace, name: secret.name), secret, "secrets", time)
        }
        if let pod = claims.pod {
            try check(lookup.pod(namespace: claims.namespace, name: pod.name), pod, "pods", time)
        }
        if let node = claims.node, claims.pod == nil {
            try check(lookup.node(name: node.name), node, "nodes", time)
        }
    }

    private func check(
        _ object: LiveObject?, _ reference: ServiceAccountClaims.Reference, _ resource: String, _ time: Int64
    ) throws(Refusal) {
        guard let object else { throw Refusal(message: "\(resource) \"\(reference.name)\" not found") }
        if let deletedAt = object.deletedAt, time > deletedAt + Self.grace {
            throw Refusal(message: "service account token has been invalidated")
        }
        guard object.uid == reference.uid else {
            throw Refusal(
                message:
                    "the UID in the bound object reference (\(reference.uid)) does not match the UID in record. The object might have been deleted and then recreated"
            )
        }
    }

    private static func list(_ audiences: [String]) -> String {
        "[" + audiences.map { FailureStatus.quote($0) }.joined(separator: " ") + "]"
    }
}
