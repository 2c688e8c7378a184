// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

@testable import ServiceProxy

struct RuleSetDeltaTests {
    private static func web(_ endpoints: [(String, String, String)], affinity: Bool = false) throws -> RuleSet {
        try ProxyFixtures.rules([
            .service(
                ProxyFixtures.service("web", "10.96.1.1") { $0.sessionAffinity = affinity ? "ClientIP" : "None" }),
            .endpointSlice(ProxyFixtures.slice(of: "web", endpoints)),
        ])
    }

    @Test("no difference is no text")
    func same() throws {
        let rules = try Self.web([("10.244.1.5", "n1", "ready")])
        #expect(rules.delta(from: rules).isEmpty)
    }

    @Test("another endpoint changes one chain and nothing else")
    func endpointAdded() throws {
        let old = try Self.web([("10.244.2.5", "n2", "ready")])
        let new = try Self.web([("10.244.2.5", "n2", "ready"), ("10.244.2.6", "n2", "ready")])
        let choice = "{ 0 : 10.244.2.5 . 8080, 1 : 10.244.2.6 . 8080 }"
        #expect(
            new.delta(from: old) == """
                flush chain inet martlet-proxy svc-shop/web/tcp/80
                add rule inet martlet-proxy svc-shop/web/tcp/80 meta l4proto tcp dnat ip addr . port to \
                numgen random mod 2 map \(choice)

                """)
    }

    @Test("a service that loses its endpoints is taken from one map and put into another, its chain last")
    func endpointsGone() throws {
        let old = try Self.web([("10.244.2.5", "n2", "ready")])
        let new = try Self.web([])
        #expect(
            new.delta(from: old) == """
                delete element inet martlet-proxy service-ips {
                    10.96.1.1 . tcp . 80
                }
                add element inet martlet-proxy no-endpoint-ips {
                    10.96.1.1 . tcp . 80 : goto reject-service
                }
                flush chain inet martlet-proxy svc-shop/web/tcp/80
                delete chain inet martlet-proxy svc-shop/web/tcp/80

                """)
    }

    @Test("the clients of an endpoint that stays are not forgotten")
    func affinityKept() throws {
        let old = try Self.web([("10.244.2.5", "n2", "ready"), ("10.244.2.6", "n2", "ready")], affinity: true)
        let new = try Self.web([("10.244.2.5", "n2", "ready"), ("10.244.2.7", "n2", "ready")], affinity: true)
        let text = new.delta(from: old)
        let kept = "aff-shop/web/tcp/80/10.244.2.5/8080/10800"
        #expect(!text.contains("set inet martlet-proxy \(kept)"))
        #expect(text.contains("add set inet martlet-proxy aff-shop/web/tcp/80/10.244.2.7/8080/10800 {"))
        #expect(text.hasSuffix("delete set inet martlet-proxy aff-shop/web/tcp/80/10.244.2.6/8080/10800\n"))
    }
}
