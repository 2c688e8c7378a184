// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Testing
import Wire

@testable import APIServer

struct PatchedDocumentTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var form: ObjectPatch.Form
        var patch: String
        var validation = WriteOptions.FieldValidation.warn
        var warnings: [String] = []
        /// The end of the message of the refusal; nil where there is none.
        var refusal: String?
        var testDescription: String { "\(form) \(patch) \(validation)" }
    }

    private static let document =
        #"{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"a"},"spec":{"replicas":1}}"#

    @Test(
        "the result of a patch is read as an object of the kind",
        arguments: [
            Case(form: .merge, patch: #"{"spec":{"replicas":2}}"#),
            Case(form: .merge, patch: #"{"spec":{"bogus":2}}"#, warnings: [#"unknown field "spec.bogus""#]),
            Case(form: .merge, patch: #"{"spec":{"bogus":2}}"#, validation: .ignore),
            Case(
                form: .merge, patch: #"{"spec":{"bogus":2}}"#, validation: .strict,
                refusal: #"strict decoding error: unknown field "spec.bogus""#),
            Case(
                form: .merge, patch: #"{"spec":{"replicas":2,"replicas":3}}"#,
                warnings: [#"duplicate field "spec.replicas""#]),
            Case(form: .merge, patch: #"{"kind":"Other"}"#, refusal: #"legacyscheme/scheme.go:30""#),
            Case(
                form: .merge, patch: #"{"kind":"Pod","apiVersion":"v1"}"#,
                refusal: "converting (v1.Pod) to (apps.Deployment): unknown conversion"),
            Case(form: .strategicMerge, patch: #"{"kind":"Other"}"#),
            Case(
                form: .strategicMerge, patch: #"{"spec":{"replicas":"two"}}"#,
                refusal: #""map[spec:map[replicas:two]]": unrecognized type: int32"#),
            Case(
                form: .strategicMerge, patch: #"{"spec":{"replicas":1.5}}"#,
                refusal: #""map[spec:map[replicas:1.5]]": cannot convert float64 to int32"#),
            Case(
                form: .strategicMerge, patch: #"{"metadata":{"labels":{"a":1}}}"#,
                refusal: "cannot convert int64 to string"),
            Case(
                form: .strategicMerge, patch: #"{"metadata":{"labels":[]}}"#, refusal: "cannot restore map from slice"),
            Case(form: .strategicMerge, patch: #"{"spec":7}"#, refusal: "cannot restore struct from: int64"),
            Case(form: .strategicMerge, patch: #"{"spec":{"replicas":3.0}}"#),
            Case(
                form: .strategicMerge, patch: #"{"spec":{"strategy":{"type":5}}}"#,
                refusal: "cannot convert int64 to v1.DeploymentStrategyType"),
            Case(
                form: .strategicMerge, patch: #"{"spec":{"strategy":{"type":true}}}"#,
                refusal: "unrecognized type: string"),
            Case(
                form: .strategicMerge, patch: #"{"metadata":{"labels":{"a":1.5}}}"#,
                refusal: "unrecognized type: string"),
            Case(
                form: .strategicMerge, patch: #"{"metadata":{"creationTimestamp":5}}"#,
                refusal: "json: cannot unmarshal number into Go value of type string"),
            Case(
                form: .strategicMerge, patch: #"{"spec":{"strategy":{"rollingUpdate":{"maxSurge":true}}}}"#,
                refusal: "json: cannot unmarshal bool into Go value of type int32"),
            Case(
                form: .merge, patch: #"{"spec":{"strategy":{"rollingUpdate":{"maxSurge":true}}}}"#,
                refusal:
                    "json: cannot unmarshal bool into Go struct field RollingUpdateDeployment.spec.strategy.rollingUpdate.maxSurge of type int32"
            ),
            Case(
                form: .strategicMerge, patch: #"{"spec":{"replicas":2,"replicas":3}}"#, validation: .strict,
                refusal: #""map[spec:map[replicas:3]]": strict decoding error: duplicate field "spec.replicas""#),
            Case(
                form: .json, patch: #"[{"op":"add","path":"/spec/replicas","value":4,"why":1}]"#,
                warnings: [#"json patch unknown field "[0].why""#]),
            Case(
                form: .json, patch: #"[{"op":"add","path":"/spec/replicas","value":"x"}]"#,
                refusal: "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"
            ),
        ])
    func decode(_ c: Case) throws {
        let patch = ObjectPatch(form: c.form, bytes: Array(c.patch.utf8))
        let patched = try PatchEngine.apply(patch, to: try JSONValue.parse(Self.document), kind: Deployment.self)
        var options = WriteOptions()
        options.fieldValidation = c.validation
        var warnings: [String] = []
        var message: String?
        do throws(APIStatusError) {
            _ = try patched.decode(Deployment.self, options, &warnings)
        } catch {
            #expect(error.code == 422)
            message = error.message
        }
        #expect(warnings == c.warnings)
        if let refusal = c.refusal {
            #expect(message?.hasSuffix(refusal) == true, "\(message ?? "accepted")")
        } else {
            #expect(message == nil)
        }
    }
}
