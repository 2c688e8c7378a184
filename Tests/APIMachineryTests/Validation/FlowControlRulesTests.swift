// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct FlowControlRulesTests {
    static let schema =
        #"{"metadata":{"name":"s"},"spec":{"matchingPrecedence":500,"priorityLevelConfiguration":{"name":"system"},"rules":[{"subjects":[{"kind":"User","user":{"name":"u"}}],"resourceRules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"],"namespaces":["n"]}]}]}}"#

    /// A rule with these subjects, and the faults of the first.
    private static func subject(_ text: String, _ faults: [String]) -> RuleCase {
        let urls = #""nonResourceRules":[{"verbs":["*"],"nonResourceURLs":["*"]}]"#
        return RuleCase(
            text, "{\"spec\":{\"rules\":[{\"subjects\":[" + text + "]," + urls + "}]}}",
            faults.map { "spec.rules[0].subjects[0]" + $0 })
    }

    /// A rule about such resources or addresses, and its faults.
    private static func rule(_ text: String, _ faults: [String]) -> RuleCase {
        RuleCase(
            text,
            "{\"spec\":{\"rules\":[{\"subjects\":[{\"kind\":\"Group\",\"group\":{\"name\":\"g\"}}]" + text + "}]}}",
            faults.map { "spec.rules[0]" + $0 })
    }

    @Test(
        "a FlowSchema",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase(
                "precedence", #"{"spec":{"matchingPrecedence":-1}}"#,
                ["spec.matchingPrecedence: Invalid value: -1: must be a positive value"]),
            RuleCase(
                "the first precedence", #"{"spec":{"matchingPrecedence":1}}"#,
                ["spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have"]),
            RuleCase(
                "distinguisher", #"{"spec":{"distinguisherMethod":{"type":"x"}}}"#,
                [#"spec.distinguisherMethod.type: Unsupported value: {"Type":"x"}: supported values: "ByNamespace""#]),
            RuleCase(
                "level", #"{"spec":{"priorityLevelConfiguration":{"name":"A"}}}"#,
                [#"spec.priorityLevelConfiguration.name: Invalid value: "A""#]),
            subject(#"{"kind":"x"}"#, [#".kind: Unsupported value: "x": supported values: "Group""#]),
            subject(
                #"{"kind":"User","group":{"name":"g"}}"#,
                [".user: Required value: user is required when", ".group: Forbidden: group is forbidden when"]),
            subject(
                #"{"kind":"ServiceAccount","serviceAccount":{"name":"A","namespace":"B"}}"#,
                [#".serviceAccount.name: Invalid value: "A""#, #".serviceAccount.namespace: Invalid value: "B""#]),
            rule("", [": Required value: at least one of resourceRules and nonResourceRules has to be non-empty"]),
            rule(
                #","resourceRules":[{"verbs":["*","get"],"apiGroups":["*","a"],"resources":["*","b"],"namespaces":["*","c"]}]"#,
                [
                    #".resourceRules[0].verbs: Invalid value: ["*","get"]: if '*' is present, must not specify other verbs"#,
                    #".resourceRules[0].apiGroups: Invalid value: ["*","a"]: if '*' is present"#,
                    #".resourceRules[0].resources: Invalid value: ["*","b"]: if '*' is present"#,
                    #".resourceRules[0].namespaces: Invalid value: ["*","c"]: if '*' is present"#,
                ]),
            rule(
                #","nonResourceRules":[{"verbs":[],"nonResourceURLs":["a","/a b","/a//b","/a*",""]}]"#,
                [
                    ".nonResourceRules[0].verbs: Required value",
                    #".nonResourceRules[0].nonResourceURLs[0]: Invalid value: "a": must start with slash"#,
                    #".nonResourceRules[0].nonResourceURLs[1]: Invalid value: "/a b": must not contain white-space"#,
                    #".nonResourceRules[0].nonResourceURLs[2]: Invalid value: "/a//b": must not contain double slash"#,
                    #".nonResourceRules[0].nonResourceURLs[3]: Invalid value: "/a*": wildcard can only do suffix"#,
                    #".nonResourceRules[0].nonResourceURLs[4]: Invalid value: "": must not be empty"#,
                ]),
            RuleCase(
                "a schema of the system", #"{"metadata":{"name":"catch-all"}}"#,
                [#"spec: Invalid value: {"PriorityLevelConfiguration":{"Name":"system"},"MatchingPrecedence":500"#]),
            RuleCase(
                "conditions", #"{"status":{"conditions":[{"type":"a"},{"type":"a"},{}]}}"#,
                [
                    #"status.conditions[1].type: Duplicate value: "a""#,
                    "status.conditions[2].type: Required value: must not be empty",
                ]),
        ])
    func flowSchema(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(FlowSchema.self, Self.schema, test.patch))
    }

    static let level =
        #"{"metadata":{"name":"l"},"spec":{"type":"Limited","limited":{"nominalConcurrencyShares":10,"limitResponse":{"type":"Queue","queuing":{"queues":64,"handSize":6,"queueLengthLimit":50}}}}}"#

    @Test(
        "a PriorityLevelConfiguration",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase(
                "type", #"{"spec":{"type":"x"}}"#, [#"spec.type: Unsupported value: "x": supported values: "Exempt""#]),
            RuleCase(
                "both", #"{"spec":{"exempt":{"lendablePercent":5}}}"#,
                ["spec.exempt: Forbidden: must be nil if the type"]),
            RuleCase(
                "shares", #"{"spec":{"limited":{"nominalConcurrencyShares":-1,"lendablePercent":101}}}"#,
                [
                    "spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer",
                    "spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive",
                ]),
            RuleCase(
                "more hands than one hash deals",
                #"{"spec":{"limited":{"limitResponse":{"queuing":{"queues":128,"handSize":9}}}}}"#,
                [
                    "spec.limited.limitResponse.queuing.handSize: Invalid value: 9: required entropy bits of deckSize 128 and handSize 9 should not be greater than 60"
                ]),
            RuleCase(
                "as many hands as one hash deals",
                #"{"spec":{"limited":{"limitResponse":{"queuing":{"queues":1024,"handSize":6}}}}}"#,
                []),
            RuleCase(
                "the level of the system", #"{"metadata":{"name":"catch-all"}}"#,
                [#"spec: Invalid value: {"Type":"Limited","Limited":{"NominalConcurrencyShares":10"#]),
            RuleCase(
                "shares of the level without limits",
                #"{"metadata":{"name":"exempt"},"spec":{"type":"Exempt","limited":null,"exempt":{"nominalConcurrencyShares":5,"lendablePercent":-1}}}"#,
                ["spec.exempt.lendablePercent: Invalid value: -1: must be between 0 and 100, inclusive"]),
        ])
    func level(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(PriorityLevelConfiguration.self, Self.level, test.patch))
    }
}
