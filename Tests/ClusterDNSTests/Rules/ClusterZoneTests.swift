// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives
import Testing

@testable import ClusterDNS

struct ClusterZoneTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var question: String
        var type: DNSType
        var expected: [String]
        var testDescription: String { "\(question) \(type.rawValue)" }

        init(_ question: String, _ type: DNSType, _ expected: String...) {
            self.question = question
            self.type = type
            self.expected = expected
        }
    }

    private static func outcome(_ question: String, _ type: DNSType) throws -> ClusterZone.Outcome {
        let name = try #require(DNSName(question.contains("arpa") ? question : "\(question)cluster.local"))
        return try DNSFixtures.zone().resolve(name, type)
    }

    @Test(
        "names that have a record of the type",
        arguments: [
            Case("web.shop.svc.", .a, "web.shop.svc.cluster.local. 10.96.1.1"),
            Case("dual.shop.svc.", .a, "dual.shop.svc.cluster.local. 10.96.1.2"),
            Case("dual.shop.svc.", .aaaa, "dual.shop.svc.cluster.local. fd00:96::2"),
            Case(
                "_http._tcp.web.shop.svc.", .srv,
                "_http._tcp.web.shop.svc.cluster.local. 0 100 80 web.shop.svc.cluster.local."),
            Case("db.shop.svc.", .a, "db.shop.svc.cluster.local. 10.244.1.5", "db.shop.svc.cluster.local. 10.244.2.6"),
            Case("db-0.db.shop.svc.", .a, "db-0.db.shop.svc.cluster.local. 10.244.1.5"),
            Case("10-244-2-6.db.shop.svc.", .a, "10-244-2-6.db.shop.svc.cluster.local. 10.244.2.6"),
            Case("early.shop.svc.", .a, "early.shop.svc.cluster.local. 10.244.2.9"),
            Case(
                "_sql._tcp.db.shop.svc.", .srv,
                "_sql._tcp.db.shop.svc.cluster.local. 0 50 5432 10-244-2-6.db.shop.svc.cluster.local.",
                "_sql._tcp.db.shop.svc.cluster.local. 0 50 5432 db-0.db.shop.svc.cluster.local."),
            Case("10-244-1-5.shop.pod.", .a, "10-244-1-5.shop.pod.cluster.local. 10.244.1.5"),
            Case("fd00--5.shop.pod.", .aaaa, "fd00--5.shop.pod.cluster.local. fd00::5"),
            Case("dns-version.", .txt, "dns-version.cluster.local. \"1.1.0\""),
            Case("", .ns, "cluster.local. by ns.dns.cluster.local."),
            Case("", .soa, "cluster.local. soa ns.dns.cluster.local. 5"),
            Case("docs.shop.svc.", .cname, "docs.shop.svc.cluster.local. is docs.example.org."),
            Case(
                "twin.shop.svc.", .a, "twin.shop.svc.cluster.local. is web.shop.svc.cluster.local.",
                "web.shop.svc.cluster.local. 10.96.1.1"),
            Case("1.1.96.10.in-addr.arpa", .ptr, "1.1.96.10.in-addr.arpa. points to web.shop.svc.cluster.local."),
            Case("5.1.244.10.in-addr.arpa", .ptr, "5.1.244.10.in-addr.arpa. points to db-0.db.shop.svc.cluster.local."),
        ])
    func answers(_ c: Case) throws {
        guard case .answer(let answer) = try Self.outcome(c.question, c.type) else {
            Issue.record("no answer")
            return
        }
        #expect(answer.code == .noError && answer.isAuthoritative)
        #expect(answer.answers.map(DNSFixtures.text) == c.expected)
        #expect(answer.authority.isEmpty)
    }

    @Test(
        "names that there are, without a record of the type",
        arguments: [
            Case("web.shop.svc.", .aaaa), Case("shop.svc.", .a), Case("svc.", .a), Case("", .a), Case("pod.", .a),
            Case("shop.pod.", .a), Case("_tcp.web.shop.svc.", .srv), Case("10-244-1-5.shop.pod.", .aaaa),
            Case("docs.shop.svc.", .srv), Case("_http._tcp.web.shop.svc.", .a), Case("loop.shop.svc.", .txt),
        ])
    func noData(_ c: Case) throws { try expectNegative(c, .noError) }

    @Test(
        "names that there are not",
        arguments: [
            Case("none.shop.svc.", .a), Case("web.none.svc.", .a), Case("none.svc.", .a), Case("none.", .a),
            Case("idle.shop.svc.", .a), Case("x.web.shop.svc.", .a), Case("db-2.db.shop.svc.", .a),
            Case("_x._tcp.web.shop.svc.", .srv), Case("_http._udp.web.shop.svc.", .srv),
            Case("_._udp.web.shop.svc.", .srv),
            Case("_sctp.web.shop.svc.", .srv), Case("a.b.c.web.shop.svc.", .a), Case("10-244-1.shop.pod.", .a),
            Case("10-244-1-5.none.pod.", .a), Case("a.10-244-1-5.shop.pod.", .a), Case("a.dns-version.", .txt),
            Case("broken.shop.svc.", .a), Case("loop.shop.svc.", .a), Case("a.docs.shop.svc.", .a),
            Case("9.9.244.10.in-addr.arpa", .ptr),
        ])
    func missing(_ c: Case) throws {
        if c.question.hasPrefix("loop") {
            // The alias itself is there; what it leads to is not.
            guard case .answer(let answer) = try Self.outcome(c.question, c.type) else {
                Issue.record("no answer")
                return
            }
            #expect(answer.code == .nameError && answer.answers.count == 1)
        } else {
            try expectNegative(c, .nameError)
        }
    }

    private func expectNegative(_ c: Case, _ code: DNSResponseCode) throws {
        guard case .answer(let answer) = try Self.outcome(c.question, c.type) else {
            Issue.record("no answer")
            return
        }
        #expect(answer.code == code && answer.answers.isEmpty && answer.isAuthoritative)
        #expect(answer.authority.map(DNSFixtures.text) == ["cluster.local. soa ns.dns.cluster.local. 5"])
    }

    @Test(
        "what is not of the cluster is left to others",
        arguments: [
            "example.org", "local", "xcluster.local.", "8.8.8.8.in-addr.arpa", "244.10.in-addr.arpa",
        ])
    func foreign(name: String) throws {
        #expect(try DNSFixtures.zone().resolve(try #require(DNSName(name)), .a) == .foreign)
    }

    @Test("an alias to the outside is completed by others")
    func outsideAlias() throws {
        guard case .alias(let link, let target) = try Self.outcome("docs.shop.svc.", .a) else {
            Issue.record("no alias")
            return
        }
        #expect(DNSFixtures.text(link) == "docs.shop.svc.cluster.local. is docs.example.org.")
        #expect(target == DNSName("docs.example.org"))
    }

    @Test("SRV answers bring the addresses of their targets")
    func additional() throws {
        guard case .answer(let answer) = try Self.outcome("_sql._tcp.db.shop.svc.", .srv) else {
            Issue.record("no answer")
            return
        }
        #expect(
            Set(answer.additional.map(DNSFixtures.text)) == [
                "db-0.db.shop.svc.cluster.local. 10.244.1.5", "10-244-2-6.db.shop.svc.cluster.local. 10.244.2.6",
            ])
    }
}
