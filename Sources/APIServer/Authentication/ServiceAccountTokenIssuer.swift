// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Crypto
import FoundationEssentials
import Wire

/// Makes ServiceAccount tokens, and the documents by which others can check them.
///
/// - SeeAlso: KEP-1205 (bound service account tokens), KEP-1393 (OIDC discovery).
package struct ServiceAccountTokenIssuer: Sendable {
    /// The `iss` claim (`--service-account-issuer`).
    package let issuer: String
    /// What tokens are for when a request names no audience, and what the API server accepts (`--api-audiences`).
    package let audiences: [String]
    /// Keys by which tokens are accepted: the signing key and older ones.
    package let publicKeys: [String: P256.Signing.PublicKey]
    private let key: ServiceAccountKey
    /// Seconds since 1970.
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - audiences: empty means the issuer alone.
    ///   - olderKeys: keys that sign no more but whose tokens are still accepted.
    package init(
        issuer: String = "https://kubernetes.default.svc", audiences: [String] = [], key: ServiceAccountKey,
        olderKeys: [P256.Signing.PublicKey] = [],
        now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
    ) {
        self.issuer = issuer
        self.audiences = audiences.isEmpty ? [issuer] : audiences
        self.key = key
        self.now = now
        var keys = [key.id: key.privateKey.publicKey]
        for older in olderKeys { keys[ServiceAccountKey.id(of: older)] = older }
        publicKeys = keys
    }

    /// Signs a token.
    ///
    /// - Parameters:
    ///   - audiences: empty means the default ones.
    ///   - lifetime: seconds; validated by the caller (at least 600).
    ///   - node: of the pod, where it is bound to one.
    /// - Returns: the token and when it expires, seconds since 1970.
    /// - Throws: ``PKIError`` with `signing`.
    package func issue(
        namespace: String, serviceAccount: ServiceAccountClaims.Reference, audiences: [String] = [], lifetime: Int64,
        pod: ServiceAccountClaims.Reference? = nil, node: ServiceAccountClaims.Reference? = nil,
        secret: ServiceAccountClaims.Reference? = nil, id: String = UUID().uuidString.lowercased()
    ) throws(PKIError) -> (token: String, expiry: Int64) {
        let time = now()
        var claims = ServiceAccountClaims()
        claims.issuer = issuer
        claims.subject = ServiceAccountClaims.userName(namespace: namespace, name: serviceAccount.name)
        claims.audiences = audiences.isEmpty ? self.audiences : audiences
        claims.expiry = time + min(max(lifetime, 0), 1 << 32)
        claims.notBefore = time
        claims.issuedAt = time
        claims.id = id
        claims.namespace = namespace
        claims.serviceAccount = serviceAccount
        claims.pod = pod
        claims.node = node
        claims.secret = secret
        do {
            return (try JSONWebToken.sign(claims.json, with: key), claims.expiry)
        } catch {
            throw PKIError(.signing, "cannot sign a token for \(claims.subject): \(error)", cause: error)
        }
    }

    /// `/.well-known/openid-configuration`.
    ///
    /// - Parameter keysURL: where the key set is served, for example `https://192.0.2.1:6443/openid/v1/jwks`.
    package func discovery(keysURL: String) -> [UInt8] {
        let members: [(String, JSONValue)] = [
            ("issuer", .string(issuer)), ("jwks_uri", .string(keysURL)),
            ("response_types_supported", .array([.string("id_token")])),
            ("subject_types_supported", .array([.string("public")])),
            ("id_token_signing_alg_values_supported", .array([.string("ES256")])),
        ]
        return JSONValue.object(JSONObject(members)).bytes(.init(escapeHTML: false))
    }

    /// `/openid/v1/jwks`: the public keys (RFC 7517).
    package var keySet: [UInt8] {
        let keys = publicKeys.sorted { $0.key < $1.key }.map { id, key in
            let point = Array(key.rawRepresentation)
            return JSONValue.object(
                JSONObject([
                    ("use", .string("sig")), ("kty", .string("EC")), ("kid", .string(id)), ("crv", .string("P-256")),
                    ("alg", .string("ES256")), ("x", .string(Base64URL.encode(Array(point.prefix(32))))),
                    ("y", .string(Base64URL.encode(Array(point.dropFirst(32))))),
                ]))
        }
        return JSONValue.object(JSONObject([("keys", .array(keys))])).bytes()
    }
}
