// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Wire

extension FakeClusterState {
    /// - Returns: nil where the request is not about one of these subresources.
    mutating func subresource(
        _ method: TransportRequest.Method, _ path: FakePath, _ body: JSONValue, now: String
    ) throws(FakeFailure) -> JSONValue? {
        switch (path.subresource, method) {
        case ("binding", .post): return try bind(path, body, now: now)
        case ("eviction", .post):
            var pod = path
            pod.subresource = ""
            _ = try delete(pod, body["deleteOptions"] ?? [:], now: now)
            return success
        case ("scale", .get): return Self.scale(of: try get(path))
        case ("scale", .put): return try setScale(path, body, now: now)
        case ("token", .post):
            _ = try get(path)
            var answer = body
            answer["status"] = [
                "token": .string("token-of-\(path.name)"), "expirationTimestamp": "2100-01-01T00:00:00Z",
            ]
            return answer
        default: return nil
        }
    }

    private var success: JSONValue {
        ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201]
    }

    private mutating func bind(_ path: FakePath, _ body: JSONValue, now: String) throws(FakeFailure) -> JSONValue {
        var pod = try get(path)
        if let uid = body.at("metadata", "uid")?.stringValue, !uid.isEmpty,
            uid != pod.at("metadata", "uid")?.stringValue
        {
            throw .conflict(path, "Precondition failed: UID in precondition: \(uid)")
        }
        if let node = pod.at("spec", "nodeName")?.stringValue, !node.isEmpty {
            throw .conflict(path, "pod \(path.name) is already assigned to node \"\(node)\"")
        }
        if pod["spec"] == nil { pod["spec"] = [:] }
        pod["spec"]?["nodeName"] = body.at("target", "name")
        var conditions = pod.at("status", "conditions")?.arrayValue ?? []
        conditions.removeAll { $0["type"]?.stringValue == "PodScheduled" }
        conditions.append(["type": "PodScheduled", "status": "True", "lastTransitionTime": .string(now)])
        if pod["status"] == nil { pod["status"] = [:] }
        pod["status"]?["conditions"] = .array(conditions)
        store(pod, path, path.key)
        return success
    }

    private mutating func setScale(_ path: FakePath, _ body: JSONValue, now: String) throws(FakeFailure) -> JSONValue {
        var target = path
        target.subresource = ""
        var object = try get(target)
        if object["spec"] == nil { object["spec"] = [:] }
        object["spec"]?["replicas"] = body.at("spec", "replicas") ?? 0
        return Self.scale(of: try update(target, object, now: now))
    }

    private static func scale(of object: JSONValue) -> JSONValue {
        [
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": object["metadata"] ?? [:],
            "spec": ["replicas": object.at("spec", "replicas") ?? 0],
            "status": ["replicas": object.at("status", "replicas") ?? 0],
        ]
    }
}
