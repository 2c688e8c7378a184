// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct PodRulesTests {
    static let pod = #"""
        {"metadata":{"name":"p","namespace":"n"},"spec":{"serviceAccountName":"default","preemptionPolicy":"PreemptLowerPriority",
        "containers":[{"name":"c","image":"i:1","resources":{"requests":{"cpu":"1"}}}]}}
        """#

    /// A row whose patch is one of the pod's specification, with faults below `spec`.
    private static func spec(_ text: String, _ faults: [String]) -> RuleCase {
        RuleCase(text, #"{"spec":{"# + text + "}}", faults.map { "spec." + $0 })
    }

    /// A row for a container with more fields.
    private static func container(_ text: String, _ faults: [String]) -> RuleCase {
        spec(#""containers":[{"name":"c","image":"i:1","# + text + "}]", faults.map { "containers[0]." + $0 })
    }

    @Test(
        "the specification of a pod",
        arguments: [
            spec(
                #""restartPolicy":"Often""#, [#"restartPolicy: Unsupported value: "Often": supported values: "Always""#]
            ),
            spec(#""dnsPolicy":"None""#, ["dnsConfig: Required value: must provide `dnsConfig` when"]),
            spec(
                #""hostAliases":[{"ip":"x"}]"#, [#"hostAliases[0].ip: Invalid value: "x": must be a valid IP address"#]),
            spec(#""activeDeadlineSeconds":0"#, ["activeDeadlineSeconds: Invalid value: 0: must be between 1 and"]),
            spec(#""schedulingGates":[{"name":"a"},{"name":"a"}]"#, [#"schedulingGates[1]: Duplicate value: "a""#]),
            spec(
                #""schedulingGates":[{"name":"a"}],"nodeName":"n""#,
                ["nodeName: Forbidden: cannot be set until all schedulingGates have been cleared"]),
            spec(#""os":{"name":"mac"}"#, [#"os: Unsupported value: "mac": supported values: "linux", "windows""#]),
            spec(
                #""tolerations":[{"operator":"Equal","value":"v"}]"#,
                [#"tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty"#]),
            spec(#""containers":[]"#, ["containers: Required value"]),
            spec(
                #""volumes":[{"name":"v","emptyDir":{}},{"name":"v","emptyDir":{}}]"#,
                [#"volumes[1].name: Duplicate value: "v""#]),
            // a volume without a source is an emptyDir by default
            spec(#""volumes":[{"name":"v"}]"#, []),
            spec(
                #""volumes":[{"name":"v","hostPath":{"path":"/../a"}}]"#,
                [
                    #"volumes[0].hostPath.path: Invalid value: "/../a": must not contain '..'"#
                ]),
        ])
    func specification(_ test: RuleCase) throws { test.expect(try RuleTable.create(Pod.self, Self.pod, test.patch)) }

    @Test(
        "a container",
        arguments: [
            container(
                #""imagePullPolicy":"Now""#, [#"imagePullPolicy: Unsupported value: "Now": supported values: "Always""#]
            ),
            container(
                #""env":[{"name":"A","value":"1","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]"#,
                [#"env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty"#]),
            container(
                #""ports":[{"containerPort":0}]"#,
                ["ports[0].containerPort: Required value"]),
            container(
                #""volumeMounts":[{"name":"v","mountPath":"/a"}]"#, [#"volumeMounts[0].name: Not found: "v""#]),
            container(
                #""resources":{"limits":{"cpu":"1"},"requests":{"cpu":"2"}}"#,
                [#"resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1"#]),
            container(
                #""resources":{"limits":{"cpu":"-1"}}"#,
                [
                    #"resources.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0"#,
                    #"resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0"#,
                ]),
            container(
                #""lifecycle":{"preStop":{}}"#, ["lifecycle.preStop: Required value: must specify a handler type"]),
            container(
                #""livenessProbe":{"exec":{"command":["a"]},"successThreshold":2}"#,
                ["livenessProbe.successThreshold: Invalid value: 2: must be 1"]),
        ])
    func containers(_ test: RuleCase) throws { test.expect(try RuleTable.create(Pod.self, Self.pod, test.patch)) }

    @Test(
        "a change of a pod",
        arguments: [
            RuleCase("nothing", "{}", []),
            RuleCase("labels", #"{"metadata":{"labels":{"a":"b"}}}"#, []),
            spec(
                #""containers":[{"name":"c","image":"j","imagePullPolicy":"IfNotPresent","resources":{"requests":{"cpu":"1"}}}]"#,
                []),
            spec(#""activeDeadlineSeconds":60"#, []),
            spec(#""tolerations":[{"operator":"Exists"}]"#, []),
            spec(
                #""containers":[{"name":"c","image":"i:1"},{"name":"d","image":"i:1"}]"#,
                [
                    "containers: Forbidden: pod updates may not add or remove containers"
                ]),
            RuleCase(
                "node", #"{"spec":{"nodeName":"m"}}"#,
                [
                    "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
                        + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing "
                        + "tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n"
                ]),
            spec(
                #""schedulingGates":[{"name":"g"}]"#,
                ["schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'g'"]),
        ])
    func change(_ test: RuleCase) throws { test.expect(try RuleTable.update(Pod.self, Self.pod, test.patch)) }

    @Test("the difference that a change of a pod makes is shown as lines")
    func difference() throws {
        let faults = try RuleTable.update(Pod.self, Self.pod, #"{"spec":{"hostname":"h"}}"#)
        let text = try #require(faults.first)
        #expect(text.contains("- \"Hostname\": \"\",\n") && text.contains("+ \"Hostname\": \"h\",\n"), "\(text)")
    }

    @Test(
        "a change of resources",
        arguments: [
            spec(#""containers":[{"name":"c","image":"i:1","resources":{"requests":{"cpu":"2"}}}]"#, []),
            spec(
                #""containers":[{"name":"c","image":"i:1"}]"#,
                [
                    "containers[0].resources.requests: Forbidden: resource requests cannot be removed"
                ]),
            spec(
                #""containers":[{"name":"d","image":"i:1","resources":{"requests":{"cpu":"1"}}}]"#,
                [
                    "containers[0].name: Forbidden: containers may not be renamed or reordered on resize"
                ]),
        ])
    func resize(_ test: RuleCase) throws {
        let old: Pod = try RuleTable.object(Self.pod, "{}")
        let new: Pod = try RuleTable.object(Self.pod, test.patch)
        let faults = RuleTable.show(new.validateResize(from: old))
        #expect(test.faults.allSatisfy { wanted in faults.contains { $0.hasPrefix(wanted) } }, "found \(faults)")
        #expect(test.faults.isEmpty == faults.isEmpty, "found \(faults)")
    }
}
