// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import Testing
import Wire

@testable import APIServer

/// A server with the namespace `default`, and short ways to write policies into it.
struct PolicyServer {
    static let group = "/apis/admissionregistration.k8s.io/v1"
    static let maps = "/api/v1/namespaces/default/configmaps"
    static let pods = "/api/v1/namespaces/default/pods"
    static let deployments = "/apis/apps/v1/namespaces/default/deployments"

    let server: TestServer

    static func ready(authorizer: any Authorizer = AuthorizerChain([])) async throws -> PolicyServer {
        PolicyServer(server: try await TestServer.ready(authorizer: authorizer))
    }

    static func rule(
        _ resource: String, group: String = "", version: String = "v1", operations: String = #""*""#
    ) -> String {
        #"{"apiGroups":["\#(group)"],"apiVersions":["\#(version)"],"operations":[\#(operations)],"resources":["\#(resource)"]}"#
    }

    @discardableResult
    func send(
        _ method: String, _ path: String, _ body: String = "", contentType: String = "application/json"
    ) async throws -> TestServer.Answer {
        try await server.send(method, path, body, contentType: contentType)
    }

    /// Writes a validating policy with a binding of the same name.
    ///
    /// - Parameters:
    ///   - rule: of the policy's constraints.
    ///   - spec: what follows the constraints, beginning with a comma.
    ///   - binding: what follows the policy's name in the binding, beginning with a comma.
    func validate(
        _ name: String, _ rule: String, _ spec: String, binding: String = "", actions: String = #""Deny""#
    ) async throws {
        let policy = try await send(
            "POST", Self.group + "/validatingadmissionpolicies",
            #"{"metadata":{"name":"\#(name)"},"spec":{"matchConstraints":{"resourceRules":[\#(rule)]}\#(spec)}}"#)
        try #require(policy.status == 201, "\(policy.text)")
        let bound = try await send(
            "POST", Self.group + "/validatingadmissionpolicybindings",
            #"{"metadata":{"name":"\#(name)-b"},"spec":{"policyName":"\#(name)","validationActions":[\#(actions)]\#(binding)}}"#
        )
        try #require(bound.status == 201, "\(bound.text)")
    }

    /// Writes a mutating policy with a binding of the same name.
    func mutate(_ name: String, _ rule: String, _ spec: String, binding: String = "") async throws {
        let policy = try await send(
            "POST", Self.group + "/mutatingadmissionpolicies",
            #"{"metadata":{"name":"\#(name)"},"spec":{"matchConstraints":{"resourceRules":[\#(rule)]}\#(spec)}}"#)
        try #require(policy.status == 201, "\(policy.text)")
        let bound = try await send(
            "POST", Self.group + "/mutatingadmissionpolicybindings",
            #"{"metadata":{"name":"\#(name)-b"},"spec":{"policyName":"\#(name)"\#(binding)}}"#)
        try #require(bound.status == 201, "\(bound.text)")
    }

    static func configuration(_ expression: String) -> String {
        #"{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":\#(JSONValue.string(expression).text())}}"#
    }

    static func patch(_ expression: String) -> String {
        #"{"patchType":"JSONPatch","jsonPatch":{"expression":\#(JSONValue.string(expression).text())}}"#
    }

    func map(_ name: String, _ more: String = "", query: String = "") async throws -> TestServer.Answer {
        try await send("POST", Self.maps + query, #"{"metadata":{"name":"\#(name)"}\#(more)}"#)
    }
}

extension TestServer.Answer {
    /// The texts of its `Warning` headers.
    var warnings: [String] { headers.filter { $0.name == "warning" }.map(\.value) }
}
