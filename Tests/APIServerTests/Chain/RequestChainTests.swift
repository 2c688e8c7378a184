// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Crypto
import Foundation
import KubernetesAPI
import NIOCore
import NIOPosix
import Testing
import Wire

@testable import APIServer

/// Answers with what arrived.
private struct Echo: RequestHandler {
    func respond(to request: APIRequest) async -> APIResponse {
        let user = ([request.user.name] + request.user.groups).joined(separator: ",")
        let text = "\(request.info.verb) \(request.info.resource) \(user)"
        return .whole(ResponseHead(status: 200, contentType: "text/plain"), [Array(text.utf8)])
    }
}

private struct NoTargets: ProxyTargetSource, NodePodSource {
    func pod(namespace: String, name: String) -> Pod? { nil }
    func node(name: String) -> Node? { nil }
    func service(namespace: String, name: String) -> Service? { nil }
    func endpointSlices(namespace: String, service: String) -> [EndpointSlice] { [] }
    func pods(onNode name: String) -> [Pod] { [] }
    func volumeName(namespace: String, claim: String) -> String? { nil }
    func attachedNode(volumeAttachment name: String) -> String? { name == "va" ? "n1" : nil }
    func node(resourceSlice name: String) -> String? { name == "slice" ? "n1" : nil }
}

/// Answers when it is told to.
private struct Gated: RequestHandler {
    let arrived: AsyncStream<Void>.Continuation
    let gate: AsyncStream<Void>

    func respond(to request: APIRequest) async -> APIResponse {
        guard request.user.name == "jane" else { return await Echo().respond(to: request) }
        arrived.yield()
        for await _ in gate { break }
        return await Echo().respond(to: request)
    }
}

struct RequestChainTests {
    private func chain(
        _ pki: ClusterPKI, handler: any RequestHandler = Echo(), limits: InFlightLimits = InFlightLimits()
    ) throws -> RequestChain {
        let defaults = BootstrapRBAC()
        var roles = defaults.clusterRoles
        var bindings = defaults.clusterRoleBindings
        roles.append(
            ClusterRole {
                $0.metadata.name = "imp"
                $0.rules = [("users", "jane"), ("groups", "dev")].map {
                    RBACTests.rule(["impersonate"], [""], [$0.0], [$0.1])
                }
            })
        bindings.append(
            ClusterRoleBinding {
                ($0.metadata.name, $0.roleRef.kind, $0.roleRef.name) = ("imp", "ClusterRole", "imp")
                $0.subjects = [RBACTests.subject("User", "helper")]
            })
        let rbac = RBACAuthorizer(
            source: FixedRBAC(index: RBACIndex(clusterRoles: roles, clusterRoleBindings: bindings)))
        let issuer = ServiceAccountTokenIssuer(key: pki.serviceAccountKey)
        let tokens = "tok-admin,admin,1,system:masters\ntok-helper,helper,2\n"
        let authenticator = RequestAuthenticator(
            certificates: try ClientCertificateVerifier(authorities: pki.authority.certificatePEM),
            tokenFile: try StaticTokenFile(Array(tokens.utf8)),
            serviceAccounts: ServiceAccountTokenVerifier(issuer: issuer, lookup: LiveObjects([:])),
            audiences: issuer.audiences)
        let metrics = RequestMetrics()
        let health = HealthEndpoints(live: [.ping], ready: [.ping, HealthCheck("slow") { "not yet" }])
        return RequestChain(
            .init(
                authenticator: authenticator, authorizer: AuthorizerChain([rbac]),
                proxy: ProxyService(
                    targets: NoTargets(),
                    connector: try BackendConnector(client: try #require(pki.clients[.kubeletClient]), authority: nil)),
                endpoints: ServerEndpoints(
                    health: health, version: ServerVersion(), metrics: metrics, tokens: issuer, externalURL: "https://h"
                ),
                metrics: metrics, handler: handler, eventLoops: MultiThreadedEventLoopGroup.singleton, limits: limits))
    }

    private func ask(_ chain: RequestChain, _ line: String, _ headers: [(name: String, value: String)]) async -> (
        Int, String
    ) {
        let words = line.split(separator: " ").map(String.init)
        let peer = PeerConnection(remoteAddress: "192.0.2.1", eventLoop: MultiThreadedEventLoopGroup.singleton.next())
        let request = EdgeRequest(method: words[0], target: words[1], headers: headers, peer: peer)
        guard case .answer(.whole(let head, let chunks)) = await chain.respond(to: request) else { return (0, "") }
        return (head.status, String(decoding: Array(chunks.joined()), as: UTF8.self))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var line: String
        var headers: [String] = []
        var status: Int
        var part: String
        var testDescription: String { "\(line) \(headers)" }
    }

    @Test(
        "who may do what",
        arguments: [
            Case(line: "GET /healthz", status: 200, part: "ok"),
            Case(line: "POST /healthz", headers: ["authorization: Bearer tok-admin"], status: 200, part: "ok"),
            Case(
                line: "GET /readyz", status: 500,
                part: "[+]ping ok\n[-]slow failed: reason withheld\nreadyz check failed"),
            Case(line: "GET /livez?verbose", status: 200, part: "[+]ping ok\nlivez check passed"),
            Case(
                line: "GET /healthz", headers: ["authorization: Bearer nope"], status: 401,
                part: #""message":"Unauthorized","reason":"Unauthorized","code":401"#),
            Case(line: "GET /version", status: 200, part: #""gitVersion": "v1.36.2+martlet""#),
            Case(
                line: "POST /version", headers: ["authorization: Bearer tok-admin"], status: 405,
                part: "MethodNotAllowed"),
            Case(
                line: "GET /metrics", status: 403,
                part: #"forbidden: User \"system:anonymous\" cannot get path \"/metrics\""#),
            Case(
                line: "GET /metrics", headers: ["authorization: bearer tok-admin"], status: 200,
                part: "apiserver_request_total"),
            Case(
                line: "GET /openid/v1/jwks", headers: ["authorization: bearer tok-admin"], status: 200,
                part: #""crv":"P-256""#),
            Case(
                line: "GET /api/v1/pods", status: 403,
                part:
                    #"pods is forbidden: User \"system:anonymous\" cannot list resource \"pods\" in API group \"\" at the cluster scope"#
            ),
            Case(
                line: "GET /api/v1/pods", headers: ["authorization: Bearer tok-admin"], status: 200,
                part: "list pods admin,system:masters,system:authenticated"),
            Case(
                line: "POST /api/v1/pods", headers: ["authorization: Bearer tok-admin", "impersonate-user: eve"],
                status: 403, part: #"User \"eve\" cannot create resource"#),
            Case(
                line: "GET /api",
                headers: ["authorization: Bearer tok-helper", "impersonate-user: jane", "impersonate-group: dev"],
                status: 200, part: "get  jane,dev,system:authenticated"),
            Case(
                line: "GET /api",
                headers: ["authorization: Bearer tok-admin", "impersonate-user: system:serviceaccount:ns:bot"],
                status: 200,
                part:
                    "get  system:serviceaccount:ns:bot,system:serviceaccounts,system:serviceaccounts:ns,system:authenticated"
            ),
            Case(
                line: "GET /api", headers: ["authorization: Bearer tok-admin", "impersonate-user: system:node:n1"],
                status: 200, part: "get  system:node:n1,system:nodes,system:authenticated"),
            Case(
                line: "GET /api",
                headers: [
                    "authorization: Bearer tok-admin", "impersonate-user: system:node:n1", "impersonate-group: x",
                ], status: 200, part: "get  system:node:n1,x,system:authenticated"),
            Case(
                line: "GET /api",
                headers: [
                    "authorization: Bearer tok-admin", "impersonate-user: eve", "impersonate-group: system:masters",
                ], status: 200, part: "get  eve,system:masters,system:authenticated"),
            Case(
                line: "GET /api/v1/pods", headers: ["impersonate-user: system:node:n1"], status: 403,
                part: #"cannot impersonate-on:arbitrary-node:list resource \"pods\""#),
            Case(
                line: "GET /api/v1/pods", headers: ["impersonate-user: system:serviceaccount:ns:bot"], status: 403,
                part: #"cannot impersonate-on:serviceaccount:list resource \"pods\""#),
            Case(
                line: "GET /api/v1/pods",
                headers: ["impersonate-user: system:serviceaccount:ns:bot", "impersonate-group: x"], status: 403,
                part:
                    #"cannot impersonate resource \"serviceaccounts\" in API group \"\" in the namespace \"ns\""#),
            Case(
                line: "GET /api/v1/pods", headers: ["impersonate-user: system:serviceaccount:NS:bot"], status: 403,
                part: #"cannot impersonate-on:user-info:list resource \"pods\""#),
            Case(
                line: "GET /api/v1/pods", headers: ["impersonate-user: admin"], status: 403,
                part: #"cannot impersonate-on:user-info:list resource \"pods\""#),
            Case(
                line: "GET /api", headers: ["authorization: Bearer tok-admin", "impersonate-group: dev"], status: 400,
                part:
                    #"requested &user.DefaultInfo{Name:\"\", UID:\"\", Groups:[]string{\"dev\"}, Extra:map[string][]string(nil)} without impersonating a user name"#
            ),
            Case(
                line: "GET /api/v1/namespaces/ns/pods/x/log", headers: ["authorization: Bearer tok-admin"], status: 404,
                part: #"pods \"x\" not found"#),
            Case(line: "GET /a%2", status: 400, part: "BadRequest"),
        ])
    func decides(_ c: Case) async throws {
        try await EdgeHarness.withPKI { pki in
            let headers = c.headers.map { line in
                let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
                return (name: parts[0], value: String(parts[1].dropFirst()))
            }
            let (status, body) = await ask(try chain(pki), c.line, headers)
            #expect(status == c.status)
            #expect(body.contains(c.part), "\(body)")
        }
    }

    @Test("what is more than can be worked on is refused at once with 429 and Retry-After")
    func overload() async throws {
        try await EdgeHarness.withPKI { pki in
            let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
            let (gate, open) = AsyncStream.makeStream(of: Void.self)
            let chain = try chain(
                pki, handler: Gated(arrived: arrived, gate: gate),
                limits: InFlightLimits(.init(readOnly: 1, mutating: 1)))
            let jane = [
                (name: "authorization", value: "Bearer tok-admin"), ("impersonate-user", "jane"),
                ("impersonate-group", "dev"),
            ]
            async let first = ask(chain, "GET /api", jane)
            for await _ in arrivals { break }
            let peer = PeerConnection(
                remoteAddress: "192.0.2.1", eventLoop: MultiThreadedEventLoopGroup.singleton.next())
            let second = EdgeRequest(method: "GET", target: "/api", headers: jane, peer: peer)
            guard case .answer(.whole(let head, let body)) = await chain.respond(to: second) else {
                Issue.record("no answer")
                return
            }
            #expect(head.status == 429)
            #expect(head.headers.contains { $0 == ("Retry-After", "1") })
            #expect(
                String(decoding: Array(body.joined()), as: UTF8.self) == "Too many requests, please try again later.\n")
            #expect(await ask(chain, "GET /api", [("authorization", "Bearer tok-admin")]).0 == 200)
            open.yield()
            #expect(await first.0 == 200)
            open.yield()
            #expect(await ask(chain, "GET /api", jane).0 == 200)
        }
    }

    @Test("requests have a time limit, long-running ones have none; one that cannot be read is refused")
    func timeLimits() async throws {
        try await EdgeHarness.withPKI { pki in
            let chain = try chain(pki)
            let peer = PeerConnection(
                remoteAddress: "192.0.2.1", eventLoop: MultiThreadedEventLoopGroup.singleton.next())
            func limit(_ target: String) -> Duration? {
                chain.timeLimit(of: EdgeRequest(method: "GET", target: target, peer: peer))
            }
            #expect(limit("/api/v1/pods") == .seconds(60))
            #expect(limit("/api/v1/pods?timeout=3s") == .seconds(3))
            #expect(limit("/api/v1/pods?watch=1&timeout=3s") == nil)
            #expect(limit("/api/v1/namespaces/d/pods/p/log") == nil)
            let (status, body) = await ask(chain, "GET /api?timeout=3", [("authorization", "Bearer tok-admin")])
            #expect(status == 400)
            #expect(
                body.contains(#"invalid timeout specified in the request URL - time: missing unit in duration \"3\""#))
        }
    }

    @Test("refusals of who impersonated before name the plain verb")
    func impersonator() async throws {
        try await EdgeHarness.withPKI { pki in
            let chain = try chain(pki)
            func act(as user: String, group: String? = nil) async -> String {
                var headers = [(name: "authorization", value: "Bearer tok-helper"), ("impersonate-user", user)]
                if let group { headers.append(("impersonate-group", group)) }
                return await ask(chain, "GET /api", headers).1
            }
            #expect(await act(as: "jane").hasPrefix("get  jane"))
            let user = await act(as: "joe")
            #expect(
                user.contains(
                    #"users \"joe\" is forbidden: User \"helper\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope"#
                ))
            let group = await act(as: "jane", group: "ops")
            #expect(group.contains(#"groups \"ops\" is forbidden"#))
        }
    }

    @Test("a client certificate says who asks, a wrong one does not")
    func certificates() async throws {
        try await EdgeHarness.withPKI { pki in
            let chain = try chain(pki)
            try await EdgeHarness.run({ request in await chain.respond(to: request) }) { harness in
                // The listener has an authority of its own here: its clients are strangers to the chain.
                let stranger = try await harness.send("GET", "/api/v1/pods")
                #expect(stranger.status == 401)
            }
        }
    }
}
