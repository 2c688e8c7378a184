// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Controllers

struct EndpointsPlanTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var pod: Pod
        var publishesAll = false
        var ready: [String] = []
        var notReady: [String] = []
        var testDescription: String { name }
    }

    private static let ending = Fixture.pod("a", isReady: true, ip: "10.244.0.5") {
        $0.metadata.deletionTimestamp = Fixture.now
    }

    @Test(
        "a pod's address is among the ready ones, the others, or none",
        arguments: [
            Case(name: "ready", pod: Fixture.pod("a", isReady: true, ip: "10.244.0.5"), ready: ["10.244.0.5"]),
            Case(name: "not ready", pod: Fixture.pod("a", ip: "10.244.0.5"), notReady: ["10.244.0.5"]),
            Case(
                name: "published all the same", pod: Fixture.pod("a", ip: "10.244.0.5"), publishesAll: true,
                ready: ["10.244.0.5"]),
            Case(name: "ending", pod: Self.ending),
            Case(name: "ending, published all the same", pod: Self.ending, publishesAll: true, ready: ["10.244.0.5"]),
            Case(name: "failed", pod: Fixture.pod("a", phase: PodPhase.failed, ip: "10.244.0.5")),
            Case(name: "without an address", pod: Fixture.pod("a", isReady: true)),
        ])
    func addresses(_ c: Case) {
        let service = Fixture.service { $0.spec.publishNotReadyAddresses = c.publishesAll }
        let endpoints = EndpointsPlan(service: service, pods: [c.pod]).endpoints(present: nil)
        #expect(endpoints.metadata.name == "web")
        #expect(endpoints.subsets.flatMap(\.addresses).map(\.ip) == c.ready)
        #expect(endpoints.subsets.flatMap(\.notReadyAddresses).map(\.ip) == c.notReady)
    }

    @Test("pods with the same ports share a subset, in the order of their addresses")
    func subsets() {
        let pods = [
            Fixture.pod("b", isReady: true, ip: "10.244.0.6"), Fixture.pod("a", isReady: true, ip: "10.244.0.5"),
        ]
        let subsets = EndpointsPlan(service: Fixture.service(), pods: pods).endpoints(present: nil).subsets
        #expect(subsets.count == 1)
        #expect(subsets.first?.addresses.map(\.ip) == ["10.244.0.5", "10.244.0.6"])
        #expect(subsets.first?.ports.map(\.port) == [8080])
    }

    @Test("more than 1000 addresses are cut off, with an annotation that goes when there are fewer")
    func capacity() {
        let pods = (0...1000).map { Fixture.pod("p\($0)", isReady: true, ip: "10.244.\($0 / 250).\($0 % 250 + 1)") }
        let full = EndpointsPlan(service: Fixture.service(), pods: pods).endpoints(present: nil)
        #expect(full.subsets.flatMap(\.addresses).count == 1000)
        #expect(full.metadata.annotations["endpoints.kubernetes.io/over-capacity"] == "truncated")
        let fewer = EndpointsPlan(service: Fixture.service(), pods: Array(pods.prefix(1000))).endpoints(present: full)
        #expect(fewer.subsets.flatMap(\.addresses).count == 1000)
        #expect(fewer.metadata.annotations.isEmpty)
    }

    @Test("what is right already stays as it is")
    func unchanged() {
        let plan = EndpointsPlan(service: Fixture.service(), pods: [Fixture.pod("a", isReady: true, ip: "10.244.0.5")])
        let present = plan.endpoints(present: nil)
        #expect(plan.endpoints(present: present) == present)
    }
}
