// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct WorkloadRulesTests {
    static let workload = #"""
        {"metadata":{"name":"w","namespace":"n"},"spec":{"selector":{"matchLabels":{"a":"b"}},
        "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
        """#

    private static func spec(_ text: String, _ faults: [String]) -> RuleCase {
        RuleCase(text, #"{"spec":{"# + text + "}}", faults)
    }

    @Test(
        "a stateful set",
        arguments: [
            spec(
                #""podManagementPolicy":"x""#,
                [
                    #"spec.podManagementPolicy: Invalid value: "x": must be 'OrderedReady' or 'Parallel'"#
                ]),
            spec(
                #""updateStrategy":{"type":"x"}"#,
                [
                    #"spec.updateStrategy: Invalid value: {"Type":"x","RollingUpdate":null}: must be 'RollingUpdate' or 'OnDelete'"#
                ]),
            spec(
                #""updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":0}}"#,
                [
                    "spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0"
                ]),
            spec(
                #""template":{"spec":{"activeDeadlineSeconds":1}}"#,
                [
                    "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported"
                ]),
        ])
    func statefulSet(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(StatefulSet.self, Self.workload, test.patch))
    }

    @Test(
        "a daemon set",
        arguments: [
            RuleCase("as it is", "{}", []),
            spec(
                #""template":{"spec":{"activeDeadlineSeconds":1}}"#,
                [
                    "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in DaemonSet is not Supported"
                ]),
        ])
    func daemonSet(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(DaemonSet.self, Self.workload, test.patch))
    }

    @Test("a daemon set is looked at as a new one when it changes, then once more")
    func daemonSetChange() throws {
        let fault = "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0"
        RuleCase("", "", [fault, fault]).expect(
            try RuleTable.update(DaemonSet.self, Self.workload, #"{"spec":{"minReadySeconds":-1}}"#))
    }

    @Test(
        "the status of a replica set",
        arguments: [
            RuleCase("fine", #"{"status":{"replicas":2,"readyReplicas":2,"availableReplicas":1}}"#, []),
            RuleCase(
                "too many",
                #"{"status":{"replicas":1,"readyReplicas":2,"availableReplicas":3,"terminatingReplicas":-1}}"#,
                [
                    "status.terminatingReplicas: Invalid value: -1: must be greater than or equal to 0",
                    "status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas",
                    "status.availableReplicas: Invalid value: 3: cannot be greater than status.replicas",
                    "status.availableReplicas: Invalid value: 3: cannot be greater than readyReplicas",
                ]),
        ])
    func replicaSetStatus(_ test: RuleCase) throws {
        test.expect(try RuleTable.status(ReplicaSet.self, Self.workload, test.patch))
    }

    @Test("the count of collisions only grows")
    func collisions() throws {
        let base = #"{"metadata":{"name":"w","namespace":"n"},"status":{"collisionCount":2}}"#
        RuleCase("", "", ["status.collisionCount: Invalid value: 1: cannot be decremented"]).expect(
            try RuleTable.status(Deployment.self, base, #"{"status":{"collisionCount":1}}"#))
    }

    @Test(
        "the status of a disruption budget",
        arguments: [
            RuleCase("fine", #"{"status":{"currentHealthy":1,"desiredHealthy":1,"expectedPods":1}}"#, []),
            RuleCase(
                "negative", #"{"status":{"disruptionsAllowed":-1}}"#,
                ["status.disruptionsAllowed: Invalid value: -1: must be greater than or equal to 0"]),
        ])
    func budget(_ test: RuleCase) throws {
        let base = #"{"metadata":{"name":"b","namespace":"n"}}"#
        test.expect(try RuleTable.status(PodDisruptionBudget.self, base, test.patch))
    }

    @Test("data of a revision is there and stays")
    func revision() throws {
        let base = #"{"metadata":{"name":"r","namespace":"n"},"data":{"a":1},"revision":1}"#
        RuleCase("", "", ["data: Required value: data is mandatory"]).expect(
            try RuleTable.create(ControllerRevision.self, base, #"{"data":null}"#))
        RuleCase(
            "", "",
            [
                "revision: Invalid value: -1: must be greater than or equal to 0",
                #"data: Invalid value: {"a":2}: field is immutable"#,
            ]
        ).expect(try RuleTable.update(ControllerRevision.self, base, #"{"data":{"a":2},"revision":-1}"#))
    }
}
