// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import MartletTestKit
import Primitives
import Testing
import Wire

@testable import ServiceProxy

struct RuleSetBuilderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var changes: [ProxyChange]
        var testDescription: String { name }
    }

    private static let pods = [
        ("10.244.1.5", "n1", "ready"), ("10.244.2.6", "n2", "ready"), ("10.244.2.7", "n2", "ready"),
    ]
    private static let remote = [("10.244.2.6", "n2", "ready")]

    static let cases = [
        Case(
            name: "cluster-ip",
            changes: [
                .service(ProxyFixtures.service("web", "10.96.1.1")),
                .endpointSlice(ProxyFixtures.slice(of: "web", pods)),
            ]),
        Case(
            name: "node-port",
            changes: [
                .service(ProxyFixtures.service("web", "10.96.1.1", nodePort: 30080)),
                .endpointSlice(ProxyFixtures.slice(of: "web", pods)),
            ]),
        Case(
            name: "several-ports",
            changes: [
                .service(
                    ProxyFixtures.service(
                        "dns", "10.96.1.2", ports: [("dns", "UDP", 53), ("dns-tcp", "TCP", 53), ("s", "SCTP", 7)])),
                .endpointSlice(
                    ProxyFixtures.slice(
                        of: "dns", ports: [("dns", "UDP", 1053), ("dns-tcp", "TCP", 1053), ("s", "SCTP", 7)], remote)),
            ]),
        Case(
            name: "local-policies",
            changes: [
                .service(
                    ProxyFixtures.service("web", "10.96.1.1", nodePort: 30080) {
                        $0.externalTrafficPolicy = "Local"
                        $0.internalTrafficPolicy = "Local"
                    }),
                .endpointSlice(ProxyFixtures.slice(of: "web", pods)),
                .service(
                    ProxyFixtures.service("far", "10.96.1.3", nodePort: 30090) {
                        $0.externalTrafficPolicy = "Local"
                        $0.internalTrafficPolicy = "Local"
                    }),
                .endpointSlice(ProxyFixtures.slice(of: "far", remote)),
            ]),
        Case(
            name: "load-balancer",
            changes: [
                .service(
                    Service { service in
                        service = ProxyFixtures.service("web", "10.96.1.1", nodePort: 30080) {
                            $0.type = "LoadBalancer"
                            $0.externalIPs = ["198.51.100.7", "bogus"]
                            $0.loadBalancerSourceRanges = ["203.0.113.0/24", " 203.0.113.128/25", "192.0.2.0/28"]
                        }
                        service.status.loadBalancer.ingress = [
                            LoadBalancerIngress { $0.ip = "198.51.100.8" },
                            LoadBalancerIngress {
                                $0.ip = "198.51.100.9"
                                $0.ipMode = "Proxy"
                            },
                        ]
                    }),
                .endpointSlice(ProxyFixtures.slice(of: "web", pods)),
            ]),
        Case(
            name: "session-affinity",
            changes: [
                .service(
                    ProxyFixtures.service("web", "10.96.1.1") {
                        $0.sessionAffinity = "ClientIP"
                        $0.sessionAffinityConfig = SessionAffinityConfig {
                            $0.clientIP = ClientIPConfig { $0.timeoutSeconds = 600 }
                        }
                    }),
                .endpointSlice(ProxyFixtures.slice(of: "web", pods)),
            ]),
        Case(
            name: "no-endpoints",
            changes: [
                .service(
                    ProxyFixtures.service("web", "10.96.1.1", nodePort: 30080) { $0.externalIPs = ["198.51.100.7"] })
            ]),
        Case(
            name: "dual-stack",
            changes: [
                .service(
                    ProxyFixtures.service("web", "10.96.1.1", nodePort: 30080) {
                        $0.clusterIPs = ["10.96.1.1", "fd00:96::11"]
                        $0.sessionAffinity = "ClientIP"
                    }),
                .endpointSlice(ProxyFixtures.slice(of: "web", remote)),
                .endpointSlice(
                    ProxyFixtures.slice(
                        of: "web", [("fd00:244::5", "n1", "ready"), ("fd00:244:0:1::6", "n2", "ready")])
                ),
            ]),
    ]

    @Test("rules are those of the golden file", arguments: cases)
    func golden(_ c: Case) throws {
        let text = try ProxyFixtures.rules(c.changes).delta(from: RuleSet())
        try GoldenFile("\(c.name).nft", foldersUp: 1).expect(text)
    }

    @Test("the skeleton is that of the golden file")
    func skeleton() throws {
        try GoldenFile("skeleton.nft", foldersUp: 1).expect(RuleSetSkeleton.text(try ProxyFixtures.configuration()))
    }

    @Test("while nothing is ready, endpoints that still serve are used")
    func terminating() throws {
        let service = ProxyChange.service(ProxyFixtures.service("web", "10.96.1.1"))
        let ending = [("10.244.1.5", "n1", "terminating"), ("10.244.1.6", "n1", "dead")]
        var rules = try ProxyFixtures.rules([service, .endpointSlice(ProxyFixtures.slice(of: "web", ending))])
        #expect(rules.chains["svc-shop/web/tcp/80"] == ["meta l4proto tcp dnat ip to 10.244.1.5:8080"])
        let mixed = ending + [("10.244.1.7", "n1", "ready")]
        rules = try ProxyFixtures.rules([service, .endpointSlice(ProxyFixtures.slice(of: "web", mixed))])
        #expect(rules.chains["svc-shop/web/tcp/80"] == ["meta l4proto tcp dnat ip to 10.244.1.7:8080"])
    }

    @Test("a local service answers until a service with endpoints has its address")
    func localService() throws {
        let local = LocalService(
            name: "dns", address: try ProxyFixtures.address("10.96.0.10"), port: 53, transport: .udp,
            target: try ProxyFixtures.address("169.254.20.10"), targetPort: 53)
        let service = ProxyChange.service(ProxyFixtures.service("dns", "10.96.0.10", ports: [("dns", "UDP", 53)]))
        let slice = ProxyChange.endpointSlice(
            ProxyFixtures.slice(of: "dns", ports: [("dns", "UDP", 53)], [("10.244.1.9", "n1", "ready")]))
        let map = RuleSet.Map(name: .localServices, family: .v4)
        for changes in [[], [service]] {
            let rules = try ProxyFixtures.rules(changes, localServices: [local])
            #expect(rules.elements[map] == ["10.96.0.10 . udp . 53": "goto local-dns/udp/53"])
            #expect(rules.chains["local-dns/udp/53"] == ["meta l4proto udp dnat ip to 169.254.20.10:53"])
        }
        #expect(try ProxyFixtures.rules([service, slice], localServices: [local]).elements[map] == nil)
    }

    @Test("of two services with one external address the first by name has it")
    func conflict() throws {
        let names = ["beta", "alpha"]
        let changes = names.flatMap { name -> [ProxyChange] in
            [
                .service(
                    ProxyFixtures.service(name, name == "alpha" ? "10.96.1.1" : "10.96.1.2") {
                        $0.externalIPs = ["198.51.100.7"]
                    }),
                .endpointSlice(ProxyFixtures.slice(of: name, Self.remote)),
            ]
        }
        let rules = try ProxyFixtures.rules(changes)
        let key = "198.51.100.7 . tcp . 80"
        #expect(
            rules.elements[RuleSet.Map(name: .serviceIPs, family: .v4)]?[key] == "goto ext-shop/alpha/tcp/80")
    }
}
