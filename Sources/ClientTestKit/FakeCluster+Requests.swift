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
        let body = try Self.body(request)
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
                let patched = try Self.patched(try state.get(path), request, body)
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
        _ object: JSONValue, _ request: TransportRequest, _ patch: JSONValue
    ) throws(FakeFailure) -> JSONValue {
        switch request.header("content-type") {
        case "application/merge-patch+json": return merge(object, patch)
        default:
            throw FakeFailure(status: 415, reason: "UnsupportedMediaType", message: "only merge patches are known here")
        }
    }

    /// RFC 7386.
    static func merge(_ target: JSONValue, _ patch: JSONValue) -> JSONValue {
        guard let changes = patch.objectValue else { return patch }
        var result = target.objectValue ?? JSONObject()
        for (name, value) in changes {
            result[name] = value.isNull ? nil : merge(result[name] ?? .null, value)
        }
        return .object(result)
    }
}
