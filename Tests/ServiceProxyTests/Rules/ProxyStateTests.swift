// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import ServiceProxy

struct ProxyStateTests {
    private static let web = ProxyFixtures.service("web", "10.96.1.1")
    private static let slice = ProxyFixtures.slice(of: "web", [("10.244.1.5", "n1", "ready")])

    @Test("only what changes rules counts as a change")
    func changes() {
        var state = ProxyState(nodeName: "n1")
        #expect(!state.apply(.endpointSlice(Self.slice)), "endpoints of an unknown service")
        #expect(state.apply(.service(Self.web)))
        #expect(!state.apply(.service(Self.web)), "the same again")
        var annotated = Self.web
        annotated.metadata.annotations["a"] = "b"
        #expect(!state.apply(.service(annotated)))
        #expect(!state.apply(.endpointSlice(Self.slice)))
        #expect(state.apply(.endpointSliceRemoved(Self.slice)))
        #expect(!state.apply(.endpointSliceRemoved(Self.slice)))
        #expect(state.apply(.serviceRemoved(ServiceName(namespace: "shop", name: "web"))))
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
        var state = ProxyState(nodeName: "n1")
        #expect(!state.apply(.service(foreign)))
        #expect(state.apply(.service(Self.web)) && state.apply(.service(foreign)))
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
