// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import NIOCore
import Synchronization

/// What every request passes: authentication, impersonation, authorization; then the endpoints of the server itself, the
/// proxy, or the registry.
///
/// As an ``EdgeService`` it stands behind the listeners; as a ``RequestHandler`` it serves components of the same process,
/// which come with their user and are authorized like everybody else.
package final class RequestChain: EdgeService, RequestHandler {
    /// What the chain hands on to.
    package struct Parts: Sendable {
        package var authenticator: RequestAuthenticator
        package var authorizer: any Authorizer
        package var proxy: ProxyService
        package var endpoints: ServerEndpoints
        package var metrics: RequestMetrics
        /// The registry and discovery.
        package var handler: any RequestHandler
        /// For the proxied requests of this process.
        package var eventLoops: any EventLoopGroup
        /// How many requests from the network are worked on at the same time.
        package var limits: InFlightLimits
        /// How long a request from the network may take, unless it is long-running (`--request-timeout`).
        package var timeout: Duration

        package init(
            authenticator: RequestAuthenticator, authorizer: any Authorizer, proxy: ProxyService,
            endpoints: ServerEndpoints,
            metrics: RequestMetrics, handler: any RequestHandler, eventLoops: any EventLoopGroup,
            limits: InFlightLimits = InFlightLimits(),
            timeout: Duration = .seconds(60)
        ) {
            self.authenticator = authenticator
            self.authorizer = authorizer
            self.proxy = proxy
            self.endpoints = endpoints
            self.metrics = metrics
            self.handler = handler
            self.eventLoops = eventLoops
            self.limits = limits
            self.timeout = timeout
        }
    }

    private let parts: Parts
    /// What connections are held to, as other requests are by the handler; nil where no admission policies are enforced.
    private let policies: AdmissionPolicies?
    /// The mode that last let a user impersonate: it is tried first, and its refusal is told.
    private let impersonators = Mutex<[String: ImpersonationMode]>([:])

    package init(_ parts: Parts) {
        self.parts = parts
        policies = (parts.handler as? ResourceHandler)?.policies
    }

    /// From the network.
    package func respond(to edge: EdgeRequest) async -> EdgeResponse {
        guard let target = RequestTarget(edge.target) else {
            return .answer(FailureStatus.badRequest("the request target is not a valid path").response)
        }
        let info = RequestInfo(method: edge.method, path: target.path, query: target.query)
        let start = ContinuousClock.now
        parts.metrics.began(info)
        let response = await respond(to: edge, target, info)
        parts.metrics.ended(info, code: response.status, seconds: (ContinuousClock.now - start) / .seconds(1))
        return AnswerFields.complete(response, of: edge)
    }

    package func timeLimit(of edge: EdgeRequest) -> Duration? {
        guard let target = RequestTarget(edge.target) else { return parts.timeout }
        let info = RequestInfo(method: edge.method, path: target.path, query: target.query)
        guard !info.isLongRunning else { return nil }
        // a timeout that cannot be read has been refused
        do { return try RequestTimeLimit.of(target.query, maximum: parts.timeout) } catch { return parts.timeout }
    }

    private func respond(to edge: EdgeRequest, _ target: RequestTarget, _ info: RequestInfo) async -> EdgeResponse {
        do throws(FailureStatus) {
            if !info.isLongRunning { _ = try RequestTimeLimit.of(target.query, maximum: parts.timeout) }
        } catch {
            return .answer(error.response)
        }
        guard let user = await parts.authenticator.authenticate(edge) else {
            return .answer(FailureStatus.unauthorized.response)
        }
        var request = APIRequest(
            method: edge.method, path: target.path, query: target.query, headers: edge.headers, body: edge.body,
            user: user,
            info: info, remoteAddress: edge.peer.remoteAddress)
        do throws(FailureStatus) { try impersonate(&request) } catch { return .answer(error.response) }
        guard let place = parts.limits.enter(request) else {
            parts.metrics.dropped(info)
            return .answer(InFlightLimits.tooManyRequests)
        }
        defer { parts.limits.leave(place) }
        do throws(FailureStatus) { try authorize(request) } catch {
            return .answer(error.response)
        }
        if ProxyService.serves(info) {
            if info.subresource == "log", let refusal = Responses.refusal(ofFormat: request) { return .answer(refusal) }
            if let refusal = await refusal(ofConnection: request) { return .answer(refusal) }
            return await parts.proxy.respond(to: request, on: edge.peer.eventLoop, canUpgrade: edge.canUpgrade)
        }
        return .answer(AnswerCompression.apply(await dispatch(request), to: edge))
    }

    /// From this process; the user is taken as it is.
    package func respond(to request: APIRequest) async -> APIResponse {
        do throws(FailureStatus) {
            try authorize(request)
        } catch {
            return error.response
        }
        guard ProxyService.serves(request.info) else { return await dispatch(request) }
        if let refusal = await refusal(ofConnection: request) { return refusal }
        switch await parts.proxy.respond(to: request, on: parts.eventLoops.next(), canUpgrade: false) {
        case .answer(let response): return response
        case .upgrade(let upgrade):
            upgrade.cancel()
            return FailureStatus.badRequest("Upgrade request required").response
        }
    }

    /// Objects for a component of this process; nil where the handler has none to share.
    ///
    /// - Throws: ``FailureStatus`` where the user may not read them, else what the source throws.
    package func objects(for request: APIRequest) throws -> (any ObjectSource)? {
        try authorize(request)
        return parts.handler as? any ObjectSource
    }

    /// What admission policies answer to a request to be connected; nil where they let it pass. Logs are read, not connected to.
    private func refusal(ofConnection request: APIRequest) async -> APIResponse? {
        guard request.info.subresource != "log", let policies else { return nil }
        do {
            try await policies.admit(connection: request)
            return nil
        } catch {
            return Responses.failure(error, request)
        }
    }

    private func dispatch(_ request: APIRequest) async -> APIResponse {
        if !request.info.isResourceRequest, let response = await parts.endpoints.respond(to: request) {
            return response
        }
        return await parts.handler.respond(to: request)
    }

    private func impersonate(_ request: inout APIRequest) throws(FailureStatus) {
        guard request.headers.contains(where: { $0.name.hasPrefix("impersonate-") }),
            let impersonation = try Impersonation(headers: request.headers)
        else { return }
        let real = request.user
        let last = impersonators.withLock { $0[real.name] }
        let (user, mode) = try impersonation.user(
            for: AuthorizationAttributes(request), last: last, authorizer: parts.authorizer)
        if mode != last {
            impersonators.withLock { users in
                if users.count >= 1024 { users.removeAll() }
                users[real.name] = mode
            }
        }
        request.user = user
        request.headers.removeAll { $0.name.hasPrefix("impersonate-") }
    }

    private func authorize(_ request: APIRequest) throws(FailureStatus) {
        let attributes = AuthorizationAttributes(request)
        let decision = parts.authorizer.authorize(attributes)
        guard decision.verdict == .allow else { throw .forbidden(attributes, reason: decision.reason) }
    }
}

extension EdgeResponse {
    /// The HTTP status.
    fileprivate var status: Int {
        switch self {
        case .answer(.whole(let head, _)), .answer(.stream(let head, _)): head.status
        case .upgrade: 101
        }
    }
}
