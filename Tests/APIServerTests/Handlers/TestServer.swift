// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import Crypto
import KubernetesAPI
import Logging
import Primitives
import Store
import Synchronization
import Testing
import Wire

@testable import APIServer

/// The registry and its handlers over a store in memory, called directly.
struct TestServer {
    let store: any Store
    let caches: ResourceCaches
    let registry: Registry
    let handler: ResourceHandler

    /// - Parameter authorizer: what policies ask.
    init(
        store: any Store = MemoryStore(historyWindow: nil), authorizer: any Authorizer = AuthorizerChain([])
    ) throws {
        self.store = store
        caches = ResourceCaches(store: store)
        let services = RegistryServices(
            store: store, now: { Time().with { $0.seconds = 1_700_000_000 } }, logger: Logger(label: "test"))
        let range = try #require(CIDR("10.96.0.0/16"))
        let allocator = ServiceAllocator(range: range, nodePorts: 30000...32767, services: services)
        registry = Registry.make(
            services: services, caches: caches, allocator: allocator,
            plugins: StandardAdmission.plugins(caches: caches, names: NameGenerator(), escalation: nil))
        handler = ResourceHandler(
            registry: registry, policies: try AdmissionPolicies(registry: registry, authorizer: authorizer),
            actions: [
                "/pods/binding": AdmittedAction(PodBinding()), "/pods/eviction": AdmittedAction(PodEviction()),
                "apps/deployments/scale": ScaleAction<Deployment>(), "/componentstatuses": ComponentStatuses(),
                "/serviceaccounts/token": ServiceAccountToken(
                    issuer: ServiceAccountTokenIssuer(key: ServiceAccountKey(P256.Signing.PrivateKey()))),
            ], documents: [DiscoverySource(serverAddress: "127.0.0.1:6443")])
    }

    /// A server with the namespace `default` and its service account.
    static func ready(
        store: any Store = MemoryStore(historyWindow: nil), authorizer: any Authorizer = AuthorizerChain([])
    ) async throws -> TestServer {
        let server = try TestServer(store: store, authorizer: authorizer)
        try await server.registry.ensure(Namespace { $0.metadata.name = "default" })
        try await server.registry.ensure(
            ServiceAccount {
                $0.metadata.name = "default"
                $0.metadata.namespace = "default"
            })
        return server
    }

    struct Answer {
        var status: Int
        var contentType: String
        var headers: [(name: String, value: String)]
        var body: [UInt8]

        var json: JSONValue { (try? JSONValue.parse(body)) ?? .null }
        var text: String { String(decoding: body, as: UTF8.self) }
        var message: String { json["message"]?.stringValue ?? "" }
    }

    func request(
        _ method: String, _ target: String, _ body: String = "", contentType: String = "application/json",
        accept: String = "application/json"
    ) throws -> APIRequest {
        let target = try #require(RequestTarget(target))
        let info = RequestInfo(method: method, path: target.path, query: target.query)
        var headers = [(name: "accept", value: accept)]
        if !body.isEmpty { headers.append(("content-type", contentType)) }
        return APIRequest(
            method: method, path: target.path, query: target.query, headers: headers, body: Array(body.utf8),
            user: RequestUser(name: "admin", groups: ["system:masters"]), info: info, remoteAddress: "")
    }

    /// Sends a request and reads the whole answer.
    @discardableResult
    func send(
        _ method: String, _ target: String, _ body: String = "", contentType: String = "application/json",
        accept: String = "application/json"
    ) async throws -> Answer {
        let request = try request(method, target, body, contentType: contentType, accept: accept)
        switch await handler.respond(to: request) {
        case .whole(let head, let chunks):
            return Answer(
                status: head.status, contentType: head.contentType, headers: head.headers, body: chunks.flatMap { $0 })
        case .stream(let head, let produce):
            let writer = CollectingWriter()
            try await produce(writer)
            return Answer(status: head.status, contentType: head.contentType, headers: head.headers, body: writer.bytes)
        }
    }
}

/// Gathers a streamed body.
final class CollectingWriter: ResponseBodyWriter {
    private let state = Mutex<[UInt8]>([])
    var bytes: [UInt8] { state.withLock { $0 } }
    func write(_ bytes: [UInt8]) async throws { state.withLock { $0 += bytes } }
}
