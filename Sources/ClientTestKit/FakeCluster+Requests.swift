// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import Client
import KubernetesAPI
import Synchronization
import Wire

extension FakeCluster {
    func respond(to request: TransportRequest) throws(FakeFailure) -> TransportResponse {
        guard let path = FakePath(request.path) else { throw .badRequest("no such path: \(request.path)") }
        let now = timekeeper.time.text
        let body = request.method == .patch ? [:] : try Self.body(request)
        return try state.withLock { state throws(FakeFailure) in
            if let answer = try state.subresource(request.method, path, body, now: now) {
                return Self.answer(answer, status: request.method == .post ? 201 : 200)
            }
            switch request.method {
            case .get where path.name.isEmpty: return Self.answer(Self.list(state, path, request))
            case .get: return Self.answer(try state.get(path))
            case .post: return Self.answer(try state.create(path, body, now: now), status: 201)
            case .put: return Self.answer(try state.update(path, body, now: now))
            case .patch:
                let patched = try Self.patched(try state.get(path), request, path)
                return Self.answer(try state.update(path, patched, now: now))
            case .delete where path.name.isEmpty:
                for object in state.list(path, Self.selector(request)) {
                    var one = path
                    one.name = object.at("metadata", "name")?.stringValue ?? ""
                    one.namespace = object.at("metadata", "namespace")?.stringValue ?? ""
                    _ = try state.delete(one, body, now: now)
                }
                return Self.answer(["kind": "Status", "apiVersion": "v1", "status": "Success"])
            case .delete: return Self.answer(try state.delete(path, body, now: now))
            }
        }
    }

    private static func answer(_ json: JSONValue, status: Int = 200) -> TransportResponse {
        TransportResponse(status: status, headers: [("content-type", "application/json")], body: json.bytes())
    }

    private static func body(_ request: TransportRequest) throws(FakeFailure) -> JSONValue {
        if request.body.isEmpty { return [:] }
        do {
            return try JSONValue.parse(request.body)
        } catch {
            throw .badRequest("the body is not JSON: \(error)")
        }
    }

    private static func list(_ state: FakeClusterState, _ path: FakePath, _ request: TransportRequest) -> JSONValue {
        var items = state.list(path, selector(request))
        var metadata: JSONValue = ["resourceVersion": .string(String(state.revision))]
        let start = request.parameter("continue").flatMap { Int($0) } ?? 0
        items.removeFirst(min(start, items.count))
        if let limit = request.parameter("limit").flatMap({ Int($0) }), limit > 0, items.count > limit {
            metadata["continue"] = .string(String(start + limit))
            metadata["remainingItemCount"] = .int(items.count - limit)
            items.removeLast(items.count - limit)
        }
        return ["kind": "List", "apiVersion": "v1", "metadata": metadata, "items": .array(items)]
    }

    private static func patched(
        _ object: JSONValue, _ request: TransportRequest, _ path: FakePath
    ) throws(FakeFailure) -> JSONValue {
        let old = object.objectValue ?? JSONObject()
        do throws(PatchError) {
            switch request.header("content-type") {
            case "application/json-patch+json":
                return try JSONPatch(parsing: request.body).apply(to: object)
            case "application/merge-patch+json":
                return .object(MergePatch.apply(try MergePatch.parse(request.body).patch, to: old))
            case "application/strategic-merge-patch+json":
                let patch = try StrategicMergePatch.parse(request.body).patch
                return .object(try StrategicMergePatch.apply(patch, to: old, schema: schema(path)))
            default:
                throw PatchError(.malformed, "patches of this type are not known here")
            }
        } catch {
            throw .badRequest(error.message)
        }
    }

    private static func schema(_ path: FakePath) -> (any PatchSchema)? {
        let resource = path.resource
        guard let info = ResourceInfo.find(group: resource.group, version: resource.version, plural: resource.plural)
        else {
            return nil
        }
        return ResolvedSchema.shared.type(group: info.group, version: info.version, kind: info.kind)
    }
}
