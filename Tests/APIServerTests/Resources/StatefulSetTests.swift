// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing
import Wire

@testable import APIServer

struct StatefulSetTests {
    private static let sets = "/apis/apps/v1/namespaces/default/statefulsets"

    @Test("maxUnavailable, whose feature is off, is not kept")
    func maxUnavailable() async throws {
        let server = try await TestServer.ready()
        let body = #"""
            {"metadata":{"name":"db"},"spec":{"serviceName":"db","selector":{"matchLabels":{"a":"b"}},
            "updateStrategy":{"rollingUpdate":{"maxUnavailable":2}},
            "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"x"}]}}}}
            """#
        let created = try await server.send("POST", Self.sets, body)
        #expect(created.status == 201)
        #expect(created.json.at("spec", "updateStrategy", "rollingUpdate", "maxUnavailable") == nil)
        let patched = try await server.send(
            "PATCH", Self.sets + "/db", #"{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":"30%"}}}}"#,
            contentType: "application/merge-patch+json")
        #expect(patched.status == 200)
        #expect(patched.json.at("metadata", "generation")?.int64Value == 1)
    }
}
