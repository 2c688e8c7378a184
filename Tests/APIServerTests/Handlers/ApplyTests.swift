// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import Testing
import Wire

@testable import APIServer

struct ApplyTests {
    private static let maps = "/api/v1/namespaces/default/configmaps"

    private static func apply(
        _ server: TestServer, _ manager: String, _ body: String, _ more: String = "", at path: String = maps + "/a"
    ) async throws -> TestServer.Answer {
        try await server.send(
            "PATCH", "\(path)?fieldManager=\(manager)\(more)", body, contentType: "application/apply-patch+yaml")
    }

    private static func owners(_ answer: TestServer.Answer) -> [String] {
        answer.json.at("metadata", "managedFields")?.arrayValue?.compactMap { $0["manager"]?.stringValue } ?? []
    }

    @Test("an apply creates, changes, and changes nothing the second time")
    func life() async throws {
        let server = try await TestServer.ready()
        let body = #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"1"}}"#
        let created = try await Self.apply(server, "m", body)
        #expect(created.status == 201)
        #expect(Self.owners(created) == ["m"])
        let again = try await Self.apply(server, "m", body)
        #expect(again.status == 200)
        #expect(again.body == created.body)
        let yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  y: \"2\"\n"
        let changed = try await Self.apply(server, "m", yaml)
        #expect(changed.json["data"] == ["true": "2"])
    }

    @Test("entries of ownership come with every write", arguments: ["POST", "PUT", "PATCH"])
    func everyWrite(_ method: String) async throws {
        let server = try await TestServer.ready()
        let body = #"{"metadata":{"name":"a"},"data":{"x":"1"}}"#
        let created = try await server.send("POST", Self.maps + "?fieldManager=first", body)
        #expect(Self.owners(created) == ["first"])
        guard method != "POST" else { return }
        let type = method == "PUT" ? "application/json" : "application/merge-patch+json"
        let new = #"{"metadata":{"name":"a"},"data":{"x":"2"}}"#
        let written = try await server.send(method, Self.maps + "/a?fieldManager=second", new, contentType: type)
        #expect(Self.owners(written) == ["first", "second"])
        let same = try await server.send(method, Self.maps + "/a?fieldManager=third", new, contentType: type)
        #expect(same.body == written.body)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var body: String
        var more = ""
        var status: Int
        var message: String
        var testDescription: String { message }
    }

    @Test(
        "what cannot be applied is refused in Kubernetes' words",
        arguments: [
            Refusal(body: "{}", status: 400, message: "invalid object type: /, Kind="),
            Refusal(
                body: "[]", status: 400,
                message:
                    "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}"
            ),
            Refusal(
                body: #"{"apiVersion":"x/v9","kind":"ConfigMap"}"#, status: 400,
                message: "invalid object type: x/v9, Kind=ConfigMap"),
            Refusal(
                body: #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}"#, status: 400,
                message: "the name of the object (b) does not match the name on the URL (a)"),
            Refusal(
                body: #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"u"}}"#, status: 409,
                message:
                    #"Operation cannot be fulfilled on configmaps "a": uid mismatch: the provided object specified uid u, and no existing object was found"#
            ),
            Refusal(
                body: #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"nope":1}"#, status: 500,
                message:
                    "failed to create typed patch object (/a; /v1, Kind=ConfigMap): .nope: field not declared in schema"
            ),
            Refusal(
                body: #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","managedFields":[]}}"#,
                status: 400,
                message: "metadata.managedFields must be nil"),
        ])
    func refuse(_ c: Refusal) async throws {
        let server = try await TestServer.ready()
        let answer = try await Self.apply(server, "m", c.body, c.more)
        #expect(answer.status == c.status)
        #expect(answer.message == c.message)
    }

    @Test("an empty list of entries takes ownership away, and only then is nobody tracked")
    func clearing() async throws {
        let server = try await TestServer.ready()
        try await server.send("POST", Self.maps + "?fieldManager=m", #"{"metadata":{"name":"a"},"data":{"x":"1"}}"#)
        let cleared = try await server.send(
            "PUT", Self.maps + "/a", #"{"metadata":{"name":"a","managedFields":[]},"data":{"x":"1"}}"#)
        #expect(Self.owners(cleared) == [])
        let body = #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"2"}}"#
        let refused = try await Self.apply(server, "m", body)
        #expect(
            refused.message
                == #"Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.x"#)
    }

    @Test("a status is owned apart, and the scale knows who owns the replicas")
    func subresources() async throws {
        let server = try await TestServer.ready()
        let path = "/apis/apps/v1/namespaces/default/deployments/a"
        let head = #"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"#
        let spec =
            #""spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}"#
        #expect(try await Self.apply(server, "m", head + spec, at: path).status == 201)
        let status = try await Self.apply(
            server, "s", head + #""spec":{"replicas":9},"status":{"replicas":1}}"#, at: path + "/status")
        #expect(status.json.at("spec", "replicas") == 1)
        #expect(Self.owners(status) == ["m", "s"])
        let scale = #"{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"a"},"spec":{"replicas":3}}"#
        let refused = try await Self.apply(server, "h", scale, at: path + "/scale")
        #expect(refused.message == #"Apply failed with 1 conflict: conflict with "m": .spec.replicas"#)
        #expect(try await Self.apply(server, "h", scale, "&force=true", at: path + "/scale").status == 200)
        let object = try await server.send("GET", path)
        #expect(Self.owners(object) == ["h", "m", "s"])
        let missing = try await Self.apply(server, "s", head + #""status":{}}"#, at: path + "b/status")
        #expect(missing.status == 404)
    }
}
