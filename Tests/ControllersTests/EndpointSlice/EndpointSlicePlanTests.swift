// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Controllers

struct EndpointSlicePlanTests {
    private static func changes(_ pods: [Pod], existing: [EndpointSlice] = []) -> EndpointSlicePlan.Changes {
        changes(Fixture.service(), pods, existing: existing)
    }

    private static func changes(
        _ service: Service, _ pods: [Pod], existing: [EndpointSlice] = [],
        zones: [String: String] = [:]
    ) -> EndpointSlicePlan.Changes {
        EndpointSlicePlan(service: service, pods: pods) { zones[$0] }.changes(existing: existing)
    }

    struct Condition: Sendable, CustomTestStringConvertible {
        var name: String
        var isReady: Bool
        var isTerminating = false
        var publishesAll = false
        var ready: Bool
        var serving: Bool
        var testDescription: String { name }
    }

    @Test(
        "an endpoint's conditions follow its pod",
        arguments: [
            Condition(name: "ready", isReady: true, ready: true, serving: true),
            Condition(name: "not ready", isReady: false, ready: false, serving: false),
            Condition(name: "ending, still serving", isReady: true, isTerminating: true, ready: false, serving: true),
            Condition(name: "ending", isReady: false, isTerminating: true, ready: false, serving: false),
            Condition(
                name: "not ready, published all the same", isReady: false, publishesAll: true, ready: true,
                serving: false),
        ])
    func conditions(_ c: Condition) throws {
        let pod = Fixture.pod("a", isReady: c.isReady, ip: "10.244.0.5") {
            if c.isTerminating { $0.metadata.deletionTimestamp = Fixture.now }
        }
        let service = Fixture.service { $0.spec.publishNotReadyAddresses = c.publishesAll }
        let endpoint = try #require(Self.changes(service, [pod]).create.first?.endpoints.first)
        #expect(endpoint.conditions.ready == c.ready)
        #expect(endpoint.conditions.serving == c.serving)
        #expect(endpoint.conditions.terminating == c.isTerminating)
    }

    @Test("a new slice says whose it is, where its pods are and which ports they have")
    func slice() throws {
        let service = Fixture.service { $0.metadata.labels = ["team": "a"] }
        let pod = Fixture.pod("a", isReady: true, on: "n1", ip: "10.244.0.5")
        let changes = Self.changes(service, [pod], zones: ["n1": "zone-1"])
        let slice = try #require(changes.create.first)
        #expect(changes.create.count == 1 && changes.update.isEmpty && changes.delete.isEmpty)
        #expect(slice.metadata.generateName == "web-")
        #expect(
            slice.metadata.labels == [
                "team": "a", "kubernetes.io/service-name": "web",
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
            ])
        #expect(slice.metadata.ownerReferences.first?.uid == "uid-service")
        #expect(slice.addressType == "IPv4")
        #expect(slice.ports.map(\.port) == [8080])
        #expect(slice.ports.map(\.name) == ["http"])
        let endpoint = try #require(slice.endpoints.first)
        #expect(endpoint.addresses == ["10.244.0.5"])
        #expect(endpoint.nodeName == "n1")
        #expect(endpoint.zone == "zone-1")
        #expect(endpoint.targetRef?.uid == "uid-a")
    }

    @Test(
        "pods that have finished, or have no address yet, are no endpoints; the slice stays, empty",
        arguments: [
            Fixture.pod("failed", phase: PodPhase.failed, ip: "10.244.0.5"),
            Fixture.pod("succeeded", phase: PodPhase.succeeded, ip: "10.244.0.5"), Fixture.pod("new"),
        ])
    func noEndpoint(_ pod: Pod) {
        let changes = Self.changes([pod])
        #expect(changes.create.map(\.endpoints.count) == [0])
    }

    @Test("a slice that is right is left alone; one that is not is changed, and keeps its name")
    func update() throws {
        let pods = [Fixture.pod("a", isReady: true, ip: "10.244.0.5")]
        var slice = try #require(Self.changes(pods).create.first)
        slice.metadata.name = "web-abcde"
        #expect(Self.changes(pods, existing: [slice]) == EndpointSlicePlan.Changes())
        let more = pods + [Fixture.pod("b", isReady: true, ip: "10.244.0.4")]
        let changes = Self.changes(more, existing: [slice])
        #expect(changes.create.isEmpty && changes.delete.isEmpty)
        #expect(changes.update.map(\.metadata.name) == ["web-abcde"])
        #expect(changes.update.first?.endpoints.map(\.addresses) == [["10.244.0.4"], ["10.244.0.5"]])
    }

    @Test(
        "a slice holds 100 endpoints at most; slices that are not needed any more go",
        arguments: [(99, 1), (100, 1), (101, 2), (250, 3)])
    func capacity(pods: Int, slices: Int) {
        let many = (0..<pods).map { Fixture.pod("p\($0)", isReady: true, ip: "10.244.\($0 / 250).\($0 % 250 + 1)") }
        let made = Self.changes(many).create
        #expect(made.count == slices)
        #expect(made.allSatisfy { $0.endpoints.count <= 100 })
        #expect(Set(made.flatMap(\.endpoints).flatMap(\.addresses)).count == pods)
        let existing = made.enumerated().map { index, slice in
            var slice = slice
            slice.metadata.name = "web-\(index)"
            return slice
        }
        let fewer = Self.changes(Array(many.prefix(1)), existing: existing)
        #expect(fewer.create.isEmpty)
        #expect(fewer.update.count == 1)
        #expect(fewer.delete.count == slices - 1)
    }

    @Test("pods whose named port differs are in slices of their own")
    func namedPorts() {
        let service = Fixture.service { $0.spec.ports[0].targetPort = "web" }
        func pod(_ name: String, _ port: Int32, _ ip: String) -> Pod {
            Fixture.pod(name, isReady: true, ip: ip) {
                $0.spec.containers[0].ports = [
                    ContainerPort {
                        $0.name = "web"
                        $0.protocol = "TCP"
                        $0.containerPort = port
                    }
                ]
            }
        }
        let made = Self.changes(service, [pod("a", 8080, "10.244.0.5"), pod("b", 9090, "10.244.0.6")]).create
        #expect(Set(made.flatMap(\.ports).compactMap(\.port)) == [8080, 9090])
        #expect(made.count == 2)
    }

    @Test("a Service of two families has slices of both; a headless one is labelled")
    func families() {
        let service = Fixture.service {
            $0.spec.ipFamilies = [IPFamily.ipv4, IPFamily.ipv6]
            $0.spec.clusterIP = "None"
        }
        let pod = Fixture.pod("a", isReady: true, ip: "10.244.0.5") {
            $0.status.podIPs = [PodIP { $0.ip = "10.244.0.5" }, PodIP { $0.ip = "fd00::5" }]
        }
        let made = Self.changes(service, [pod]).create
        #expect(made.map(\.addressType) == ["IPv4", "IPv6"])
        #expect(made.flatMap(\.endpoints).map(\.addresses) == [["10.244.0.5"], ["fd00::5"]])
        #expect(made.allSatisfy { $0.metadata.labels["service.kubernetes.io/headless"] == "" })
    }
}
