// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI
package import NIOCore

/// Finds what the proxy must know, in the server's own cache.
package protocol ProxyTargetSource: Sendable {
    func pod(namespace: String, name: String) -> Pod?
    func node(name: String) -> Node?
    func service(namespace: String, name: String) -> Service?
    func endpointSlices(namespace: String, service: String) -> [EndpointSlice]
}

/// Answers the subresources that lead to kubelets, pods and services.
package struct ProxyService: Sendable {
    private let targets: any ProxyTargetSource
    private let connector: BackendConnector

    package init(targets: any ProxyTargetSource, connector: BackendConnector) {
        self.targets = targets
        self.connector = connector
    }

    /// Whether a request is for this service.
    package static func serves(_ info: RequestInfo) -> Bool {
        guard info.isResourceRequest, info.apiGroup.isEmpty, info.apiVersion == "v1", !info.name.isEmpty else {
            return false
        }
        switch (info.resource, info.subresource) {
        case ("pods", "log"): return info.verb == "get"
        case ("pods", "exec"), ("pods", "attach"), ("pods", "portforward"):
            return info.verb == "get" || info.verb == "create"
        case ("pods", "proxy"), ("services", "proxy"), ("nodes", "proxy"): return true
        default: return false
        }
    }

    /// Answers a request.
    ///
    /// - Parameters:
    ///   - eventLoop: that of the client's connection.
    ///   - canUpgrade: whether the client's connection can be switched.
    package func respond(to request: APIRequest, on eventLoop: any EventLoop, canUpgrade: Bool) async -> EdgeResponse {
        do throws(FailureStatus) {
            let upgrades = Self.wantsUpgrade(request)
            if upgrades && !canUpgrade { throw FailureStatus.badRequest("Upgrade request required") }
            guard let backend = try plan(request, upgrades: upgrades) else {
                // the log of a pod that no node has yet
                return .answer(.whole(ResponseHead(status: 204, contentType: ""), []))
            }
            if request.info.subresource == "proxy", let redirect = Self.redirect(request) { return .answer(redirect) }
            let response = try await connector.send(backend, on: eventLoop)
            return Self.answer(response, upgrades: upgrades)
        } catch {
            return .answer(error.response)
        }
    }

    static func wantsUpgrade(_ request: APIRequest) -> Bool {
        request.headers.contains { name, value in
            name == "connection"
                && value.split(separator: ",").contains { $0.filter { $0 != " " }.lowercased() == "upgrade" }
        }
    }

    private func plan(_ request: APIRequest, upgrades: Bool) throws(FailureStatus) -> BackendRequest? {
        let info = request.info
        if info.subresource == "proxy" { return try planProxy(request, upgrades: upgrades) }
        if info.subresource == "log" { _ = try PodLogOptions(request) }
        guard let pod = targets.pod(namespace: info.namespace, name: info.name) else {
            throw Self.notFound("pods", info.name)
        }
        let node = pod.spec.nodeName.isEmpty ? nil : targets.node(name: pod.spec.nodeName)
        switch try KubeletRoute.plan(request, pod: pod, node: node, upgrades: upgrades) {
        case .forward(let backend):
            if info.subresource != "log" && !upgrades { throw .badRequest("Upgrade request required") }
            return backend
        case .empty: return nil
        }
    }

    private func planProxy(_ request: APIRequest, upgrades: Bool) throws(FailureStatus) -> BackendRequest {
        let info = request.info
        guard let target = ProxyRoute.Target(info.name) else {
            throw .badRequest("invalid \(info.resource.dropLast()) request \(FailureStatus.quote(info.name))")
        }
        var security = target.scheme == "https" ? BackendRequest.Security.unverified : .plain
        let address: (host: String, port: Int)
        switch info.resource {
        case "nodes":
            guard let node = targets.node(name: target.name) else { throw Self.notFound("nodes", target.name) }
            address = try KubeletRoute.address(of: node)
            let isKubelet = target.port.isEmpty || target.port == String(address.port)
            guard isKubelet else { throw .badRequest("only the kubelet's port of a node can be reached") }
            security = .kubelet
        case "pods":
            guard let pod = targets.pod(namespace: info.namespace, name: target.name) else {
                throw Self.notFound("pods", target.name)
            }
            address = try ProxyRoute.pod(pod, target)
        default:
            guard let service = targets.service(namespace: info.namespace, name: target.name) else {
                throw Self.notFound("services", target.name)
            }
            let slices = targets.endpointSlices(namespace: info.namespace, service: target.name)
            address = try ProxyRoute.service(service, slices: slices, target, choice: Int.random(in: 0..<1 << 30))
        }
        let path = BackendRequest.encode(ProxyRoute.rest(of: request), keeping: "/:@!$&'()*+,;=")
        return BackendRequest(
            security: security, host: address.host, port: address.port, method: request.method,
            target: (path.isEmpty ? "/" : path) + BackendRequest.queryText(request.query),
            headers: BackendRequest.forwardedHeaders(of: request, upgrades: upgrades), body: request.body)
    }

    /// A proxy path without anything behind it gets a slash, so that relative links work.
    private static func redirect(_ request: APIRequest) -> APIResponse? {
        guard ProxyRoute.rest(of: request).isEmpty, request.method == "GET" || request.method == "HEAD" else {
            return nil
        }
        let location =
            BackendRequest.encode(request.path, keeping: "/:@!$&'()*+,;=") + "/"
            + BackendRequest.queryText(request.query)
        return .whole(ResponseHead(status: 301, contentType: "", headers: [("Location", location)]), [])
    }

    private static func notFound(_ resource: String, _ name: String) -> FailureStatus {
        FailureStatus(
            code: 404, reason: "NotFound", message: "\(resource) \(FailureStatus.quote(name)) not found",
            details: .init(name: name, kind: resource))
    }

    private static func answer(_ response: BackendResponse, upgrades: Bool) -> EdgeResponse {
        let connection = response.connection
        if response.status == 101, upgrades {
            return .upgrade(
                EdgeUpgrade(
                    headers: response.headers, takeOver: { try connection.join($0) }, cancel: { connection.close() }))
        }
        let dropped: Set<String> = [
            "connection", "keep-alive", "transfer-encoding", "upgrade", "trailer", "date", "content-length",
            "content-type",
        ]
        let type = response.headers.first { $0.name.lowercased() == "content-type" }?.value ?? ""
        let head = ResponseHead(
            status: response.status, contentType: type,
            headers: response.headers.filter { !dropped.contains($0.name.lowercased()) })
        return .answer(
            .stream(head) { writer in
                defer { connection.close() }
                while let bytes = try await connection.next() { try await writer.write(bytes) }
            })
    }
}
