// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import APIMachinery

struct PodResizeRuleTests {
    static let pod = #"""
        {"metadata":{"name":"p","namespace":"n"},"spec":{"serviceAccountName":"default","preemptionPolicy":"PreemptLowerPriority",
        "resources":{"requests":{"cpu":"4"}},"containers":[{"name":"c","image":"i:1","resources":{"requests":{"cpu":"1"}}}],
        "initContainers":[{"name":"i","image":"i:1","resources":{"requests":{"cpu":"1"}}},
        {"name":"r","image":"i:1","resources":{"requests":{"cpu":"1"}},
        "resizePolicy":[{"resourceName":"cpu","restartPolicy":"RestartContainer"}]}]}}
        """#

    private static func spec(_ text: String, _ faults: [String]) -> RuleCase {
        RuleCase(text, #"{"spec":{"# + text + "}}", faults)
    }

    /// A row for other init containers.
    private static func inits(_ first: String, _ second: String, _ faults: [String]) -> RuleCase {
        let policy = #""resizePolicy":[{"resourceName":"cpu","restartPolicy":"RestartContainer"}]"#
        return spec(
            #""initContainers":[{"name":"i","image":"i:1","resources":{"requests":{\#(first)}}},"#
                + #"{"name":"r","image":"i:1","resources":{"requests":{\#(second)}},\#(policy)}]"#,
            faults.map { "spec.initContainers" + $0 })
    }

    @Test(
        "a change of resources of a whole pod and of init containers",
        arguments: [
            spec(#""resources":{"requests":{"cpu":"5"}}"#, []),
            spec(#""resources":{"requests":{"cpu":"5","memory":"1Gi"}}"#, []),
            spec(#""resources":null"#, ["spec.resources: Forbidden: pod-level resources cannot be removed"]),
            spec(
                #""resources":{"requests":{"cpu":null,"memory":"1Gi"}}"#,
                ["spec.resources.requests: Forbidden: pod-level resource requests cannot be removed"]),
            spec(
                #""resources":{"requests":{"hugepages-2Mi":"2Mi"},"limits":{"hugepages-2Mi":"2Mi"}}"#,
                ["spec: Forbidden: only cpu and memory resources are mutable at pod-level"]),
            inits(#""cpu":"2""#, #""cpu":"1""#, []),
            inits(
                #""cpu":"1""#, #""cpu":"2""#,
                [
                    "[1]: Forbidden: non-sidecar init containers with a resize policy of RestartContainer cannot be resized"
                ]),
            inits(
                #""cpu":"1","x.io/y":"1""#, #""cpu":"1""#,
                ["[0]: Forbidden: only cpu and memory resources for init or sidecar containers are mutable"]),
            inits("", #""cpu":"1""#, ["[0].resources.requests: Forbidden: resource requests cannot be removed"]),
        ])
    func resize(_ test: RuleCase) throws {
        let old: Pod = try RuleTable.object(Self.pod, "{}")
        let new: Pod = try RuleTable.object(Self.pod, test.patch)
        let faults = RuleTable.show(new.validateResize(from: old))
        #expect(test.faults.allSatisfy { wanted in faults.contains { $0.hasPrefix(wanted) } }, "found \(faults)")
        #expect(test.faults.isEmpty == faults.isEmpty, "found \(faults)")
    }
}
