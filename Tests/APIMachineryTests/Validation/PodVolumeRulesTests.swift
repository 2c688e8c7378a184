// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct PodVolumeRulesTests {
    /// A row for a volume, with faults below it.
    private static func volume(_ text: String, _ faults: [String]) -> RuleCase {
        RuleCase(
            text, #"{"spec":{"volumes":[{"name":"v",\#(text)}]}}"#, faults.map { "spec.volumes[0]." + $0 })
    }

    private static func iscsi(_ text: String, portal: String = "p") -> String {
        #""iscsi":{"targetPortal":"\#(portal)","iqn":"iqn.2001-04.com.example:disk1","lun":0,"initiatorName":"\#(text)"}"#
    }

    @Test(
        "a volume of a pod",
        arguments: [
            volume(
                #""emptyDir":{},"downwardAPI":{"items":[]}"#,
                ["downwarAPI: Forbidden: may not specify more than 1 volume type"]),
            volume(
                iscsi("abc"),
                [
                    #"iscsi.initiatorname: Invalid value: "abc": must be valid format starting with iqn, eui, or naa"#
                ]),
            volume(iscsi("eui.1"), [#"iscsi.initiatorname: Invalid value: "eui.1": must be valid format"#]),
            volume(
                iscsi("eui.0123456789abcdef", portal: String(repeating: "a", count: 63)),
                [#"name: Invalid value: "v": Total length of <volume name>:<iscsi.targetPortal> must be under 64"#]),
            volume(
                #""configMap":{"name":"m","items":[{"key":"k","path":".."}]}"#,
                [
                    #"configMap.items[0].path: Invalid value: "..": must not contain '..'"#,
                    #"configMap.items[0].path: Invalid value: "..": must not start with '..'"#,
                ]),
            volume(
                #""csi":{"driver":"d","nodePublishSecretRef":{"name":""}}"#,
                ["csi.nodePublishSecretRef.name: Required value"]),
            volume(
                #""csi":{"driver":"d","nodePublishSecretRef":{"name":"A"}}"#,
                [#"csi.name: Invalid value: "A": a lowercase RFC 1123 subdomain"#]),
            volume(
                #""ephemeral":{"volumeClaimTemplate":{"metadata":{"name":"a","labels":{"a":"b"},"uid":"u","finalizers":["a.b/c"]},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}}"#,
                [
                    "ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set",
                    "ephemeral.volumeClaimTemplate.metadata.uID: Forbidden: cannot be set",
                    "ephemeral.volumeClaimTemplate.metadata.finalizers: Forbidden: cannot be set",
                ]),
        ])
    func sources(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(Pod.self, PodRulesTests.pod, test.patch))
    }

    /// A row for the specification of a pod.
    private static func spec(_ text: String, _ faults: [String]) -> RuleCase {
        RuleCase(text, #"{"spec":{"# + text + "}}", faults.map { "spec." + $0 })
    }

    private static func rules(_ rules: String, policy: String = #""restartPolicy":"Never""#) -> String {
        #"{"name":"c","image":"i:1",\#(policy),"restartPolicyRules":[\#(rules)]}"#
    }

    private static let codes = #""exitCodes":{"operator":"In","values":[1]}"#

    @Test(
        "what a pod says of restarts, priority and resources",
        arguments: [
            spec(
                #""preemptionPolicy":"Maybe""#,
                [
                    #"preemptionPolicy: Unsupported value: "Maybe": supported values: "PreemptLowerPriority", "Never""#
                ]),
            spec(#""preemptionPolicy":"""#, ["preemptionPolicy: Required value"]),
            spec(#""containers":["# + rules(#"{"action":"Restart",\#(codes)}"#) + "]", []),
            spec(#""containers":["# + rules(#"{"action":"RestartAllContainers",\#(codes)}"#) + "]", []),
            spec(
                #""containers":["# + rules(#"{"action":"Stop",\#(codes)}"#) + "]",
                [
                    #"containers[0].restartPolicyRules[0].action: Unsupported value: "Stop": supported values: "Restart", "RestartAllContainers""#
                ]),
            spec(
                #""initContainers":["#
                    + rules(#"{"action":"Restart",\#(codes)}"#, policy: #""restartPolicy":"Always""#)
                    .replacing(#""c""#, with: #""s""#) + "]", []),
            spec(
                #""os":{"name":"windows"},"resources":{"requests":{"cpu":"1"}}"#,
                ["resources: Forbidden: may not be set for a windows pod"]),
            spec(
                #""resources":{"requests":{"cpu":"500m"}}"#,
                [
                    #"resources.requests[cpu]: Invalid value: "500m": must be greater than or equal to aggregate container requests of 1"#
                ]),
            // what the pod does not ask for, its containers may
            spec(#""resources":{"requests":{"memory":"1Gi"}}"#, []),
            // only the address of a Service has to be one
            spec(
                #""containers":[{"name":"c","image":"i:1","ports":[{"containerPort":80,"hostIP":"x"}]}]"#, []),
        ])
    func specification(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(Pod.self, PodRulesTests.pod, test.patch))
    }
}
