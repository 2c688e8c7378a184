// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct DefinitionRulesTests {
    static let base =
        #"{"metadata":{"name":"foos.e.com"},"spec":{"group":"e.com","scope":"Namespaced","names":{"plural":"foos","kind":"Foo"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]},"status":{"storedVersions":["v1"]}}"#

    /// A version with other fields than the schema.
    private static func version(_ fields: String, _ faults: [String]) -> RuleCase {
        let schema = #""schema":{"openAPIV3Schema":{"type":"object"}}"#
        return RuleCase(
            fields,
            "{\"spec\":{\"versions\":[{\"name\":\"v1\",\"served\":true,\"storage\":true," + schema + "," + fields
                + "}]}}",
            faults)
    }

    /// A schema with a property `a`, and the faults of that.
    private static func property(_ schema: String, _ faults: [String]) -> RuleCase {
        let whole = "{\"type\":\"object\",\"properties\":{\"a\":" + schema + "}}"
        let version =
            "{\"name\":\"v1\",\"served\":true,\"storage\":true,\"schema\":{\"openAPIV3Schema\":" + whole + "}}"
        return RuleCase(
            schema, "{\"spec\":{\"versions\":[" + version + "]}}",
            faults.map { "spec.validation.openAPIV3Schema.properties[a]" + $0 })
    }

    @Test(
        "a CustomResourceDefinition",
        arguments: [
            RuleCase("as it is", "{}", []),
            RuleCase(
                "group", #"{"spec":{"group":"e"}}"#,
                [
                    #"metadata.name: Invalid value: "foos.e.com": must be spec.names.plural+"."+spec.group"#,
                    #"spec.group: Invalid value: "e": should be a domain with at least one dot"#,
                ]),
            RuleCase(
                "scope", #"{"spec":{"scope":"x"}}"#,
                [#"spec.scope: Unsupported value: "x": supported values: "Cluster""#]),
            RuleCase(
                "names", #"{"spec":{"names":{"listKind":"Foo","shortNames":["A"],"categories":["B"]}}}"#,
                [
                    #"spec.names.shortNames[0]: Invalid value: "A""#,
                    #"spec.names.listKind: Invalid value: "Foo": kind and listKind may not be the same"#,
                    #"spec.names.categories[0]: Invalid value: "B""#,
                ]),
            RuleCase(
                "two storage versions",
                #"{"spec":{"versions":[{"name":"v1","storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}},{"name":"v2","storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}"#,
                [
                    #"spec.versions: Invalid value: [{"Name":"v1","Served":false,"Storage":true,"Deprecated":false,"DeprecationWarning":null,"Schema":null"#,
                    #"status.storedVersions: Invalid value: ["v1"]: must have the storage version v2"#,
                ]),
            RuleCase(
                "a group of the community", #"{"metadata":{"name":"foos.x.k8s.io"},"spec":{"group":"x.k8s.io"}}"#,
                ["metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have"]),
            RuleCase(
                "a group of the community, unapproved",
                #"{"metadata":{"name":"foos.x.k8s.io","annotations":{"api-approved.kubernetes.io":"unapproved, a trial"}},"spec":{"group":"x.k8s.io"}}"#,
                []),
            RuleCase(
                "conversion",
                #"{"spec":{"conversion":{"strategy":"Webhook","webhook":{"clientConfig":{},"conversionReviewVersions":["v9"]}}}}"#,
                [
                    "spec.conversion.webhookClientConfig: Required value: exactly one of url or service is required",
                    #"spec.conversion.conversionReviewVersions: Invalid value: ["v9"]: must include at least one of v1"#,
                ]),
            version(
                #""deprecationWarning":"""#,
                [
                    #"spec.versions[0].deprecationWarning: Invalid value: "": can only be set for deprecated versions"#,
                    #"spec.versions[0].deprecationWarning: Invalid value: "": must not be an empty string"#,
                ]),
            version(
                #""subresources":{"scale":{"specReplicasPath":".status.a","statusReplicasPath":"a","labelSelectorPath":".x"}}"#,
                [
                    #"spec.subresources.scale.specReplicasPath: Invalid value: ".status.a": should be a json path under .spec"#,
                    #"spec.subresources.scale.statusReplicasPath: Invalid value: "a": must be a simple json path"#,
                    #"spec.subresources.scale.labelSelectorPath: Invalid value: ".x": should be a json path under either"#,
                ]),
            version(
                #""additionalPrinterColumns":[{"name":"n","type":"x","format":"y","jsonPath":""}]"#,
                [
                    #"spec.additionalPrinterColumns[0].type: Invalid value: "x": must be one of boolean,date,integer"#,
                    #"spec.additionalPrinterColumns[0].format: Invalid value: "y": must be one of byte,date,date-time"#,
                    "spec.additionalPrinterColumns[0].JSONPath: Required value",
                ]),
        ])
    func definition(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(CustomResourceDefinition.self, Self.base, test.patch))
    }

    @Test(
        "a schema",
        arguments: [
            property(#"{"type":"string"}"#, []),
            property(#"{"type":"x"}"#, [#".type: Unsupported value: "x": supported values: "array", "boolean""#]),
            property(#"{"$ref":"x"}"#, [".$ref: Forbidden: $ref is not supported"]),
            property(#"{"type":"string","uniqueItems":true}"#, [".uniqueItems: Forbidden: uniqueItems cannot be set"]),
            property(#"{"type":"array"}"#, [".items: Required value: must be specified"]),
            property(
                #"{"type":"array","items":{}}"#, [".items.type: Required value: must not be empty for specified array"]),
            property(#"{"anyOf":[{"type":"integer"},{"type":"string"}],"x-kubernetes-int-or-string":true}"#, []),
            property(
                #"{"type":"object","oneOf":[{"type":"object","description":"d","nullable":true,"default":{}}]}"#,
                [
                    ".oneOf[0].type: Forbidden: must be empty to be structural",
                    ".oneOf[0].default: Forbidden: must be undefined to be structural",
                    ".oneOf[0].description: Forbidden: must be empty to be structural",
                    ".oneOf[0].nullable: Forbidden: must be false to be structural",
                ]),
            property(
                #"{"type":"object","properties":{"b":{"type":"string"}},"additionalProperties":{"type":"string"}}"#,
                [".additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive"]),
            property(
                #"{"type":"string","x-kubernetes-map-type":"x","x-kubernetes-list-type":"set","x-kubernetes-list-map-keys":["k"]}"#,
                [
                    #".type: Invalid value: "string": must be object if x-kubernetes-map-type is specified"#,
                    #".x-kubernetes-map-type: Unsupported value: "x": supported values: "atomic", "granular""#,
                    #".type: Invalid value: "string": must be array if x-kubernetes-list-type is specified"#,
                    #".x-kubernetes-list-type: Invalid value: "set": must be map if x-kubernetes-list-map-keys is non-empty"#,
                ]),
            property(
                #"{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k","k"],"items":{"type":"object","properties":{"k":{"type":"string","nullable":true}}}}"#,
                [
                    #".x-kubernetes-list-map-keys: Invalid value: ["k","k"]: must not contain duplicate entries"#,
                    ".items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys",
                    ".items.properties[k].nullable: Forbidden: this property is in x-kubernetes-list-map-keys",
                    ".items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys",
                    ".items.properties[k].nullable: Forbidden: this property is in x-kubernetes-list-map-keys",
                ]),
            property(
                #"{"type":"array","x-kubernetes-list-type":"set","items":{"type":"object"}}"#,
                [".items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list"]),
            property(
                #"{"type":"string","x-kubernetes-embedded-resource":true}"#,
                [
                    #".type: Invalid value: "string": must be object if x-kubernetes-embedded-resource is true"#,
                    ".properties: Required value: must not be empty if x-kubernetes-embedded-resource is true",
                ]),
            property(
                #"{"type":"string","x-kubernetes-validations":[{"rule":" "},{"rule":"a\n<b"},{"rule":"c","message":" ","reason":"x"}]}"#,
                [
                    ".x-kubernetes-validations[0].rule: Required value: rule is not specified",
                    ".x-kubernetes-validations[1].message: Required value: message must be specified if rule contains",
                    #".x-kubernetes-validations[2].message: Invalid value: " ": message must be non-empty if specified"#,
                    #".x-kubernetes-validations[2].reason: Unsupported value: "x""#,
                ]),
            property(
                #"{"type":"null"}"#,
                [
                    #".type: Unsupported value: "null": supported values: "array", "boolean", "integer", "number", "object", "string""#,
                    ".type: Forbidden: type cannot be set to null, use nullable as an alternative",
                ]),
            property(
                #"{"type":"object","properties":{"b.c":{"type":"string"}},"x-kubernetes-validations":[{"rule":"true","fieldPath":"['b.c']"},{"rule":"true","fieldPath":".b"}]}"#,
                [#".x-kubernetes-validations[1].fieldPath: Invalid value: ".b": fieldPath must be a valid path"#]),
        ])
    func schema(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(CustomResourceDefinition.self, Self.base, test.patch))
    }

    @Test(
        "a default",
        arguments: [
            property(#"{"type":"string","enum":["a"],"default":"a"}"#, []),
            property(#"{"type":"string","nullable":true,"default":null}"#, []),
            property(#"{"type":"number","default":5}"#, []),
            property(#"{"x-kubernetes-int-or-string":true,"default":"80%"}"#, []),
            property(
                #"{"type":"object","required":["x"],"default":{},"properties":{"x":{"type":"string","default":"y"}}}"#,
                []),
            property(
                #"{"type":"string","default":5}"#,
                [#".default: Invalid value: "integer":  in body must be of type string: "integer""#]),
            property(
                #"{"type":"integer","default":1.5}"#,
                [#".default: Invalid value: "number":  in body must be of type integer: "number""#]),
            property(
                #"{"type":"string","enum":["a"],"default":"b"}"#,
                [#".default: Unsupported value: "b": supported values: "a""#]),
            property(
                #"{"type":"integer","maximum":10,"default":11}"#,
                [".default: Invalid value: 11:  in body should be less than or equal to 10"]),
            property(
                #"{"type":"integer","minimum":2,"exclusiveMinimum":true,"multipleOf":2,"default":1}"#,
                [
                    ".default: Invalid value: 1:  in body should be a multiple of 2",
                    ".default: Invalid value: 1:  in body should be greater than 2",
                ]),
            property(
                #"{"type":"string","minLength":2,"default":"a"}"#,
                [#".default: Invalid value: "a":  in body should be at least 2 chars long"#]),
            property(
                #"{"type":"string","maxLength":1,"default":"ab"}"#,
                [".default: Too long: may not be more than 1 byte"]),
            property(
                #"{"type":"array","maxItems":1,"default":["a",1],"items":{"type":"string"}}"#,
                [
                    ".default: Too many: 2: must have at most 1 item",
                    #".default.[1]: Invalid value: "integer": [1] in body must be of type string: "integer""#,
                ]),
            property(
                #"{"type":"object","required":["x"],"default":{"y":1},"properties":{"x":{"type":"string"},"y":{"type":"string"}}}"#,
                [
                    ".default.x: Required value",
                    #".default.y: Invalid value: "integer": y in body must be of type string: "integer""#,
                ]),
            property(
                #"{"type":"object","additionalProperties":{"type":"array","items":{"type":"boolean","default":1}}}"#,
                [
                    #".additionalProperties.items.default: Invalid value: "integer":  in body must be of type boolean: "integer""#
                ]),
        ])
    func defaults(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(CustomResourceDefinition.self, Self.base, test.patch))
    }

    @Test("what a definition is about does not change")
    func change() throws {
        let established = #"{"status":{"conditions":[{"type":"Established","status":"True"}]}}"#
        let old = Self.base.dropLast(2) + #","conditions":[{"type":"Established","status":"True"}]}}"#
        RuleCase(
            "", established,
            [
                #"spec.scope: Invalid value: "Cluster": field is immutable"#,
                #"spec.names.kind: Invalid value: "Bar": field is immutable"#,
                #"spec.group: Invalid value: "f.com": field is immutable"#,
                #"spec.names.plural: Invalid value: "bars": field is immutable"#,
            ]
        ).expect(
            try RuleTable.update(
                CustomResourceDefinition.self, String(old),
                #"{"spec":{"scope":"Cluster","group":"f.com","names":{"plural":"bars","kind":"Bar"}}}"#))
    }

    @Test(
        "regular expressions whose brackets are not closed",
        arguments: [
            ("a(b)[c]", nil), ("[]]", nil), (#"\("#, nil), ("(", "missing closing ): `(`"),
            ("a)", "unexpected ): `a)`"),
            ("[a", "missing closing ]: `[a`"), ("*a", "missing argument to repetition operator: `*`"),
            ("[[:alpha:]]", nil),
        ])
    func patterns(_ text: String, _ fault: String?) {
        #expect(RegularExpressionText.fault(text) == fault.map { "error parsing regexp: " + $0 })
    }
}
