// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Primitives
import Testing

@testable import ServiceProxy

struct ProxyStateTests {
    private static let web = ProxyFixtures.service("web", "10.96.1.1")
    private static let slice = ProxyFixtures.slice(of: "web", [("10.244.1.5", "n1", "ready")])

    /// Which of the changes count as one, in their order.
    private func counted(_ changes: [ProxyChange]) -> [Bool] {
        var state = ProxyState(nodeName: "n1")
        return changes.map { state.apply($0) }
    }

    @Test("only what changes rules counts as a change")
    func changes() {
        var annotated = Self.web
        annotated.metadata.annotations["a"] = "b"
        let name = ServiceName(namespace: "shop", name: "web")
        // Endpoints of a service that is not known yet change nothing, nor do an annotation and what is known already.
        #expect(
            counted([
                .endpointSlice(Self.slice), .service(Self.web), .service(Self.web), .service(annotated),
                .endpointSlice(Self.slice), .endpointSliceRemoved(Self.slice), .endpointSliceRemoved(Self.slice),
                .serviceRemoved(name), .serviceRemoved(name),
            ]) == [false, true, false, false, false, true, false, true, false])
    }

    @Test(
        "services that no rule is for",
        arguments: [
            ProxyFixtures.service("web", "None"), ProxyFixtures.service("web", ""),
            ProxyFixtures.service("web", "10.96.1.999"),
            ProxyFixtures.service("web", "10.96.1.1") { $0.type = "ExternalName" },
            ProxyFixtures.service("web", "10.96.1.1", ports: [("a", "TCP", 0), ("b", "TCP", 65536), ("c", "ICMP", 1)]),
            ProxyFixtures.service("web } ; flush ruleset", "10.96.1.1"), ProxyFixtures.service("", "10.96.1.1"),
            ProxyFixtures.service("WEB", "10.96.1.1"), ProxyFixtures.service("web\n", "10.96.1.1"),
        ])
    func ignored(service: Service) {
        #expect(ProxiedPort.ports(of: service).isEmpty)
    }

    @Test("a service of another proxy is left to it")
    func otherProxy() {
        var foreign = Self.web
        foreign.metadata.labels["service.kubernetes.io/service-proxy-name"] = "other"
        #expect(counted([.service(foreign), .service(Self.web), .service(foreign)]) == [false, true, true])
    }

    @Test("endpoints that make no sense are left out, the others stay")
    func brokenEndpoints() {
        var slice = ProxyFixtures.slice(
            of: "web", ports: [("http", "TCP", 8080), ("http", "TCP", 99999), ("http", "???", 80)],
            [
                ("10.244.1.5", "n1", "ready"), ("bogus", "n1", "ready"), ("fd00::1", "n1", "ready"),
                ("127.0.0.1", "n1", "ready"), ("0.0.0.0", "n1", "ready"),
            ])
        slice.endpoints.append(Endpoint())
        let endpoints = ProxiedSlice(slice, nodeName: "n1").endpoints
        #expect(endpoints.values.flatMap { $0 }.map(\.address.description) == ["10.244.1.5"])
    }

    @Test("an endpoint in two slices counts once, as ready if one says so")
    func twoSlices() throws {
        let rules = try ProxyFixtures.rules([
            .service(Self.web), .endpointSlice(Self.slice),
            .endpointSlice(ProxyFixtures.slice(of: "web", [("10.244.1.5", "n1", "dead")], suffix: "other")),
        ])
        #expect(rules.chains["svc-shop/web/tcp/80"] == ["meta l4proto tcp dnat ip to 10.244.1.5:8080"])
    }
}
