// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

/// Expressions in objects: that those which do not compile, or give the wrong type, are refused.
struct ExpressionRulesTests {
    private static let rules =
        #""matchConstraints":{"resourceRules":[{"apiGroups":["apps"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["deployments"]}]}"#
    static let policy =
        #"{"metadata":{"name":"p"},"spec":{"# + rules + #","validations":[{"expression":"true"}]}}"#

    @Test(
        "a ValidatingAdmissionPolicy",
        arguments: [
            RuleCase(
                "fine",
                #"{"spec":{"validations":[{"expression":"object.spec.replicas < 5 && request.operation == 'CREATE'"}]}}"#,
                []),
            RuleCase(
                "type", #"{"spec":{"validations":[{"expression":"1 + 1"}]}}"#,
                [#"spec.validations[0].expression: Invalid value: "1 + 1": must evaluate to bool but got int"#]),
            RuleCase(
                "name", #"{"spec":{"validations":[{"expression":"x == 1"}]}}"#,
                [
                    #"spec.validations[0].expression: Invalid value: "x == 1": compilation failed: ERROR: <input>:1:1: undeclared reference to 'x' (in container '')"#
                ]),
            RuleCase(
                "no parameters", #"{"spec":{"validations":[{"expression":"params.a == 1"}]}}"#,
                [
                    #"spec.validations[0].expression: Invalid value: "params.a == 1": compilation failed: ERROR: <input>:1:1: undeclared reference to 'params'"#
                ]),
            RuleCase(
                "parameters",
                #"{"spec":{"paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"validations":[{"expression":"params.a == 1"}],"matchConditions":[{"name":"a","expression":"params.a == 1"}]}}"#,
                []),
            RuleCase(
                "variables",
                #"{"spec":{"variables":[{"name":"a","expression":"1"},{"name":"b","expression":"variables.a + 1"},{"name":"c","expression":"variables.a + ''"}],"validations":[{"expression":"variables.b > 1"},{"expression":"variables.x"}]}}"#,
                [
                    #"spec.variables[2].expression: Invalid value: "variables.a + ''": compilation failed: ERROR: <input>:1:13: found no matching overload for '_+_' applied to '(int, string)'"#,
                    #"spec.validations[1].expression: Invalid value: "variables.x": compilation failed: ERROR: <input>:1:10: undefined field 'x'"#,
                ]),
            RuleCase(
                "message",
                #"{"spec":{"validations":[{"expression":"true","messageExpression":"1"},{"expression":"true","messageExpression":"authorizer.path('x')"}]}}"#,
                [
                    #"spec.validations[0].messageExpression: Invalid value: "1": must evaluate to string but got int"#,
                    #"spec.validations[1].messageExpression: Invalid value: "authorizer.path('x')": compilation failed: ERROR: <input>:1:1: undeclared reference to 'authorizer'"#,
                ]),
            RuleCase(
                "annotation",
                #"{"spec":{"auditAnnotations":[{"key":"a","valueExpression":" 1 "},{"key":"b","valueExpression":"null"}]}}"#,
                [
                    #"spec.auditAnnotations[0].valueExpression: Invalid value: " 1 ": must evaluate to one of [string null_type] but got int"#
                ]),
            RuleCase(
                "condition", #"{"spec":{"matchConditions":[{"name":"a","expression":" object.x "}]}}"#,
                [#"spec.matchConditions[0].expression: Invalid value: "object.x": must evaluate to bool but got dyn"#]),
        ])
    func validating(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(ValidatingAdmissionPolicy.self, Self.policy, test.patch))
    }

    @Test(
        "a MutatingAdmissionPolicy",
        arguments: [
            ("Object{spec: Object.spec{replicas: 3}}", ""), ("1", "must evaluate to Object but got int"),
            ("Object.spec{}", "must evaluate to Object but got Object.spec"),
            (
                "Object{",
                "compilation failed: ERROR: <input>:1:8: Syntax error: mismatched input '<EOF>' expecting {'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}"
            ),
        ])
    func configuration(text: String, fault: String) throws {
        try mutation("ApplyConfiguration", "applyConfiguration", text, fault)
    }

    @Test(
        "a JSON patch of a MutatingAdmissionPolicy",
        arguments: [
            ("[JSONPatch{op: 'add', path: '/a', value: jsonpatch.escapeKey('a')}]", ""),
            ("[]", "must evaluate to list(JSONPatch) but got list(dyn)"),
            (
                "[JSONPatch{op: 1}]",
                "compilation failed: ERROR: <input>:1:14: expected type of field 'op' is 'string' but provided type is 'int'"
            ),
        ])
    func patch(text: String, fault: String) throws {
        try mutation("JSONPatch", "jsonPatch", text, fault)
    }

    private func mutation(_ type: String, _ field: String, _ text: String, _ fault: String) throws {
        let base =
            #"{"metadata":{"name":"p"},"spec":{"# + Self.rules
            + #","reinvocationPolicy":"Never","mutations":[{"patchType":""# + type + #"",""# + field
            + #"":{"expression":""# + text + #""}}]}}"#
        let faults =
            fault.isEmpty ? [] : ["spec.mutations[0].\(field).expression: Invalid value: \"\(text)\": \(fault)"]
        RuleCase(text, "{}", faults).expect(try RuleTable.create(MutatingAdmissionPolicy.self, base, "{}"))
    }

    @Test(
        "a selector of devices",
        arguments: [
            ("device.driver == 'a' && device.attributes['b'].c", ""), ("device.attributes['b'].c", ""),
            ("1", "Invalid value: \"1\": must evaluate to bool or the unknown type, not int"),
            (
                "device.",
                "Invalid value: \"device.\": compilation failed: ERROR: <input>:1:8: Syntax error: no viable alternative at input '.'"
            ),
            (
                "device.bogus == 1",
                "Invalid value: \"device.bogus == 1\": compilation failed: ERROR: <input>:1:7: undefined field 'bogus'"
            ),
            (CELCostTests.expensive, "Forbidden: too complex, exceeds cost limit"),
        ])
    func device(text: String, fault: String) throws {
        let base = #"{"metadata":{"name":"c"},"spec":{"selectors":[{"cel":{"expression":""# + text + #""}}]}}"#
        let faults = fault.isEmpty ? [] : ["spec.selectors[0].cel.expression: " + fault]
        RuleCase(text, "{}", faults).expect(try RuleTable.create(DeviceClass.self, base, "{}"))
    }

    @Test(
        "rules of a custom kind's schema",
        arguments: [
            (#""type":"string","x-kubernetes-validations":[{"rule":"self.size() < 5"}]"#, []),
            (
                #""type":"object","properties":{"a-b":{"type":"integer"}},"x-kubernetes-validations":[{"rule":"self.a__dash__b > 1"}]"#,
                []
            ),
            (
                #""type":"string","x-kubernetes-validations":[{"rule":"self.foo"}]"#,
                [
                    ".rule: Invalid value: {\"Rule\":\"self.foo\",\"Message\":\"\",\"MessageExpression\":\"\",\"Reason\":null,\"FieldPath\":\"\",\"OptionalOldSelf\":null}: compilation failed: ERROR: <input>:1:5: type 'string' does not support field selection"
                ]
            ),
            (
                #""type":"integer","x-kubernetes-validations":[{"rule":"self + 1"}]"#,
                [
                    ".rule: Invalid value: {\"Rule\":\"self + 1\",\"Message\":\"\",\"MessageExpression\":\"\",\"Reason\":null,\"FieldPath\":\"\",\"OptionalOldSelf\":null}: cel expression must evaluate to a bool"
                ]
            ),
            (
                #""type":"string","x-kubernetes-validations":[{"rule":"true","messageExpression":"1"}]"#,
                [
                    ".messageExpression: Invalid value: {\"Rule\":\"true\",\"Message\":\"\",\"MessageExpression\":\"1\",\"Reason\":null,\"FieldPath\":\"\",\"OptionalOldSelf\":null}: messageExpression must evaluate to a string"
                ]
            ),
            (#""type":"string","x-kubernetes-validations":[{"rule":"oldSelf.hasValue()","optionalOldSelf":true}]"#, []),
            (
                #""type":"string","x-kubernetes-validations":[{"rule":"true","optionalOldSelf":true}]"#,
                [".optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule"]
            ),
            (
                #""type":"string","x-kubernetes-validations":[{"rule":"true","fieldPath":".x"}]"#,
                [".fieldPath: Invalid value: \".x\": fieldPath must be a valid path"]
            ),
            (
                #""type":"array","maxItems":10,"items":{"type":"string","maxLength":10},"x-kubernetes-validations":[{"rule":"self.all(x, self.all(y, x == y))"}]"#,
                []
            ),
        ] as [(String, [String])])
    func rule(schema: String, faults: [String]) throws {
        let patch = Self.version("{\(schema)}")
        let start = "spec.validation.openAPIV3Schema.properties[a].x-kubernetes-validations[0]"
        RuleCase(schema, patch, faults.map { start + $0 })
            .expect(try RuleTable.create(CustomResourceDefinition.self, DefinitionRulesTests.base, patch))
    }

    private static func version(_ schema: String) -> String {
        #"{"spec":{"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"a":"#
            + schema + "}}}}]}}"
    }

    @Test("rules over lists without limits are too expensive, and cannot use the items of an old list")
    func expensive() throws {
        let schema =
            #"{"type":"array","items":{"type":"string","x-kubernetes-validations":[{"rule":"self == oldSelf"}]}}"#
        let root = "spec.validation.openAPIV3Schema"
        let rule = root + ".properties[a].items.x-kubernetes-validations[0].rule: "
        let factor = "exceeds budget by factor of more than 100x (try simplifying the rule"
        RuleCase(
            "expensive", "",
            [
                rule + "Forbidden: estimated rule cost " + factor,
                rule
                    + "Invalid value: \"self == oldSelf\": oldSelf cannot be used on the uncorrelatable portion of the schema within \(root).properties[a]",
                rule
                    + "Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema",
                root + ": Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema "
                    + factor,
            ]
        ).expect(try RuleTable.create(CustomResourceDefinition.self, DefinitionRulesTests.base, Self.version(schema)))
    }
}
