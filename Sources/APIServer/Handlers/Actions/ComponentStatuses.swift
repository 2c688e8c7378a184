// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// `componentstatuses`: deprecated, and here as healthy as the server that answers.
struct ComponentStatuses: ResourceAction {
    private static let names = ["controller-manager", "etcd-0", "scheduler"]

    var offersTransforms: Bool { true }

    func respond(to request: APIRequest, _ handler: ResourceHandler) async throws -> APIResponse {
        guard request.method == "GET" else { throw APIStatusError.methodNotAllowed }
        let name = request.info.name
        // a selection by name names the object too
        guard request.info.parts.count > 1, !name.isEmpty else { return try Self.list(request) }
        guard Self.names.contains(name) else { throw APIStatusError.notFound(ComponentStatus.resource, name) }
        let item = Self.status(name)
        let format = try OutputFormat.negotiate(request)
        switch format.transform {
        case .none: return Responses.value(item, status: 200, request)
        case .partial:
            let bytes = ObjectRenderer.partial(Self.stored(item), version: format.metaVersion)
            return Responses.bytes(bytes, status: 200, format)
        case .partialList: throw Self.wrongShape("PartialObjectMetadataList", "not a list (*core.ComponentStatus)")
        case .table: return try Self.table([item], request, format)
        }
    }

    private static func list(_ request: APIRequest) throws -> APIResponse {
        let items = try selected(request)
        let format = try OutputFormat.negotiate(request)
        switch format.transform {
        case .none:
            var list = ObjectList<ComponentStatus>()
            list.items = items
            return Responses.bytes(JSONCoding.encode(list), status: 200, format)
        case .partial: throw wrongShape("PartialObjectMetadata", "a list (*core.ComponentStatusList)")
        case .partialList:
            var out = Array(
                #"{"kind":"PartialObjectMetadataList","apiVersion":"\#(format.metaAPIVersion)","metadata":{},"items":["#
                    .utf8)
            out += items.map { ObjectRenderer.partial(stored($0), version: format.metaVersion) }
                .joined(separator: [UInt8(ascii: ",")])
            return Responses.bytes(out + Array("]}\n".utf8), status: 200, format)
        case .table: return try table(items, request, format)
        }
    }

    /// The components that the selectors of a list leave.
    private static func selected(_ request: APIRequest) throws(APIStatusError) -> [ComponentStatus] {
        let options = try ListOptions(query: QueryReader(query: request.query))
        do throws(SelectorError) {
            let labels = try LabelSelectorExpression(parsing: options.labelSelector)
            let fields = try SelectableFields.check(
                FieldSelector(parsing: options.fieldSelector), on: ComponentStatus.self, isNamespaced: false)
            return names.map(status).filter {
                labels.matches($0.metadata.labels) && SelectableFields.matches(fields, $0)
            }
        } catch {
            throw .badRequest(error.message)
        }
    }

    private static func wrongShape(_ asked: String, _ what: String) -> APIStatusError {
        .init(
            code: 406, reason: APIStatusError.Reason.notAcceptable,
            message: "you requested \(asked), but the requested object is \(what)")
    }

    private static func stored(_ item: ComponentStatus) -> StoredObject {
        StoredObject(bytes: JSONCoding.encode(item), namespace: "", name: item.metadata.name, uid: "", revision: 0)
    }

    private static func table(
        _ items: [ComponentStatus], _ request: APIRequest, _ format: OutputFormat
    ) throws -> APIResponse {
        let options = try TableOptions(QueryReader(query: request.query), format)
        let rows = items.map { item in
            var row = TableRow(cells: item.cells(now: Time()))
            switch options.includeObject {
            case .none: break
            case .metadata: row.object = ObjectRenderer.partial(stored(item), version: options.version)
            case .object: row.object = JSONCoding.encode(item)
            }
            return row
        }
        let table = TableForm.table(of: ComponentStatus.self, metadata: [:], rows: rows, version: options.version)
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
