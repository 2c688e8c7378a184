// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Scheduler

struct PodRequestsTests {
    struct Part: Sendable {
        var cpu: String
        var isSidecar = false
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var initial: [Part] = []
        var containers: [String]
        var overhead: String?
        var podLevel: String?
        var milliCPU: Int64
        var testDescription: String { name }
    }

    @Test(
        "what a pod requests is what it needs at its busiest",
        arguments: [
            Case(name: "the sum of its containers", containers: ["100m", "1.5"], milliCPU: 1600),
            Case(name: "a larger init container", initial: [Part(cpu: "2")], containers: ["500m"], milliCPU: 2000),
            Case(name: "a smaller init container", initial: [Part(cpu: "100m")], containers: ["500m"], milliCPU: 500),
            Case(
                name: "a sidecar runs along", initial: [Part(cpu: "200m", isSidecar: true)], containers: ["500m"],
                milliCPU: 700),
            Case(
                name: "an init container after a sidecar runs with it",
                initial: [Part(cpu: "200m", isSidecar: true), Part(cpu: "1")], containers: ["500m"], milliCPU: 1200),
            Case(
                name: "an init container before a sidecar does not",
                initial: [Part(cpu: "1"), Part(cpu: "200m", isSidecar: true)], containers: ["500m"], milliCPU: 1000),
            Case(name: "overhead is added", containers: ["500m"], overhead: "250m", milliCPU: 750),
            Case(
                name: "a request of the pod counts instead", containers: ["500m"], overhead: "250m", podLevel: "2",
                milliCPU: 2250),
            Case(name: "nothing asked", containers: [], milliCPU: 0),
        ])
    func requests(_ c: Case) {
        let pod = Fixture.pod("a") { pod in
            pod.spec.containers = c.containers.map(Self.container)
            pod.spec.initContainers = c.initial.map { part in
                var container = Self.container(part.cpu)
                container.restartPolicy = part.isSidecar ? "Always" : nil
                return container
            }
            if let overhead = c.overhead { pod.spec.overhead = ["cpu": Quantity(overhead) ?? Quantity()] }
            if let level = c.podLevel {
                pod.spec.resources = ResourceRequirements { $0.requests = ["cpu": Quantity(level) ?? Quantity()] }
            }
        }
        #expect(PodRequests(pod.spec).total.milliCPU == c.milliCPU)
    }

    @Test("containers that ask for nothing count a little, for scores")
    func nonZero() {
        let requests = PodRequests(Fixture.pod("a").spec)
        #expect(requests.total.isZero)
        #expect(requests.nonZeroMilliCPU == 100)
        #expect(requests.nonZeroMemory == 200 * 1024 * 1024)
    }

    @Test("amounts too large to add do not trap")
    func overflow() {
        let pod = Fixture.pod("a") { $0.spec.containers = [Self.container("9Ei"), Self.container("9Ei")] }
        #expect(PodRequests(pod.spec).total.milliCPU == .max)
    }

    private static func container(_ cpu: String) -> Container {
        Container { $0.resources.requests = ["cpu": Quantity(cpu) ?? Quantity()] }
    }
}
