// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Client
import Wire

/// A refusal with a `Status`, as the API server words it.
struct FakeFailure: Error {
    var status: Int
    var reason: String
    var message: String
    var cause: String?

    var response: TransportResponse {
        TransportResponse(status: status, headers: [("content-type", "application/json")], body: json.bytes())
    }

    var json: JSONValue {
        var result: JSONValue = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
            "reason": .string(reason), "code": .int(status),
        ]
        if let cause { result["details"] = ["causes": [["reason": .string(cause), "message": .string(message)]]] }
        return result
    }

    static func notFound(_ path: FakePath) -> FakeFailure {
        FakeFailure(status: 404, reason: "NotFound", message: "\(path.collection) \"\(path.name)\" not found")
    }

    static func alreadyExists(_ path: FakePath, _ name: String) -> FakeFailure {
        FakeFailure(status: 409, reason: "AlreadyExists", message: "\(path.collection) \"\(name)\" already exists")
    }

    static func conflict(_ path: FakePath, _ why: String) -> FakeFailure {
        FakeFailure(
            status: 409, reason: "Conflict",
            message: "Operation cannot be fulfilled on \(path.collection) \"\(path.name)\": \(why)")
    }

    static func badRequest(_ message: String) -> FakeFailure {
        FakeFailure(status: 400, reason: "BadRequest", message: message)
    }

    static var expired: FakeFailure {
        FakeFailure(status: 410, reason: "Expired", message: "too old resource version")
    }
}

extension TransportResponse {
    /// A refusal for ``FakeCluster/react(_:)`` to give back.
    public static func failure(_ status: Int, reason: String, message: String = "injected") -> TransportResponse {
        FakeFailure(status: status, reason: reason, message: message).response
    }
}
