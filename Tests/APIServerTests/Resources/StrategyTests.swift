// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing
import Wire

@testable import APIServer

/// What is special to a kind when it is written.
struct StrategyTests {
    struct Deleted: Sendable, CustomTestStringConvertible {
        var path: String
        var body: String
        /// The kind of the answer.
        var answer: String
        var testDescription: String { path }
    }

    @Test(
        "some kinds answer a deletion with the object, others with a Status",
        arguments: [
            Deleted(
                path: "/api/v1/namespaces/default/podtemplates",
                body: #"{"metadata":{"name":"a"},"template":{"spec":{"containers":[{"name":"c","image":"x"}]}}}"#,
                answer: "PodTemplate"),
            Deleted(
                path: "/api/v1/namespaces/default/resourcequotas", body: #"{"metadata":{"name":"a"}}"#,
                answer: "ResourceQuota"),
            Deleted(
                path: "/api/v1/namespaces/default/limitranges", body: #"{"metadata":{"name":"a"}}"#, answer: "Status"),
        ])
    func deletion(_ test: Deleted) async throws {
        let server = try await TestServer.ready()
        #expect(try await server.send("POST", test.path, test.body).status == 201)
        let answer = try await server.send("DELETE", test.path + "/a")
        #expect(answer.json["kind"]?.stringValue == test.answer)
    }

    @Test("a PodDisruptionBudget is replaced only by who says which version was seen")
    func unconditional() async throws {
        let server = try await TestServer.ready()
        let path = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
        let body = #"{"metadata":{"name":"a"},"spec":{"minAvailable":1}}"#
        #expect(try await server.send("POST", path, body).status == 201)
        let answer = try await server.send("PUT", path + "/a", body)
        #expect(answer.status == 422)
        #expect(
            answer.message
                == #"poddisruptionbudgets.policy "a" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update"#
        )
    }

    @Test("an EndpointSlice does not keep the topology labels of v1beta1")
    func topology() async throws {
        let server = try await TestServer.ready()
        let path = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
        let endpoint = #"{"addresses":["10.0.0.1"],"deprecatedTopology":{"a":"b"}}"#
        let created = try await server.send(
            "POST", path, #"{"metadata":{"name":"a"},"addressType":"IPv4","endpoints":[\#(endpoint)]}"#)
        let first = created.json.at("endpoints")?.arrayValue?.first
        #expect(first?["addresses"] != nil)
        #expect(first?["deprecatedTopology"] == nil)
    }

    @Test("a Node does not keep where its kubelet was configured from")
    func configSource() async throws {
        let server = try await TestServer.ready()
        let source = #"{"configMap":{"namespace":"n","name":"c","kubeletConfigKey":"k"}}"#
        let created = try await server.send(
            "POST", "/api/v1/nodes",
            #"{"metadata":{"name":"a"},"spec":{"podCIDR":"10.0.0.0/24","configSource":\#(source)}}"#)
        #expect(created.json.at("spec", "podCIDR") != nil)
        #expect(created.json.at("spec", "configSource") == nil)
        let patched = try await server.send(
            "PATCH", "/api/v1/nodes/a", #"{"spec":{"configSource":\#(source)}}"#,
            contentType: "application/merge-patch+json")
        #expect(patched.status == 200)
        #expect(patched.json.at("spec", "configSource") == nil)
    }

    @Test("a new object has no version; a PUT that makes one may say what it likes")
    func version() async throws {
        let server = try await TestServer.ready()
        let path = "/api/v1/namespaces/default/limitranges"
        let body = #"{"metadata":{"name":"a","resourceVersion":"5"}}"#
        let refused = try await server.send("POST", path, body)
        #expect(refused.status == 500)
        #expect(refused.message == "resourceVersion should not be set on objects to be created")
        #expect(try await server.send("POST", path + "?dryRun=All", body).status == 201)
        for version in ["0", "x"] {
            let body = #"{"metadata":{"name":"v\#(version)","resourceVersion":"\#(version)"}}"#
            #expect(try await server.send("POST", path, body).status == 201)
        }
    }

    @Test("kinds that do not count their changes keep the generation that they are given")
    func generation() async throws {
        let server = try await TestServer.ready()
        let maps = "/api/v1/namespaces/default/configmaps"
        let kept = try await server.send("POST", maps, #"{"metadata":{"name":"a","generation":7}}"#)
        #expect(kept.json.at("metadata", "generation")?.int64Value == 7)
        let refused = try await server.send("POST", maps, #"{"metadata":{"name":"b","generation":-1}}"#)
        #expect(
            refused.message
                == #"ConfigMap "b" is invalid: metadata.generation: Invalid value: -1: must be greater than or equal to 0"#
        )
    }

    @Test("a ServiceAccount keeps nothing but the names of its secrets, and a LimitRange needs no name")
    func names() async throws {
        let server = try await TestServer.ready()
        let path = "/api/v1/namespaces/default/serviceaccounts"
        let created = try await server.send(
            "POST", path, #"{"metadata":{"name":"a"},"secrets":[{"name":"s","kind":"Secret","uid":"u"}]}"#)
        #expect(created.json.at("secrets") == [["name": "s"]])
        let range = try await server.send("POST", "/api/v1/namespaces/default/limitranges", #"{"metadata":{}}"#)
        #expect(range.status == 201)
        #expect(range.json.at("metadata", "name")?.stringValue?.count == 36)
    }

    @Test("an update is looked at as a new object, too: both ways of propagation at once are refused for every kind")
    func finalizers() async throws {
        let server = try await TestServer.ready()
        let path = "/api/v1/namespaces/default/limitranges"
        #expect(try await server.send("POST", path, #"{"metadata":{"name":"a"}}"#).status == 201)
        let answer = try await server.send(
            "PATCH", path + "/a", #"{"metadata":{"finalizers":["orphan","foregroundDeletion"]}}"#,
            contentType: "application/merge-patch+json")
        #expect(answer.status == 422)
        #expect(answer.message.hasSuffix("finalizer orphan and foregroundDeletion cannot be both set"))
    }
}
