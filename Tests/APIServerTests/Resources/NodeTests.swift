// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing
import Wire

@testable import APIServer

struct NodeTests {
    @Test("a node is made with its status, as kubelets register it, and changed without it")
    func status() async throws {
        let server = try await TestServer.ready()
        let made = try await server.send(
            "POST", "/api/v1/nodes", #"{"metadata":{"name":"n"},"status":{"capacity":{"cpu":"4","pods":"110"}}}"#)
        #expect(made.status == 201)
        #expect(made.json.at("status", "capacity", "cpu")?.stringValue == "4")
        #expect(made.json.at("status", "allocatable", "pods")?.stringValue == "110")
        let changed = try await server.send(
            "PATCH", "/api/v1/nodes/n", #"{"spec":{"unschedulable":true},"status":{"capacity":{"cpu":"8"}}}"#,
            contentType: "application/merge-patch+json")
        #expect(changed.json.at("spec", "unschedulable")?.boolValue == true)
        #expect(changed.json.at("status", "capacity", "cpu")?.stringValue == "4")
    }
}
