// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Crypto
import Synchronization
import Testing
import Wire

@testable import APIServer

/// Objects by `resource/namespace/name`, as a lookup.
final class LiveObjects: ServiceAccountLookup {
    private let objects: Mutex<[String: LiveObject]>

    init(_ objects: [String: LiveObject]) { self.objects = Mutex(objects) }

    func set(_ key: String, _ object: LiveObject?) { objects.withLock { $0[key] = object } }
    private func find(_ key: String) -> LiveObject? { objects.withLock { $0[key] } }
    func serviceAccount(namespace: String, name: String) -> LiveObject? { find("sa/\(namespace)/\(name)") }
    func pod(namespace: String, name: String) -> LiveObject? { find("pod/\(namespace)/\(name)") }
    func secret(namespace: String, name: String) -> LiveObject? { find("secret/\(namespace)/\(name)") }
    func node(name: String) -> LiveObject? { find("node/\(name)") }
}

struct TokenTests {
    final class Clock: Sendable {
        let seconds = Mutex<Int64>(1_000_000)
        var now: @Sendable () -> Int64 { { self.seconds.withLock { $0 } } }
    }

    let clock = Clock()
    let key = ServiceAccountKey(P256.Signing.PrivateKey())
    let live = LiveObjects([
        "sa/ns/bot": LiveObject(uid: "u1"), "pod/ns/web": LiveObject(uid: "p1"), "node/n1": LiveObject(uid: "n1"),
    ])
    var issuer: ServiceAccountTokenIssuer { ServiceAccountTokenIssuer(key: key, now: clock.now) }

    private func token(audiences: [String] = [], pod: Bool = false) throws -> String {
        try issuer.issue(
            namespace: "ns", serviceAccount: .init(name: "bot", uid: "u1"), audiences: audiences, lifetime: 3600,
            pod: pod ? .init(name: "web", uid: "p1") : nil, node: pod ? .init(name: "n1", uid: "n1") : nil, id: "id-1"
        ).token
    }

    @Test("a token tells who its bearer is")
    func round() throws {
        let verifier = ServiceAccountTokenVerifier(issuer: issuer, lookup: live, now: clock.now)
        let user = try #require(try verifier.verify(try token(pod: true))).claims.user
        #expect(user.name == "system:serviceaccount:ns:bot")
        #expect(user.uid == "u1")
        #expect(user.groups == ["system:serviceaccounts", "system:serviceaccounts:ns"])
        #expect(user.extra["authentication.kubernetes.io/pod-name"] == ["web"])
        #expect(user.extra["authentication.kubernetes.io/node-uid"] == ["n1"])
        #expect(user.extra["authentication.kubernetes.io/credential-id"] == ["JTI=id-1"])
    }

    /// Longer than an accepted token is not looked at again.
    private func wait() { clock.seconds.withLock { $0 += 10 } }

    @Test("a token that was good is good for ten seconds, for the same audiences")
    func trust() throws {
        let verifier = ServiceAccountTokenVerifier(issuer: issuer, lookup: live, now: clock.now)
        let token = try token(audiences: ["a", "b"], pod: true)
        #expect(try verifier.verify(token, audiences: ["a"]) != nil)
        live.set("pod/ns/web", nil)
        clock.seconds.withLock { $0 += 9 }
        #expect(try verifier.verify(token, audiences: ["a"]) != nil)
        #expect(throws: ServiceAccountTokenVerifier.Refusal.self) { try verifier.verify(token, audiences: ["b"]) }
        clock.seconds.withLock { $0 += 1 }
        #expect(throws: ServiceAccountTokenVerifier.Refusal.self) { try verifier.verify(token, audiences: ["a"]) }
    }

    @Test("a token dies with time, with its account and with its pod, also once it was accepted")
    func dies() throws {
        let verifier = ServiceAccountTokenVerifier(issuer: issuer, lookup: live, now: clock.now)
        let token = try token(pod: true)
        #expect(try verifier.verify(token) != nil)
        wait()
        live.set("pod/ns/web", LiveObject(uid: "p2"))
        #expect(throws: ServiceAccountTokenVerifier.Refusal.self) { try verifier.verify(token) }
        live.set("pod/ns/web", LiveObject(uid: "p1", deletedAt: 1_000_010))
        #expect(try verifier.verify(token) != nil)
        clock.seconds.withLock { $0 += 61 }
        #expect(throws: ServiceAccountTokenVerifier.Refusal(message: "service account token has been invalidated")) {
            try verifier.verify(token)
        }
        live.set("pod/ns/web", LiveObject(uid: "p1"))
        live.set("sa/ns/bot", nil)
        #expect(throws: ServiceAccountTokenVerifier.Refusal.self) { try verifier.verify(token) }
        live.set("sa/ns/bot", LiveObject(uid: "u1"))
        #expect(try verifier.verify(token) != nil)
        clock.seconds.withLock { $0 += 3600 }
        #expect(throws: ServiceAccountTokenVerifier.Refusal(message: "service account token has expired")) {
            try verifier.verify(token)
        }
    }

    @Test("tokens of other keys, other issuers and without a signature are refused")
    func strangers() throws {
        let verifier = ServiceAccountTokenVerifier(issuer: issuer, lookup: live, now: clock.now)
        let token = try token()
        let other = ServiceAccountTokenVerifier(
            issuer: ServiceAccountTokenIssuer(key: ServiceAccountKey(P256.Signing.PrivateKey()), now: clock.now),
            lookup: live,
            now: clock.now)
        #expect(throws: ServiceAccountTokenVerifier.Refusal.self) { try other.verify(token) }
        let parts = token.split(separator: ".").map(String.init)
        let none = Base64URL.encode(Array(#"{"alg":"none"}"#.utf8))
        for changed in [
            "\(none).\(parts[1]).", "\(parts[0]).\(parts[1]).AAAA", parts.dropLast().joined(separator: ".") + ".",
        ] {
            #expect(throws: ServiceAccountTokenVerifier.Refusal.self, "\(changed)") { try verifier.verify(changed) }
        }
        for text in ["", "abc", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] { #expect(try verifier.verify(text) == nil) }
    }

    @Test("what a TokenReview says")
    func review() throws {
        let file = try StaticTokenFile(Array("tok-admin,admin,1,\"system:masters\"\n".utf8))
        let authority = try CertificateAuthority.make(commonName: "x", now: 1_000_000)
        let authenticator = RequestAuthenticator(
            certificates: try ClientCertificateVerifier(authorities: authority.certificate), tokenFile: file,
            serviceAccounts: ServiceAccountTokenVerifier(issuer: issuer, lookup: live, now: clock.now),
            audiences: issuer.audiences)
        let own = "https://kubernetes.default.svc"
        let admin = authenticator.review(token: "tok-admin", audiences: [])
        #expect(admin.user?.groups == ["system:masters", "system:authenticated"])
        #expect(admin.audiences == [own])
        #expect(authenticator.review(token: "garbage", audiences: []).error == "invalid bearer token")
        let other = try token(audiences: ["other"])
        #expect(authenticator.review(token: other, audiences: ["other", "more"]).audiences == ["other"])
        #expect(
            authenticator.review(token: other, audiences: []).error
                == #"[invalid bearer token, token audiences ["other"] is invalid for the target audiences ["\#(own)"]]"#
        )
    }

    @Test(
        "the token of an Authorization field",
        arguments: [
            ("Bearer abc", "abc"), ("bearer abc", "abc"), ("Bearer abc extra", "abc"), ("Bearer", nil),
            ("Bearer  abc", nil),
            ("Basic YTpi", nil), ("abc", nil), ("", nil), ("  Bearer abc", "abc"),
        ] as [(String, String?)])
    func field(_ text: String, _ expected: String?) { #expect(RequestAuthenticator.bearerToken(text) == expected) }

    @Test("discovery documents name the issuer and the key")
    func discovery() throws {
        let keys = try JSONValue.parse(issuer.keySet)
        #expect(keys["keys"]?[0]?["kid"]?.stringValue == key.id)
        let x = try #require(Base64URL.decode(keys["keys"]?[0]?["x"]?.stringValue ?? "-"))
        #expect(x == Array(key.privateKey.publicKey.rawRepresentation.prefix(32)))
        let document = try JSONValue.parse(issuer.discovery(keysURL: "https://h/openid/v1/jwks"))
        #expect(document["issuer"]?.stringValue == issuer.issuer)
        #expect(document["jwks_uri"]?.stringValue == "https://h/openid/v1/jwks")
    }
}

struct StaticTokenFileTests {
    @Test("users are read as Kubernetes reads them")
    func read() throws {
        let text = "t1,u1,1\r\nt2,u2,2,\"g1,g2\"\n\n,nobody,3\nt3,\"u \"\"x\"\"\",3,g3\nt1,u9,9"
        let file = try StaticTokenFile(Array(text.utf8))
        #expect(file.user(token: "t1") == RequestUser(name: "u9", uid: "9"))
        #expect(file.user(token: "t2") == RequestUser(name: "u2", uid: "2", groups: ["g1", "g2"]))
        #expect(file.user(token: "t3") == RequestUser(name: "u \"x\"", uid: "3", groups: ["g3"]))
        #expect(file.user(token: "") == nil)
    }

    @Test("bad lines are named", arguments: [("a,b,c\nt,u", "line 2"), ("t,\"u,1", "quote")])
    func faults(_ text: String, _ part: String) {
        let fault = #expect(throws: StaticTokenFile.Fault.self) { try StaticTokenFile(Array(text.utf8)) }
        #expect(fault?.message.contains(part) == true)
    }
}

struct Base64URLTests {
    @Test("bytes come back", arguments: [[], [0], [255, 254], [1, 2, 3], Array(0...255)] as [[UInt8]])
    func round(_ bytes: [UInt8]) { #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes) }

    @Test("what is not base64url is refused", arguments: ["a", "ab=", "a+b", "a/b", "ä"])
    func refuses(_ text: String) { #expect(Base64URL.decode(text) == nil) }
}
