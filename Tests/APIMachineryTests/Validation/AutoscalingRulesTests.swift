// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct AutoscalingRulesTests {
    private static let base =
        #"{"metadata":{"name":"h","namespace":"n"},"spec":{"maxReplicas":3,"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"}}}"#

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
