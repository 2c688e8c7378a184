// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension AdmissionPolicies {
    /// Holds a request to policies whose body is not a stored object: a binding, an eviction, a request for a token.
    ///
    /// - Returns: the request as mutating policies leave it. A body that cannot be read is left to whoever refuses it.
    /// - Throws: `APIStatusError` where a policy denies it; `StoreError`.
    func admit<Body: KubernetesObject & Equatable>(
        _: Body.Type, _ request: APIRequest, _ resource: ResourceInfo, _ warnings: WarningLog
    ) async throws -> APIRequest {
        let (mutating, validating) = (try await mutatingHooks(resource), try await validatingHooks(resource))
        guard !mutating.isEmpty || !validating.isEmpty, let origin = PolicyOrigin(self, request) else { return request }
        var options = WriteOptions()
        options.fieldValidation = .ignore
        var ignored: [String] = []
        guard let body = try? BodyDecoder.decode(Body.self, try ObjectBody(request), options, &ignored) else {
            return request
        }
        var target = PolicyTarget(
            value: body, write: { value, _ in try JSONValue.parse(JSONCoding.encode(value)) },
            read: { json, _, isStrict in try PolicyReading.read(Body.self, json, isStrict: isStrict) })
        if !mutating.isEmpty {
            var round = PolicyRound()
            try await mutate(&target, subject(target.value, request, resource, origin), mutating, &round)
            if round.isNeeded {
                round.isSecond = true
                try await mutate(&target, subject(target.value, request, resource, origin), mutating, &round)
            }
        }
        if !validating.isEmpty {
            try await validate(subject(target.value, request, resource, origin), validating, warnings)
        }
        guard target.value != body else { return request }
        var changed = request
        changed.body = JSONCoding.encode(target.value)
        changed.headers = request.headers.filter { $0.name != "content-type" } + [("content-type", "application/json")]
        return changed
    }

    private func subject<Body: KubernetesObject>(
        _ body: Body, _ request: APIRequest, _ resource: ResourceInfo, _ origin: PolicyOrigin
    ) -> PolicySubject {
        let kind = AdmissionAttributes.Kind(group: Body.group, version: Body.version, kind: Body.kind)
        var attributes = AdmissionAttributes(.create, resource.admissionResource, kind)
        attributes.subresource = request.info.subresource
        attributes.name = request.info.name.isEmpty ? body.metadata.name : request.info.name
        attributes.namespace = request.info.namespace
        attributes.user = request.user.userInfo
        attributes.isDryRun = request.parameter("dryRun") != nil
        attributes.options = origin.options(.create)
        return PolicySubject(
            attributes: attributes, user: request.user,
            shownName: attributes.name.isEmpty ? body.metadata.admissionName : attributes.name,
            labels: body.metadata.labels, oldLabels: nil,
            object: { _ in try JSONValue.parse(JSONCoding.encode(body)) }, oldObject: { _ in JSONValue?.none })
    }

    /// Holds a connection to a pod, a service or a node to the validating policies: what is connected is the options.
    ///
    /// - Throws: `APIStatusError` where a policy denies it; `StoreError`.
    package func admit(connection request: APIRequest) async throws {
        let info = request.info
        guard
            let resource = ResourceInfo.find(group: info.apiGroup, version: info.apiVersion, plural: info.resource)
        else { return }
        let hooks = try await validatingHooks(resource)
        guard !hooks.isEmpty else { return }
        var attributes = AdmissionAttributes(
            .connect, resource.admissionResource, resource.admissionKind(info.subresource))
        attributes.subresource = info.subresource
        attributes.name = info.name
        attributes.namespace = info.namespace
        attributes.user = request.user.userInfo
        let options = Self.options(request, attributes.kind.kind)
        let subject = PolicySubject(
            attributes: attributes, user: request.user, shownName: info.name, labels: nil, oldLabels: nil,
            object: { _ in options }, oldObject: { _ in JSONValue?.none })
        try await validate(subject, hooks, WarningLog())
    }

    /// The query as the object that a connection is made with: `PodExecOptions`, `PodProxyOptions`, ...
    private static func options(_ request: APIRequest, _ kind: String) -> JSONValue {
        let reader = QueryReader(query: request.query)
        var members: [(String, JSONValue)] = [("kind", .string(kind)), ("apiVersion", "v1")]
        for name in ["stdin", "stdout", "stderr", "tty"] where reader.bool(name) == true {
            members.append((name, .bool(true)))
        }
        if !reader.string("container").isEmpty { members.append(("container", .string(reader.string("container")))) }
        let command = reader.strings("command")
        if !command.isEmpty { members.append(("command", .array(command.map { .string($0) }))) }
        let ports = reader.strings("ports").flatMap { $0.split(separator: ",") }.compactMap { Int64($0) }
        if !ports.isEmpty { members.append(("ports", .array(ports.map { .int($0) }))) }
        if request.info.subresource == "proxy" {
            let path = ProxyRoute.rest(of: request)
            if !path.isEmpty { members.append(("path", .string(path))) }
        }
        return .object(JSONObject(members))
    }
}
