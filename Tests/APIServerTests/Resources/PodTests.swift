// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing
import Wire

@testable import APIServer

struct PodTests {
    private static let pods = "/api/v1/namespaces/default/pods"
    private static let pod = #"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}"#

    @Test("a pod begins pending, with defaults, token and tolerations")
    func create() async throws {
        let server = try await TestServer.ready()
        let answer = try await server.send("POST", Self.pods, Self.pod)
        #expect(answer.status == 201)
        #expect(answer.json.at("status", "phase")?.stringValue == "Pending")
        #expect(answer.json.at("status", "qosClass")?.stringValue == "BestEffort")
        #expect(answer.json.at("spec", "serviceAccountName")?.stringValue == "default")
        #expect(answer.json.at("spec", "tolerations")?.arrayValue?.count == 2)
        #expect(answer.json.at("spec", "volumes")?[0]?["projected"]?["sources"]?.arrayValue?.count == 3)
        #expect(answer.json.at("metadata", "generation")?.int64Value == 1)
    }

    @Test("a bound pod ends gracefully, and its grace period can only shrink")
    func gracefulDeletion() async throws {
        let server = try await TestServer.ready()
        try await server.send("POST", Self.pods, Self.pod)
        let bound = try await server.send(
            "POST", Self.pods + "/p/binding", #"{"metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}"#)
        #expect(bound.status == 201)
        let again = try await server.send(
            "POST", Self.pods + "/p/binding", #"{"metadata":{"name":"p"},"target":{"kind":"Node","name":"m"}}"#)
        #expect(again.status == 409)
        #expect(
            again.message
                == "Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node \"n\"")
        for (query, seconds) in [("", 30), ("?gracePeriodSeconds=5", 5), ("?gracePeriodSeconds=500", 5)]
            as [(String, Int64)]
        {
            let answer = try await server.send("DELETE", Self.pods + "/p" + query)
            #expect(answer.json.at("metadata", "deletionGracePeriodSeconds")?.int64Value == seconds)
        }
        #expect(try await server.send("DELETE", Self.pods + "/p?gracePeriodSeconds=0").status == 200)
        #expect(try await server.send("GET", Self.pods + "/p").status == 404)
    }

    @Test("a pod that nobody runs goes at once")
    func immediateDeletion() async throws {
        let server = try await TestServer.ready()
        try await server.send("POST", Self.pods, Self.pod)
        let answer = try await server.send("DELETE", Self.pods + "/p")
        #expect(answer.json.at("metadata", "deletionGracePeriodSeconds")?.int64Value == 0)
        #expect(try await server.send("GET", Self.pods + "/p").status == 404)
    }

    @Test("a writer of a status that says nothing of generations leaves them; a binding ends a nomination")
    func status() async throws {
        let server = try await TestServer.ready()
        let merge = "application/merge-patch+json"
        try await server.send("POST", Self.pods, Self.pod)
        let first = try await server.send(
            "PATCH", Self.pods + "/p/status",
            #"{"status":{"nominatedNodeName":"n","observedGeneration":1,"conditions":[{"type":"A","status":"True","observedGeneration":1}]}}"#,
            contentType: merge)
        #expect(first.status == 200)
        #expect(first.json.at("status", "nominatedNodeName")?.stringValue == "n")
        let second = try await server.send(
            "PATCH", Self.pods + "/p/status",
            #"{"status":{"observedGeneration":null,"conditions":[{"type":"A","status":"False"}]}}"#, contentType: merge)
        #expect(second.json.at("status", "observedGeneration")?.int64Value == 1)
        #expect(second.json.at("status", "conditions")?[0]?["observedGeneration"]?.int64Value == 1)
        try await server.send(
            "POST", Self.pods + "/p/binding", #"{"metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}"#)
        let bound = try await server.send("GET", Self.pods + "/p")
        #expect(bound.json.at("spec", "nodeName")?.stringValue == "n")
        #expect(bound.json.at("status", "nominatedNodeName") == nil)
    }
}
