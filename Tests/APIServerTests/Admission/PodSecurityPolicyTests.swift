// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import APIServer

struct PodSecurityPolicyTests {
    @Test(
        "labels are read",
        arguments: [
            ([String: String](), "privileged:latest", 0), (["enforce": "baseline"], "baseline:latest", 0),
            (["enforce": "restricted", "enforce-version": "v1.24"], "restricted:v1.24", 0),
            (["enforce": "Baseline"], "restricted:latest", 1),
            (["enforce": "baseline", "enforce-version": "v1.024"], "baseline:latest", 1),
            (["enforce-version": "v2.1"], "privileged:latest", 1),
            (["audit": "x", "warn": "y"], "privileged:latest", 2),
        ])
    func labels(_ given: [String: String], _ enforced: String, _ faults: Int) {
        let policy = PodSecurityPolicy(
            labels: Dictionary(uniqueKeysWithValues: given.map { ("pod-security.kubernetes.io/" + $0.key, $0.value) }))
        #expect("\(policy.enforce)" == enforced)
        #expect(policy.faults.count == faults)
        #expect(policy.audit.level == .privileged)
    }

    @Test(
        "what is enforced is warned about, unless the namespace says otherwise",
        arguments: [
            (["enforce": "baseline"], "baseline:latest"),
            (["enforce": "restricted", "enforce-version": "v1.24"], "restricted:v1.24"),
            (["enforce": "restricted", "enforce-version": "v1.24", "warn-version": "v1.25"], "restricted:v1.25"),
            (["enforce": "restricted", "warn": "baseline"], "baseline:latest"),
            (["enforce": "restricted", "warn": "x"], "privileged:latest"),
            (["enforce": "x"], "privileged:latest"), (["enforce-version": "v1.24"], "privileged:latest"),
        ])
    func warnings(_ given: [String: String], _ warned: String) {
        let policy = PodSecurityPolicy(
            labels: Dictionary(uniqueKeysWithValues: given.map { ("pod-security.kubernetes.io/" + $0.key, $0.value) }))
        #expect("\(policy.warn)" == warned)
    }
}
