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
        ] as [(String, String, PolicyMatch)])
    func conditions(first: String, second: String, match: PolicyMatch) throws {
        let spec =
            #"{"matchConditions":[{"name":"a","expression":""# + first + #""},{"name":"b","expression":""# + second
            + #""}]}"#
        #expect(try program(spec).match(input) == match)
    }

    @Test("all conditions that fail are told, and none where the policy lets failures pass")
    func failures() throws {
        let conditions =
            #""matchConditions":[{"name":"a","expression":"object.a == 1"},{"name":"b","expression":"object.b == 1"}]"#
        let text =
            "[expression 'object.a == 1' resulted in error: no such key: a, expression 'object.b == 1' resulted in error: no such key: b]"
        #expect(try program("{\(conditions)}").match(input) == .failure(text))
        #expect(try program(#"{\#(conditions),"failurePolicy":"Ignore"}"#).match(input) == .differs)
    }

    @Test(
        "what is not there has no fields",
        arguments: [
            ("!has(oldObject.metadata)", nil),
            ("oldObject.metadata.name == 'a'", "no such key: metadata"),
            ("oldObject['metadata'] == 'a'", "no such key: metadata"),
            ("object.metadata.name.first == 'a'", "no such key: first"),
        ] as [(String, String?)])
    func absent(expression: String, failure: String?) throws {
        let decision = try #require(
            try program(#"{"validations":[{"expression":"\#(expression)"}]}"#).decide(input).first)
        #expect(decision.message == failure.map { "expression '\(expression)' resulted in error: \($0)" } ?? "")
    }

    /// Allows everything, at the price of an authorizer.
    private struct Anything: CELExtension {
        var typeName: String { "kubernetes.authorization.Authorizer" }
        func isEqual(to _: any CELExtension) -> Bool { true }
        func call(_ name: String, _: [CELValue]) throws(CELFailure) -> CELValue? {
            name == "allowed" ? .bool(true) : .other(self)
        }
    }

    @Test("all expressions together may cost so much and no more, conditions less")
    func budget() throws {
        var input = input
        input.authorizer = Anything()
        let check = "authorizer.path('/x').check('get').allowed()"
        let text = "validation failed due to running out of cost budget, no further validation rules will be run"
        func validations(_ count: Int) -> String {
            let list = Array(repeating: #"{"expression":"\#(check)"}"#, count: count).joined(separator: ",")
            return #"{"validations":[\#(list)]}"#
        }
        #expect(try program(validations(28)).decide(input).allSatisfy { $0.action == .admit })
        let decisions = try program(validations(29)).decide(input)
        #expect(decisions.map(\.message) == [text])
        #expect(decisions.first?.isFailure == true)
        func conditions(_ count: Int) -> String {
            let list = (0..<count).map { #"{"name":"c\#($0)","expression":"\#(check)"}"# }.joined(separator: ",")
            return #"{"matchConditions":[\#(list)]}"#
        }
        #expect(try program(conditions(7)).match(input) == .matches)
        #expect(try program(conditions(8)).match(input) == .failure(text))
        // what variables cost counts as well
        let variables = (0..<29).map { #"{"name":"v\#($0)","expression":"\#(check)"}"# }.joined(separator: ",")
        let uses = (0..<29).map { "variables.v\($0)" }.joined(separator: " && ")
        let spec = #"{"variables":[\#(variables)],"validations":[{"expression":"\#(uses)"}]}"#
        #expect(try program(spec).decide(input).map(\.message) == [text])
    }

    @Test("annotations that cannot be made deny, unless failures are let pass")
    func annotations() throws {
        let annotations =
            #""auditAnnotations":[{"key":"a","valueExpression":"object.metadata.name"},{"key":"b","valueExpression":"object.none"}]"#
        #expect(
            try program("{\(annotations)}").annotationFailures(input) == [
                "expression 'object.none' resulted in error: no such key: none"
            ])
        #expect(try program(#"{\#(annotations),"failurePolicy":"Ignore"}"#).annotationFailures(input).isEmpty)
    }

    private struct Zones: CELTimeZones {
        func offset(of zone: String, at seconds: Int64) -> Int64? {
            zone == "Mars/Base" ? (seconds < 1_000 ? 3_600 : 7_200) : nil
        }
    }

    @Test("a time zone has the offset of the moment")
    func zones() throws {
        let validations = [
            "timestamp('1970-01-01T00:00:00Z').getHours('Mars/Base') == 1",
            "timestamp('1970-01-02T00:00:00Z').getHours('Mars/Base') == 2",
            "timestamp('1970-01-02T00:00:00Z').getHours('Mars/None') == 2",
        ].map { #"{"expression":"\#($0)"}"# }.joined(separator: ",")
        let spec = #"{"validations":[\#(validations)]}"#
        let policy = try JSONCoding.decode(ValidatingAdmissionPolicySpec.self, from: Array(spec.utf8))
        let decisions = ValidatingPolicyProgram(policy, zones: Zones()).decide(input)
        #expect(decisions.map(\.action) == [.admit, .admit, .deny])
        #expect(decisions.last?.message.hasSuffix("resulted in error: unknown time zone Mars/None") == true)
    }
}
