// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct PodStatusRulesTests {
    private static let ended = #""state":{"terminated":{"exitCode":1}}"#
    private static let running = #""state":{"running":{}}"#
    static let pod = #"""
        {"metadata":{"name":"p","namespace":"n"},"spec":{"nodeName":"m","restartPolicy":"Never","serviceAccountName":"default",
        "preemptionPolicy":"PreemptLowerPriority",
        "containers":[{"name":"c","image":"i:1","resources":{"requests":{"cpu":"1"},"claims":[{"name":"gpu"}]}},
        {"name":"d","image":"i:1","restartPolicy":"Never","restartPolicyRules":[{"action":"Restart",
        "exitCodes":{"operator":"In","values":[1]}}]}],"resourceClaims":[{"name":"gpu","resourceClaimName":"g"}]},
        "status":{"containerStatuses":[{"name":"c",\#(ended)},{"name":"d",\#(ended)}]}}
        """#

    private static func status(_ text: String, _ faults: [String]) -> RuleCase {
        RuleCase(text, #"{"status":{"# + text + "}}", faults.map { "status." + $0 })
    }

    private static func states(_ first: String, _ second: String) -> String {
        #""containerStatuses":[{"name":"c",\#(first)},{"name":"d",\#(second)}]"#
    }

    private static let name = "extendedResourceClaimStatus"

    @Test(
        "the status of a pod",
        arguments: [
            status(
                #""nominatedNodeName":"m""#,
                ["nominatedNodeName: Forbidden: may not be set on pods that are already bound to a node"]),
            // one container ended for good, the other has a rule for its code
            status(
                states(running, running),
                ["containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state"]),
            status(
                #""podIPs":[{"ip":"10.0.0.1"},{"ip":"10.0.0.1"}],"podIP":"10.0.0.1""#,
                [
                    #"podIPs: Invalid value: [{"IP":"10.0.0.1"},{"IP":"10.0.0.1"}]: may specify no more than one IP for each IP family"#
                ]),
            status(
                states(ended + #","user":{"linux":{"uid":-1,"gid":0,"supplementalGroups":[-2]}}"#, ended),
                [
                    "containerStatuses[0].user.linux.uid: Invalid value: -1: must be between 0 and 2147483647, inclusive",
                    "containerStatuses[0].user.linux.supplementalGroups[0]: Invalid value: -2: must be between 0 and",
                ]),
            status(
                states(ended + #","allocatedResourcesStatus":[{"name":"x.io/y"},{"name":"claim:gpu"}]"#, ended),
                [
                    #"containerStatuses[0].allocatedResourcesStatus[0].name: Invalid value: "x.io/y": must match one of the container's resource requests"#
                ]),
            status(
                states(
                    ended
                        + #","allocatedResourcesStatus":[{"name":"cpu","resources":[{"resourceID":"a","health":"Ill"},{"resourceID":"a","health":"Healthy"}]}]"#,
                    ended),
                [
                    #"containerStatuses[0].allocatedResourcesStatus[0].resources[0].health: Unsupported value: "Ill": supported values: "Healthy", "Unhealthy", "Unknown""#,
                    #"containerStatuses[0].allocatedResourcesStatus[0].resources[1].resourceID: Duplicate value: "a""#,
                ]),
            status(
                #""ephemeralContainerStatuses":[{"name":"e","allocatedResourcesStatus":[{"name":"cpu"}]}]"#,
                [
                    "ephemeralContainerStatuses[0].allocatedResourcesStatus: Forbidden: must not be specified in container status"
                ]),
            status(
                #""\#(name)":{"resourceClaimName":"a","requestMappings":[]}"#,
                ["\(name).requestMappings: Required value: at least one request mapping is required"]),
            status(
                #""\#(name)":{"resourceClaimName":"a","requestMappings":[{"containerName":"z","resourceName":"cpu","requestName":"r"},{"containerName":"c","resourceName":"x.io/y","requestName":"r"}]}"#,
                [
                    #"\#(name).requestMappings[0].containerName: Invalid value: "z": must match the name of an entry"#,
                    #"\#(name).requestMappings[1].resourceName: Invalid value: "x.io/y": must match the extended resource name"#,
                ]),
        ])
    func change(_ test: RuleCase) throws { test.expect(try RuleTable.status(Pod.self, Self.pod, test.patch)) }

    @Test(
        "whether a container runs again",
        arguments: [
            (#""restartPolicy":"Never""#, 0, false), (#""restartPolicy":"OnFailure""#, 0, false),
            (#""restartPolicy":"OnFailure""#, 1, true), ("", 1, true),
            (
                #""restartPolicy":"Never","restartPolicyRules":[{"action":"Restart","exitCodes":{"operator":"NotIn","values":[3]}}]"#,
                3, false
            ),
            (
                #""restartPolicy":"Never","restartPolicyRules":[{"action":"Restart","exitCodes":{"operator":"NotIn","values":[3]}}]"#,
                4, true
            ),
        ] as [(String, Int32, Bool)])
    func restart(_ text: String, _ code: Int32, _ expected: Bool) throws {
        let fields = text.isEmpty ? "" : "," + text
        let pod: Pod = try RuleTable.object(
            #"{"spec":{"containers":[{"name":"c","image":"i"\#(fields)}]}}"#, "{}")
        #expect(RestartRules.restarts(pod.spec.containers[0], of: pod.spec, after: code) == expected)
    }
}
