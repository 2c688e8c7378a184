// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// A resource or subresource that is not stored objects: bindings, evictions, tokens, scales, reviews.
package protocol ResourceAction: Sendable {
    /// - Throws: `APIStatusError` for what the request does wrong.
    func respond(to request: APIRequest, _ handler: ResourceHandler) async throws -> APIResponse

    /// Whether it can make Tables and bare metadata of its objects.
    var offersTransforms: Bool { get }
}

extension ResourceAction {
    package var offersTransforms: Bool { false }
}

/// Answers requests for paths that are not resources: discovery, OpenAPI, version.
package protocol DocumentSource: Sendable {
    /// nil where the path is not one of its documents.
    func respond(to request: APIRequest) async -> APIResponse?
}

/// Answers requests that were authenticated and authorized.
package final class ResourceHandler: RequestHandler {
    package let registry: Registry
    private let actions: [String: any ResourceAction]
    private let documents: [any DocumentSource]
    private let knownGroups: Set<String>
    /// nil where no admission policies are enforced.
    let policies: AdmissionPolicies?
    let clock: any Clock<Duration>

    /// - Parameters:
    ///   - policies: what writes are held to beside the plugins of the registry.
    ///   - actions: by `group/resource` or `group/resource/subresource`.
    ///   - documents: asked in order.
    ///   - clock: ends watches.
    package init(
        registry: Registry, policies: AdmissionPolicies? = nil, actions: [String: any ResourceAction],
        documents: [any DocumentSource], clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.registry = registry
        self.actions = actions
        self.documents = documents
        self.policies = policies
        self.clock = clock
        knownGroups = Set(ResourceInfo.all.map(\.group))
    }

    package func respond(to request: APIRequest) async -> APIResponse {
        do {
            let answer = try await route(request)
            guard let warning = Self.deprecation(request.info) else { return answer }
            var head = answer.head
            head.headers += Responses.warnings([warning])
            return answer.with(head)
        } catch {
            return Responses.failure(error, request)
        }
    }

    /// What clients are told that use a resource which has a successor.
    private static func deprecation(_ info: RequestInfo) -> String? {
        guard info.apiGroup.isEmpty, info.apiVersion == "v1" else { return nil }
        switch info.resource {
        case "endpoints": return "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
        case "componentstatuses": return "v1 ComponentStatus is deprecated in v1.19+"
        default: return nil
        }
    }

    private func route(_ request: APIRequest) async throws -> APIResponse {
        let info = request.info
        guard info.isResourceRequest else {
            for source in documents {
                if let answer = await source.respond(to: request) { return answer }
            }
            return Responses.pageNotFound
        }
        guard request.method != "HEAD" else { throw APIStatusError.methodNotAllowed }
        try checkPrefix(info, request.method)
        let key = "\(info.apiGroup)/\(info.resource)" + (info.subresource.isEmpty ? "" : "/" + info.subresource)
        if let action = actions[key] {
            try RouteMedia.check(request)
            _ = try OutputFormat.negotiate(request, action.offersTransforms ? .transforms : .plain)
            return try await action.respond(to: request, self)
        }
        guard let endpoint = registry.endpoint(group: info.apiGroup, version: info.apiVersion, plural: info.resource)
        else {
            guard knownGroups.contains(info.apiGroup) else { return Responses.pageNotFound }
            throw APIStatusError.noSuchResource
        }
        guard info.parts.count <= 3 else { throw APIStatusError.noSuchResource }
        try checkScope(info, endpoint.info, request.method)
        let call = ResourceCall(request: request, endpoint: endpoint, handler: self)
        if info.parts.count < 2 { return try await collection(call) }
        guard !info.name.isEmpty else { throw APIStatusError.noSuchResource }
        if info.subresource.isEmpty { return try await object(call) }
        return try await subresource(call)
    }

    /// Under `/watch/` there are only lists and objects, to be read; nothing is left under `/proxy/`.
    private func checkPrefix(_ info: RequestInfo, _ method: String) throws(APIStatusError) {
        guard info.verb != "proxy", info.verb != "watch" || info.subresource.isEmpty else { throw .noSuchResource }
        let isKnown = registry.endpoint(group: info.apiGroup, version: info.apiVersion, plural: info.resource) != nil
        guard info.verb != "watch" || method == "GET" || !isKnown else { throw .methodNotAllowed }
    }

    /// A namespaced resource needs a namespace, except for lists; another must not have one.
    private func checkScope(_ info: RequestInfo, _ resource: ResourceInfo, _ method: String) throws(APIStatusError) {
        if resource.isNamespaced {
            guard info.namespace.isEmpty, !(info.parts.count < 2 && method == "GET") else { return }
            throw info.parts.count < 2 ? .methodNotAllowed : .noSuchResource
        }
        guard info.namespace.isEmpty || info.resource == "namespaces" else { throw .noSuchResource }
    }

    private func collection(_ call: ResourceCall) async throws -> APIResponse {
        switch call.request.method {
        case "GET": try await call.listOrWatch()
        case "POST": try await call.create()
        case "DELETE" where call.endpoint.info.verbs.contains("deletecollection"): try await call.deleteCollection()
        default: throw APIStatusError.methodNotAllowed
        }
    }

    private func object(_ call: ResourceCall) async throws -> APIResponse {
        switch call.request.method {
        case "GET": call.request.info.verb == "watch" ? try await call.listOrWatch() : try await call.get()
        case "PUT": try await call.update()
        case "PATCH": try await call.patch()
        case "DELETE": try await call.delete()
        default: throw APIStatusError.methodNotAllowed
        }
    }

    private func subresource(_ call: ResourceCall) async throws -> APIResponse {
        guard let facts = call.endpoint.info.subresources.first(where: { $0.name == call.request.info.subresource })
        else { throw APIStatusError.noSuchResource }
        // logs and streams are answered elsewhere, by the methods that they have
        guard call.endpoint.faces.contains(facts.name) else { throw APIStatusError.methodNotAllowed }
        switch call.request.method {
        case "GET" where facts.verbs.contains("get"): return try await call.get()
        case "PUT": return try await call.update()
        case "PATCH" where facts.verbs.contains("patch"): return try await call.patch()
        default: throw APIStatusError.methodNotAllowed
        }
    }
}
