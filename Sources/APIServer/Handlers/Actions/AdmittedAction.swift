// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// An action that makes something in a namespace, with what admission says of that: the namespace must be there and stay,
/// kubelets evict the pods of their own node alone, and admission policies have their say.
struct AdmittedAction: ResourceAction {
    private let action: any ResourceAction

    init(_ action: any ResourceAction) { self.action = action }

    func respond(to request: APIRequest, _ handler: ResourceHandler) async throws -> APIResponse {
        let info = request.info
        if request.method == "POST", !info.namespace.isEmpty {
            let namespaces = try handler.registry.endpoint(Namespace.self).cache
            let resource = APIMachinery.GroupResource(group: info.apiGroup, resource: info.resource)
            try await NamespaceLifecycle.check(info.namespace, namespaces, resource, info.name)
            if info.resource == Pod.resource.plural, let node = NodeAuthorizer.nodeName(of: request.user) {
                try await restrict(request, handler, node: node)
            }
        }
        guard request.method == "POST", let policies = handler.policies else {
            return try await action.respond(to: request, handler)
        }
        let warnings = WarningLog()
        let answer = try await action.respond(to: try await admit(request, policies, warnings), handler)
        guard !warnings.texts.isEmpty else { return answer }
        var head = answer.head
        head.headers += Responses.warnings(warnings.texts)
        return answer.with(head)
    }

    private func admit(
        _ request: APIRequest, _ policies: AdmissionPolicies, _ warnings: WarningLog
    ) async throws -> APIRequest {
        let info = request.info
        guard
            let resource = ResourceInfo.find(group: info.apiGroup, version: info.apiVersion, plural: info.resource)
        else { return request }
        switch info.subresource {
        case "eviction": return try await policies.admit(Eviction.self, request, resource, warnings)
        case "token": return try await policies.admit(TokenRequest.self, request, resource, warnings)
        default: return try await policies.admit(Binding.self, request, resource, warnings)
        }
    }

    private func restrict(_ request: APIRequest, _ handler: ResourceHandler, node: String) async throws {
        let info = request.info
        guard info.subresource == "eviction" else {
            throw APIStatusError.forbidden(
                Pod.resource, info.name,
                "unexpected pod subresource \(GoText.quote(info.subresource)), only 'status' and 'eviction' are allowed"
            )
        }
        let pods = try handler.registry.endpoint(Pod.self)
        guard let pod = try await pods.get(namespace: info.namespace, name: info.name) else {
            throw APIStatusError.notFound(Pod.resource, info.name)
        }
        guard pod.spec.nodeName != node else { return }
        throw APIStatusError.forbidden(
            Pod.resource, info.name, "node \(node) can only evict pods with spec.nodeName set to itself")
    }
}
