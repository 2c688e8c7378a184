// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIMachinery

struct ValidatingPolicyProgramTests {
    private func program(_ spec: String) throws -> ValidatingPolicyProgram {
        ValidatingPolicyProgram(try JSONCoding.decode(ValidatingAdmissionPolicySpec.self, from: Array(spec.utf8)))
    }

    private var input: PolicyInput {
        var input = PolicyInput(request: ["operation": "CREATE", "userInfo": ["username": "admin"]])
        input.object = ["metadata": ["name": "a"], "spec": ["replicas": 9]]
        input.parameters = ["data": ["limit": 5]]
        input.namespace = ["metadata": ["name": "n", "creationTimestamp": "2020-01-02T03:04:05Z"]]
        return input
    }

    @Test(
        "what a validation says",
        arguments: [
            (#"{"expression":"object.spec.replicas < 10"}"#, nil, ""),
            (#"{"expression":" object.spec.replicas < 5 "}"#, "failed expression: object.spec.replicas < 5", "Invalid"),
            (
                #"{"expression":"object.spec.replicas < 5","message":"too many","reason":"Forbidden"}"#, "too many",
                "Forbidden"
            ),
            (
                #"{"expression":"false","message":"m","messageExpression":"'at most ' + string(variables.limit)"}"#,
                "at most 5", "Invalid"
            ),
            (#"{"expression":"false","message":"m","messageExpression":"object.x"}"#, "m", "Invalid"),
            (#"{"expression":"false","message":"m","messageExpression":"'a\\nb'"}"#, "m", "Invalid"),
            (
                #"{"expression":"object.none == 1"}"#,
                "expression 'object.none == 1' resulted in error: no such key: none", "Invalid"
            ),
            (#"{"expression":"object.spec.replicas <= variables.double"}"#, nil, ""),
            (
                #"{"expression":"variables.broken == 1"}"#,
                "expression 'variables.broken == 1' resulted in error: composited variable \"broken\" fails to evaluate: no such key: none",
                "Invalid"
            ),
            (#"{"expression":"oldObject == null && request.userInfo.username == 'admin'"}"#, nil, ""),
            (
                #"{"expression":"namespaceObject.metadata.creationTimestamp < timestamp('2021-01-01T00:00:00Z')"}"#,
                nil, ""
            ),
        ] as [(String, String?, String)])
    func decide(validation: String, message: String?, reason: String) throws {
        let spec =
            #"{"paramKind":{"apiVersion":"v1","kind":"X"},"variables":[{"name":"limit","expression":"params.data.limit"},{"name":"double","expression":"variables.limit * 2"},{"name":"broken","expression":"object.none"}],"validations":["#
            + validation + "]}"
        let decision = try #require(try program(spec).decide(input).first)
        #expect(decision.action == (message == nil ? .admit : .deny))
        #expect(decision.message == message ?? "")
        #expect(decision.reason == reason)
    }

    @Test("an expression that fails admits where failures are ignored")
    func ignore() throws {
        let spec =
            #"{"failurePolicy":"Ignore","validations":[{"expression":"object.none == 1"},{"expression":"false"}]}"#
        let decisions = try program(spec).decide(input)
        #expect(decisions.map(\.action) == [.admit, .deny])
        #expect(decisions.map(\.isFailure) == [true, false])
    }

    @Test(
        "conditions",
        arguments: [
            ("true", "true", .matches), ("true", "false", .differs), ("object.none == 1", "false", .differs),
            (
                "object.none == 1", "true",
                .failure("expression 'object.none == 1' resulted in error: no such key: none")
            ),
        ] as [(String, String, ValidatingPolicyProgram.Match)])
    func conditions(first: String, second: String, match: ValidatingPolicyProgram.Match) throws {
        let spec =
            #"{"matchConditions":[{"name":"a","expression":""# + first + #""},{"name":"b","expression":""# + second
            + #""}]}"#
        #expect(try program(spec).match(input) == match)
    }
}
