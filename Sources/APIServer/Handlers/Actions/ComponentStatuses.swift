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
            if let table = try Self.table([Self.status(request.info.name)], request) { return table }
            return Responses.value(Self.status(request.info.name), status: 200, request)
        }
        var list = ObjectList<ComponentStatus>()
        list.items = Self.names.map(Self.status)
        if let table = try Self.table(list.items, request) { return table }
        let format = try OutputFormat.negotiate(request, .plain)
        return Responses.bytes(JSONCoding.encode(list), status: 200, format)
    }

    /// The table of some components; nil where none is asked for.
    private static func table(_ items: [ComponentStatus], _ request: APIRequest) throws -> APIResponse? {
        let format = try OutputFormat.negotiate(request)
        guard format.transform == .table else { return nil }
        let rows = items.map { item in
            let bytes = JSONCoding.encode(item)
            let object = StoredObject(bytes: bytes, namespace: "", name: item.metadata.name, uid: "", revision: 0)
            var row = TableRow(cells: item.cells(now: Time()), conditions: [])
            row.object = ObjectRenderer.partial(object, version: format.metaVersion)
            return row
        }
        let table = TableForm.table(of: ComponentStatus.self, metadata: [:], rows: rows, version: format.metaVersion)
        return Responses.bytes(table, status: 200, format)
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
