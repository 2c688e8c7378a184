// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct DefinitionVersionRulesTests {
    static let base = DefinitionRulesTests.base

    @Test(
        "fields that selectors compare",
        arguments: [
            ([".spec.a", ".spec.n", ".spec.m.x"], []),
            (
                ["", ".spec.a", ".spec.a"],
                ["[0].jsonPath: Required value", #"[2].jsonPath: Duplicate value: ".spec.a""#]
            ),
            (
                ["spec.a", ".spec.b", ".spec.", ".spec['a']"],
                [
                    #"[0].jsonPath: Invalid value: "spec.a": is an invalid path: expected [ or . but got: spec"#,
                    #"[1].jsonPath: Invalid value: ".spec.b": is an invalid path: does not refer to a valid field"#,
                    #"[2].jsonPath: Invalid value: ".spec.": is an invalid path: unexpected end of JSON path"#,
                    #"[3].jsonPath: Invalid value: ".spec['a']": is an invalid path: array notation is not allowed"#,
                ]
            ),
            (
                [".spec", ".metadata.name"],
                [
                    #"[0].jsonPath: Invalid value: ".spec": must point to a field of type string, boolean or integer."#,
                    #"[1].jsonPath: Invalid value: ".metadata.name": must not point to fields in metadata"#,
                ]
            ),
        ])
    func selectable(_ paths: [String], _ faults: [String]) throws {
        let schema =
            #"{"type":"object","properties":{"metadata":{"type":"object","properties":{"name":{"type":"string"}}},"spec":{"type":"object","properties":{"a":{"type":"string"},"n":{"type":"integer"},"m":{"type":"object","additionalProperties":{"type":"boolean"}}}}}}"#
        let fields = paths.map { #"{"jsonPath":"# + GoText.quote($0) + "}" }.joined(separator: ",")
        let version =
            #"{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":"# + schema
            + #"},"selectableFields":["# + fields + "]}"
        RuleCase("", "", faults.map { "spec.selectableFields" + $0 }).expect(
            try RuleTable.create(
                CustomResourceDefinition.self, Self.base, #"{"spec":{"versions":["# + version + "]}}"))
    }

    @Test("a webhook that converts is known by certificates")
    func certificates() throws {
        let webhook =
            #"{"clientConfig":{"url":"https://a.example","caBundle":"eA=="},"conversionReviewVersions":["v1"]}"#
        let text =
            #"spec.conversion.webhookClientConfig.caBundle: Invalid value: "eA==": unable to load root certificates: data does not contain any valid"#
        let patch = #"{"spec":{"conversion":{"strategy":"Webhook","webhook":"# + webhook + "}}}"
        RuleCase("", "", [text]).expect(try RuleTable.create(CustomResourceDefinition.self, Self.base, patch))
        RuleCase("", "", []).expect(try RuleTable.update(CustomResourceDefinition.self, Self.base, patch))
    }
}
