// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct AutoscalingRulesTests {
    private static let base =
        #"{"metadata":{"name":"h","namespace":"n"},"spec":{"maxReplicas":3,"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"}}}"#

    private static func spec(_ text: String, _ faults: [String]) -> RuleCase {
        RuleCase(text, #"{"spec":{"# + text + "}}", faults.map { "spec." + $0 })
    }

    private static func source(_ text: String, _ faults: [String]) -> RuleCase {
        RuleCase(text, #"{"spec":{"metrics":[{"# + text + "}]}}", faults.map { "spec.metrics[0]." + $0 })
    }

    @Test(
        "a HorizontalPodAutoscaler",
        arguments: [
            RuleCase("as it is", "{}", []),
            spec(
                #""maxReplicas":0"#,
                [
                    "maxReplicas: Required value: must be set and greater than 0",
                    "maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`",
                ]),
            spec(
                #""maxReplicas":-1"#,
                [
                    "maxReplicas: Invalid value: -1: must be greater than or equal to 1",
                    "maxReplicas: Invalid value: -1: must be greater than or equal to `minReplicas`",
                ]),
            spec(
                #""minReplicas":4"#, ["maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`"]),
            spec(
                #""scaleTargetRef":{"kind":"","name":"a/b"}"#,
                [
                    "scaleTargetRef.kind: Required value",
                    #"scaleTargetRef.name: Invalid value: "a/b": may not contain '/'"#,
                ]),
        ])
    func autoscaler(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(HorizontalPodAutoscaler.self, Self.base, test.patch))
    }

    @Test(
        "a metric",
        arguments: [
            source(
                #""type":"Resource""#,
                ["resource: Required value: must populate information for the given metric source"]),
            source(
                #""type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization"}}"#,
                ["resource.target.averageUtilization: Required value: must set either a target raw value or a target"]),
            source(
                #""type":"Resource","resource":{"name":"","target":{"type":"","averageUtilization":0}}"#,
                [
                    "resource.name: Required value: must specify a resource name",
                    "resource.target.type: Required value: must specify a metric target type",
                    #"resource.target.type: Invalid value: "": must be either Utilization, Value, or AverageValue"#,
                    "resource.target.averageUtilization: Invalid value: 0: must be greater than 0",
                ]),
            source(
                #""type":"Pods","pods":{"metric":{"name":""},"target":{"type":"AverageValue"}}"#,
                [
                    "pods.metric.name: Required value: must specify a metric name",
                    "pods.target.averageValue: Required value: must specify a positive target averageValue",
                ]),
            source(
                #""type":"External","external":{"metric":{"name":"m"},"target":{"type":"Value","value":"0","averageValue":"1"}}"#,
                [
                    #"external.target.value: Invalid value: "0": must be positive"#,
                    "external.target.value: Forbidden: may not set both a target value for metric and a per-pod target",
                ]),
            source(
                #""type":"ContainerResource","containerResource":{"name":"cpu","container":"A_","target":{"type":"Utilization","averageUtilization":1}}"#,
                [#"containerResource.container: Invalid value: "A_": a lowercase RFC 1123 label"#]),
        ])
    func metric(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(HorizontalPodAutoscaler.self, Self.base, test.patch))
    }

    @Test(
        "the behavior of a HorizontalPodAutoscaler",
        arguments: [
            RuleCase("no policies: the defaults", #"{"spec":{"behavior":{"scaleUp":{}}}}"#, []),
            RuleCase("null policies: the defaults", #"{"spec":{"behavior":{"scaleUp":{"policies":null}}}}"#, []),
            RuleCase(
                "an empty list of policies", #"{"spec":{"behavior":{"scaleUp":{"policies":[]}}}}"#,
                ["spec.behavior.scaleUp.policies: Required value: must specify at least one Policy"]),
            RuleCase(
                "the window", #"{"spec":{"behavior":{"scaleDown":{"stabilizationWindowSeconds":3601}}}}"#,
                ["spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: 3601"]),
        ])
    func behavior(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(HorizontalPodAutoscaler.self, Self.base, test.patch))
    }
}
