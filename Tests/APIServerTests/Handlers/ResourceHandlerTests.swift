// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import Testing
import Wire

@testable import APIServer

struct ResourceHandlerTests {
    private static let maps = "/api/v1/namespaces/default/configmaps"

    @Test("an object is created, read, replaced and deleted")
    func lifeCycle() async throws {
        let server = try await TestServer.ready()
        let created = try await server.send("POST", Self.maps, #"{"metadata":{"name":"a"},"data":{"k":"v"}}"#)
        #expect(created.status == 201)
        #expect(created.json.at("metadata", "uid")?.stringValue?.count == 36)
        let version = try #require(created.json.at("metadata", "resourceVersion")?.stringValue)
        let read = try await server.send("GET", Self.maps + "/a")
        #expect(read.body == created.body)
        let same = try await server.send("PUT", Self.maps + "/a", #"{"metadata":{"name":"a"},"data":{"k":"v"}}"#)
        #expect(same.json.at("metadata", "resourceVersion")?.stringValue == version)
        let changed = try await server.send("PUT", Self.maps + "/a", #"{"metadata":{"name":"a"},"data":{"k":"w"}}"#)
        #expect(changed.status == 200)
        #expect(changed.json.at("metadata", "resourceVersion")?.stringValue != version)
        let stale = try await server.send(
            "PUT", Self.maps + "/a", #"{"metadata":{"name":"a","resourceVersion":"\#(version)"},"data":{}}"#)
        #expect(stale.status == 409)
        let deleted = try await server.send("DELETE", Self.maps + "/a")
        #expect(deleted.json["status"]?.stringValue == "Success")
        #expect(try await server.send("GET", Self.maps + "/a").status == 404)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var method: String
        var target: String
        var body = ""
        var status: Int
        var message = ""
        var testDescription: String { "\(method) \(target) \(body)" }
    }

    @Test(
        "what cannot be done is refused in Kubernetes' words",
        arguments: [
            Case(method: "GET", target: maps + "/z", status: 404, message: "configmaps \"z\" not found"),
            Case(
                method: "POST", target: "/api/v1/configmaps", body: "{}", status: 405,
                message: "the server does not allow this method on the requested resource"),
            Case(
                method: "GET", target: "/api/v1/nope", status: 404,
                message: "the server could not find the requested resource"),
            Case(
                method: "POST", target: "/api/v1/watch/namespaces/default/configmaps",
                body: #"{"metadata":{"name":"a"}}"#, status: 405,
                message: "the server does not allow this method on the requested resource"),
            Case(
                method: "DELETE", target: "/api/v1/watch/namespaces/default/configmaps", status: 405,
                message: "the server does not allow this method on the requested resource"),
            Case(
                method: "POST", target: "/api/v1/watch/nope", body: "{}", status: 404,
                message: "the server could not find the requested resource"),
            Case(
                method: "GET", target: "/api/v1/watch/namespaces/default/services/a/status", status: 404,
                message: "the server could not find the requested resource"),
            Case(
                method: "GET", target: "/api/v1/proxy/nodes/a", status: 404,
                message: "the server could not find the requested resource"),
            Case(
                method: "GET", target: "/api/v1/componentstatuses?fieldSelector=a%3Db", status: 400,
                message: #""a" is not a known field selector: only "metadata.name", "metadata.namespace""#),
            Case(
                method: "PUT", target: "/api/v1/namespaces/default/pods/a/log", body: "{}", status: 405,
                message: "the server does not allow this method on the requested resource"),
            Case(
                method: "DELETE", target: "/api/v1/namespaces/default/pods/a/exec", status: 405,
                message: "the server does not allow this method on the requested resource"),
            Case(method: "POST", target: "/apis", status: 200),
            Case(method: "DELETE", target: "/apis/apps", status: 200),
            Case(method: "GET", target: "/index.html", status: 200),
            Case(
                method: "POST", target: "/apis/apps/v1", status: 405,
                message: "the server does not allow this method on the requested resource"),
            Case(
                method: "POST", target: maps, body: #"{"kind":"Secret","metadata":{"name":"a"}}"#, status: 400,
                message:
                    "Secret in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): "
                    + "unknown conversion"),
            Case(
                method: "POST", target: maps, body: #"{"metadata":[{"a":1}]}"#, status: 400,
                message:
                    "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal array into Go struct "
                    + "field ConfigMap.metadata of type v1.ObjectMeta"),
            Case(
                method: "POST", target: maps, body: #"{"metadata":{}}"#, status: 422,
                message: "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required"),
            Case(
                method: "POST", target: maps + "?fieldValidation=Strict", body: #"{"metadata":{"name":"a"},"bogus":1}"#,
                status: 400,
                message:
                    "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"bogus\""
            ),
            Case(
                method: "POST", target: "/api/v1/namespaces/none/configmaps", body: #"{"metadata":{"name":"a"}}"#,
                status: 404,
                message: "namespaces \"none\" not found"),
            Case(
                method: "POST", target: maps, body: #"{"metadata":"#, status: 400,
                message:
                    "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse "
                    + "error: unexpected end of JSON input ({\"metadata\":)"),
            Case(
                method: "GET", target: maps + "?limit=x", status: 400,
                message: "strconv.ParseInt: parsing \"x\": invalid syntax"),
            Case(
                method: "GET", target: maps + "?fieldSelector=x%3D1", status: 400,
                message: "\"x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""),
            Case(
                method: "DELETE", target: "/api/v1/namespaces/default", status: 403,
                message: "namespaces \"default\" is forbidden: this namespace may not be deleted"),
        ])
    func refusals(_ test: Case) async throws {
        let server = try await TestServer.ready()
        let answer = try await server.send(test.method, test.target, test.body)
        #expect(answer.status == test.status)
        #expect(answer.message == test.message)
    }

    @Test("lists come in pages of one state")
    func paging() async throws {
        let server = try await TestServer.ready()
        for index in 0..<7 { try await server.send("POST", Self.maps, #"{"metadata":{"name":"m\#(index)"}}"#) }
        let first = try await server.send("GET", Self.maps + "?limit=3")
        #expect(first.json.at("metadata", "remainingItemCount")?.int64Value == 4)
        try await server.send("DELETE", Self.maps + "/m4")
        let token = try #require(first.json.at("metadata", "continue")?.stringValue)
        let rest = try await server.send("GET", Self.maps + "?continue=\(token)")
        let names = rest.json["items"]?.arrayValue?.compactMap { $0.at("metadata", "name")?.stringValue }
        #expect(names == ["m3", "m4", "m5", "m6"])
        #expect(rest.json["items"]?[0]?["kind"] == nil)
    }

    @Test("finalizers hold an object until the last one is gone")
    func finalizers() async throws {
        let server = try await TestServer.ready()
        try await server.send("POST", Self.maps, #"{"metadata":{"name":"f","finalizers":["x.io/f"]}}"#)
        let marked = try await server.send("DELETE", Self.maps + "/f")
        #expect(marked.json.at("metadata", "deletionTimestamp") != nil)
        let again = try await server.send("POST", Self.maps, #"{"metadata":{"name":"f"}}"#)
        #expect(again.message == "object is being deleted: configmaps \"f\" already exists")
        let last = try await server.send(
            "PATCH", Self.maps + "/f", #"{"metadata":{"finalizers":null}}"#, contentType: "application/merge-patch+json"
        )
        #expect(last.status == 200)
        #expect(try await server.send("GET", Self.maps + "/f").status == 404)
    }

    @Test("a stream that would begin with a state yet to come is refused within the stream, a plain watch before it")
    func futureState() async throws {
        let server = try await TestServer.ready()
        let future = Self.maps + "?watch=1&timeoutSeconds=1&resourceVersion=99999999"
        let stream = try await server.send(
            "GET", future + "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan")
        #expect(stream.status == 200)
        let event = try JSONValue.parse(String(stream.text.split(separator: "\n").first ?? ""))
        #expect(event["type"] == "ERROR")
        #expect(event.at("object", "reason") == "Timeout")
        #expect(event.at("object", "code") == 504)
        #expect(try await server.send("GET", future).status == 504)
    }

    @Test("the table of what a dry run made has no version")
    func tableOfDryRun() async throws {
        let server = try await TestServer.ready()
        let table = try await server.send(
            "POST", Self.maps + "?dryRun=All", #"{"metadata":{"name":"a"}}"#,
            accept: "application/json;as=Table;v=v1;g=meta.k8s.io")
        #expect(table.status == 201)
        #expect(table.json["metadata"] == [:])
    }

    @Test("a watch tells additions, changes and deletions, seen through a selector")
    func watch() async throws {
        let server = try await TestServer.ready()
        let list = try await server.send("GET", Self.maps)
        let version = try #require(list.json.at("metadata", "resourceVersion")?.stringValue)
        try await server.send("POST", Self.maps, #"{"metadata":{"name":"a","labels":{"t":"1"}}}"#)
        try await server.send(
            "PATCH", Self.maps + "/a", #"{"metadata":{"labels":{"t":"2"}}}"#,
            contentType: "application/merge-patch+json")
        try await server.send(
            "PATCH", Self.maps + "/a", #"{"metadata":{"labels":{"t":"1"}}}"#,
            contentType: "application/merge-patch+json")
        try await server.send("DELETE", Self.maps + "/a")
        let events = try await server.send(
            "GET", Self.maps + "?watch=1&timeoutSeconds=1&labelSelector=t%3D1&resourceVersion=\(version)")
        let types = events.text.split(separator: "\n").compactMap {
            (try? JSONValue.parse(String($0)))?["type"]?.stringValue
        }
        #expect(types == ["ADDED", "DELETED", "ADDED", "DELETED"])
    }
}
