// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct AdmissionRulesTests {
    private static func webhooks(_ fields: String) -> String { "{\"webhooks\":[{" + hook + fields + "}]}" }

    private static let hook =
        #""name":"a.b.c","sideEffects":"None","admissionReviewVersions":["v1"],"clientConfig":{"url":"https://x"}"#

    /// A webhook with one more field (what stands twice counts the second time), and its faults.
    private static func field(_ text: String, _ faults: [String]) -> RuleCase {
        RuleCase(text, webhooks("," + text), faults.map { "webhooks[0]." + $0 })
    }

    private static func rule(_ text: String, _ faults: [String]) -> RuleCase {
        let whole = #""operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"],"# + text
        return field("\"rules\":[{" + whole + "}]", faults.map { "rules[0]." + $0 })
    }

    @Test(
        "webhooks",
        arguments: [
            field(#""timeoutSeconds":30"#, []),
            field(#""name":"a.b""#, [#"name: Invalid value: "a.b": should be a domain with at least three segments"#]),
            field(#""failurePolicy":"x""#, [#"failurePolicy: Unsupported value: "x": supported values: "Fail""#]),
            field(#""sideEffects":"Some""#, [#"sideEffects: Unsupported value: "Some": supported values: "None""#]),
            field(#""timeoutSeconds":0"#, ["timeoutSeconds: Invalid value: 0: the timeout value must be between 1"]),
            field(
                #""admissionReviewVersions":["v2","v2","V 1"]"#,
                [
                    #"admissionReviewVersions[1]: Invalid value: "v2": duplicate version"#,
                    #"admissionReviewVersions[2]: Invalid value: "V 1": a DNS-1035 label must"#,
                    #"admissionReviewVersions: Invalid value: ["v2","v2","V 1"]: must include at least one of v1, v1beta1"#,
                ]),
            field(#""clientConfig":{}"#, ["clientConfig: Required value: exactly one of url or service is required"]),
            field(
                #""clientConfig":{"url":"http://u:p@h/a?b#c"}"#,
                [
                    #"clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired"#,
                    #"clientConfig.url: Invalid value: "u:p": user information is not permitted in the URL"#,
                    #"clientConfig.url: Invalid value: "c": fragments are not permitted in the URL"#,
                    #"clientConfig.url: Invalid value: "b": query parameters are not permitted in the URL"#,
                ]),
            field(
                #""clientConfig":{"url":"https:///a"}"#,
                [#"clientConfig.url: Invalid value: "": host must be specified"#]),
            field(
                #""clientConfig":{"service":{"path":"ab//B","port":0}}"#,
                [
                    "clientConfig.service.name: Required value: service name is required",
                    "clientConfig.service.namespace: Required value: service namespace is required",
                    "clientConfig.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535",
                    #"clientConfig.service.path: Invalid value: "ab//B": must start with a '/'"#,
                    #"clientConfig.service.path: Invalid value: "ab//B": segment[1] may not be empty"#,
                    #"clientConfig.service.path: Invalid value: "ab//B": segment[2]: a lowercase RFC 1123 subdomain"#,
                ]),
            field(
                #""matchConditions":[{"name":"","expression":" "},{"name":"a","expression":"true"},{"name":"a","expression":"true"}]"#,
                [
                    "matchConditions[0].expression: Required", "matchConditions[0].name: Required",
                    #"matchConditions[2].name: Duplicate value: "a""#,
                ]),
            rule(#""scope":"x""#, [#"scope: Unsupported value: "x": supported values: "*", "Cluster", "Namespaced""#]),
            rule(
                #""operations":["*","x"]"#,
                [
                    #"operations: Invalid value: ["*","x"]: if '*' is present, must not specify other operations"#,
                    #"operations[1]: Unsupported value: "x""#,
                ]),
            rule(
                #""apiVersions":["*",""]"#,
                [
                    #"apiVersions: Invalid value: ["*",""]: if '*' is present, must not specify other API versions"#,
                    "apiVersions[1]: Required",
                ]),
            rule(#""resources":["*/*","a"]"#, [#"resources: Invalid value: ["*/*","a"]: if '*/*' is present"#]),
            rule(
                #""resources":["*","a"]"#,
                [#"resources: Invalid value: ["*","a"]: if '*' is present, must not specify other resources without"#]),
            rule(
                #""resources":["*/x","a/x"]"#,
                [#"resources[1]: Invalid value: "a/x": if '*/x' is present, must not specify a/x"#]),
        ])
    func webhooks(_ test: RuleCase) throws {
        let base = #"{"metadata":{"name":"w"}}"#
        test.expect(try RuleTable.create(ValidatingWebhookConfiguration.self, base, test.patch))
        test.expect(try RuleTable.create(MutatingWebhookConfiguration.self, base, test.patch))
    }

    @Test("a webhook of a mutating configuration may be called again")
    func reinvocation() throws {
        let patch = Self.webhooks(#","reinvocationPolicy":"x""#)
        RuleCase(
            "", "", [#"webhooks[0].reinvocationPolicy: Unsupported value: "x": supported values: "IfNeeded", "Never""#]
        )
        .expect(try RuleTable.create(MutatingWebhookConfiguration.self, #"{"metadata":{"name":"w"}}"#, patch))
    }

    @Test("what an old webhook had is let through")
    func ratcheting() throws {
        let old =
            "{\"metadata\":{\"name\":\"w\"},\"webhooks\":[{" + Self.hook
            + #","sideEffects":"Some","admissionReviewVersions":["v9"]}]}"#
        #expect(try RuleTable.update(ValidatingWebhookConfiguration.self, old, "{}").isEmpty)
    }

    static let policy =
        #"{"metadata":{"name":"p"},"spec":{"matchConstraints":{"resourceRules":[{"apiGroups":["apps"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["deployments"]}]},"validations":[{"expression":"true"}]}}"#

    @Test(
        "a ValidatingAdmissionPolicy",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase("failure", #"{"spec":{"failurePolicy":"x"}}"#, [#"spec.failurePolicy: Unsupported value: "x""#]),
            RuleCase(
                "parameters", #"{"spec":{"paramKind":{"apiVersion":"A/V","kind":"K_"}}}"#,
                [
                    #"spec.paramKind.apiVersion: Invalid value: "A": a lowercase RFC 1123"#,
                    #"spec.paramKind.apiVersion: Invalid value: "V": a DNS-1035 label"#,
                    #"spec.paramKind.kind: Invalid value: "K_": may have mixed case, but should otherwise match"#,
                ]),
            RuleCase(
                "matching", #"{"spec":{"matchConstraints":{"matchPolicy":"x","resourceRules":[]}}}"#,
                [
                    #"spec.matchConstraints.matchPolicy: Unsupported value: "x""#,
                    "spec.matchConstraints.resourceRules: Required value",
                ]),
            RuleCase(
                "names of resources",
                #"{"spec":{"matchConstraints":{"excludeResourceRules":[{"resourceNames":["a/b","c","c"],"apiGroups":["*"],"apiVersions":["*"],"operations":["*"],"resources":["*"]}]}}}"#,
                [
                    #"spec.matchConstraints.excludeResourceRules[0].resourceNames[0]: Invalid value: "a/b": may not"#,
                    #"spec.matchConstraints.excludeResourceRules[0].resourceNames[2]: Duplicate value: "c""#,
                ]),
            RuleCase(
                "variables", #"{"spec":{"variables":[{"name":" ","expression":""},{"name":"in","expression":"1"}]}}"#,
                [
                    "spec.variables[0].name: Required value: name is not specified",
                    "spec.variables[0].expression: Required value: expression is not specified",
                    #"spec.variables[1].name: Invalid value: "in": name is not a valid CEL identifier"#,
                ]),
            RuleCase(
                "messages",
                #"{"spec":{"validations":[{"expression":"true","message":"a\nb","messageExpression":" "},{"expression":"true","message":" "}]}}"#,
                [
                    #"spec.validations[0].messageExpression: Invalid value: " ": must be non-empty if specified"#,
                    #"spec.validations[0].message: Invalid value: "a\nb": message must not contain line breaks"#,
                    #"spec.validations[1].message: Invalid value: " ": message must be non-empty if specified"#,
                ]),
            RuleCase(
                "annotations",
                #"{"spec":{"auditAnnotations":[{"key":"a","valueExpression":""},{"key":"a","valueExpression":"'x'"}]}}"#,
                [
                    "spec.auditAnnotations[0].valueExpression: Required value: valueExpression is not specified",
                    #"spec.auditAnnotations[1].key: Duplicate value: "a""#,
                ]),
        ])
    func policy(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(ValidatingAdmissionPolicy.self, Self.policy, test.patch))
    }

    @Test(
        "a ValidatingAdmissionPolicyBinding",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase("policy", #"{"spec":{"policyName":""}}"#, ["spec.policyName: Required value"]),
            RuleCase(
                "parameters", #"{"spec":{"paramRef":{"name":"a","selector":{},"parameterNotFoundAction":"x"}}}"#,
                [
                    "spec.paramRef.name: Forbidden: name and selector are mutually exclusive",
                    "spec.paramRef.selector: Forbidden: name and selector are mutually exclusive",
                    #"spec.paramRef.parameterNotFoundAction: Unsupported value: "x": supported values: "Deny", "Allow""#,
                ]),
            RuleCase(
                "actions", #"{"spec":{"validationActions":["Deny","Warn","Deny"]}}"#,
                [
                    #"spec.validationActions[2]: Duplicate value: "Deny""#,
                    #"spec.validationActions: Invalid value: ["Deny","Warn","Deny"]: must not contain both Deny and Warn"#,
                ]),
        ])
    func binding(_ test: RuleCase) throws {
        let base = #"{"metadata":{"name":"b"},"spec":{"policyName":"p","validationActions":["Audit"]}}"#
        test.expect(try RuleTable.create(ValidatingAdmissionPolicyBinding.self, base, test.patch))
    }

    @Test(
        "a MutatingAdmissionPolicy",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase("again", #"{"spec":{"reinvocationPolicy":null}}"#, ["spec.reinvocationPolicy: Required value"]),
            RuleCase(
                "nothing", #"{"spec":{"mutations":[]}}"#, ["spec.mutations: Required value: mutations must contain"]),
            RuleCase("type", #"{"spec":{"mutations":[{}]}}"#, ["spec.mutations[0].patchType: Required value"]),
            RuleCase(
                "the other type",
                #"{"spec":{"mutations":[{"patchType":"ApplyConfiguration","jsonPatch":{"expression":"[]"}}]}}"#,
                [
                    "spec.mutations[0].applyConfiguration: Required value: must be specified when patchType is Apply",
                    #"spec.mutations[0].jsonPatch: Invalid value: "{jsonPatch}": must not be specified when patchType"#,
                ]),
        ])
    func mutation(_ test: RuleCase) throws {
        let base =
            #"{"metadata":{"name":"m"},"spec":{"reinvocationPolicy":"Never","matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["pods"]}]},"mutations":[{"patchType":"JSONPatch","jsonPatch":{"expression":"[JSONPatch{op: 'remove', path: '/a'}]"}}]}}"#
        test.expect(try RuleTable.create(MutatingAdmissionPolicy.self, base, test.patch))
    }
}
