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
            RuleCase(
                "its name begins the names of hosts", #"{"metadata":{"name":"a.b"}}"#,
                [#"metadata.name: Invalid value: "a.b": must not contain dots"#]),
            spec(
                #""selector":{"matchLabels":{"a":"-"}}"#,
                [
                    #"spec.selector.matchLabels: Invalid value: "-": a valid label"#,
                    #"spec.selector: Invalid value: {"matchLabels":{"a":"-"}}"#,
                ]),
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

    @Test("what of a stateful set never changes is not looked at again")
    func statefulSetChange() throws {
        let base = Self.workload.replacing(#""spec":{"#, with: #""spec":{"serviceName":"A","#, maxReplacements: 1)
        RuleCase("", "", []).expect(try RuleTable.update(StatefulSet.self, base, #"{"spec":{"replicas":3}}"#))
    }

    @Test(
        "a deployment",
        arguments: [
            spec(
                #""strategy":{"type":"x"}"#,
                [
                    #"spec.strategy: Unsupported value: {"Type":"x","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate""#
                ]),
            spec(
                #""strategy":{"rollingUpdate":{"maxUnavailable":"0%","maxSurge":0}}"#,
                [
                    #"spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0"#
                ]),
        ])
    func deployment(_ test: RuleCase) throws {
        test.expect(try RuleTable.create(Deployment.self, Self.workload, test.patch))
    }

    @Test(
        "a daemon set",
        arguments: [
            RuleCase("as it is", "{}", []),
            spec(
                #""updateStrategy":{"rollingUpdate":{"maxUnavailable":"101%","maxSurge":1}}"#,
                [
                    #"spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%"#,
                    "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero",
                ]),
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

    @Test("counts in the status of a stateful set, then its metadata")
    func statefulSetStatus() throws {
        RuleCase(
            "", "",
            [
                "status.collisionCount: Invalid value: -1: must be greater than or equal to 0",
                #"metadata.name: Invalid value: "v": field is immutable"#,
            ]
        ).expect(
            try RuleTable.status(
                StatefulSet.self, Self.workload, #"{"metadata":{"name":"v"},"status":{"collisionCount":-1}}"#))
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
                "data: Required value: data must be a valid JSON object",
            ]
        ).expect(try RuleTable.create(ControllerRevision.self, base, #"{"data":[1],"revision":-1}"#))
        RuleCase(
            "", "",
            [
                "revision: Invalid value: -1: must be greater than or equal to 0",
                #"data: Invalid value: {"a":2}: field is immutable"#,
            ]
        ).expect(try RuleTable.update(ControllerRevision.self, base, #"{"data":{"a":2},"revision":-1}"#))
    }
}
