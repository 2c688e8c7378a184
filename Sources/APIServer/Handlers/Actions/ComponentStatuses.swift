// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// `componentstatuses`: deprecated, and here as healthy as the server that answers.
struct ComponentStatuses: ResourceAction {
    private static let names = ["controller-manager", "etcd-0", "scheduler"]

    func respond(to request: APIRequest, _ handler: ResourceHandler) async throws -> APIResponse {
        guard request.method == "GET" else { throw APIStatusError.methodNotAllowed }
        if !request.info.name.isEmpty {
            guard Self.names.contains(request.info.name) else {
                throw APIStatusError.notFound(ComponentStatus.resource, request.info.name)
            }
            return Responses.value(Self.status(request.info.name), status: 200, request)
        }
        var list = ObjectList<ComponentStatus>()
        list.items = Self.names.map(Self.status)
        let format = try OutputFormat.negotiate(request, .plain)
        return Responses.bytes(JSONCoding.encode(list), status: 200, format)
    }

    private static func status(_ name: String) -> ComponentStatus {
        ComponentStatus {
            $0.metadata.name = name
            $0.conditions = [
                ComponentCondition {
                    $0.type = "Healthy"
                    $0.status = ConditionStatus.true
                    $0.message = "ok"
                }
            ]
        }
    }
}
