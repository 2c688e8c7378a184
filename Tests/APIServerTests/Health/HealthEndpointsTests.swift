// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Store
import Testing

@testable import APIServer

struct HealthEndpointsTests {
    /// Status and body, a blank between.
    private static func text(_ response: APIResponse?) -> String {
        guard case .whole(let head, let chunks)? = response else { return "404 " }
        return "\(head.status) " + String(decoding: Array(chunks.joined()), as: UTF8.self)
    }

    private static func endpoints(_ store: MemoryStore, _ progress: StartProgress) -> HealthEndpoints {
        .of(store, progress, logging: HealthCheck("log") { nil })
    }

    @Test("a server is ready when all steps of its start are done")
    func progress() async {
        let progress = StartProgress()
        let health = Self.endpoints(MemoryStore(historyWindow: nil), progress)
        for step in StartProgress.Step.allCases {
            let before = await Self.text(health.respond(path: "/readyz", query: []))
            #expect(before.hasPrefix("500 "))
            progress.finish(step)
        }
        let after = await Self.text(health.respond(path: "/readyz", query: []))
        #expect(after == "200 ok")
    }

    @Test("a store that cannot be read is told")
    func store() async {
        let store = MemoryStore(historyWindow: nil)
        let health = Self.endpoints(store, StartProgress())
        let open = await Self.text(health.respond(path: "/livez/etcd", query: []))
        #expect(open == "200 ok")
        await store.close()
        let closed = await Self.text(health.respond(path: "/livez/etcd", query: []))
        #expect(closed.hasPrefix("500 internal server error: store cannot be read: "))
    }

    @Test("every check is a metric")
    func metrics() async {
        let health = HealthEndpoints(live: [.ping], ready: [.ping, HealthCheck("bad") { "broken" }])
        let lines = await health.metrics().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            lines == [
                "kubernetes_healthcheck{name=\"ping\",type=\"healthz\"} 1",
                "kubernetes_healthcheck{name=\"ping\",type=\"livez\"} 1",
                "kubernetes_healthcheck{name=\"ping\",type=\"readyz\"} 1",
                "kubernetes_healthcheck{name=\"bad\",type=\"readyz\"} 0",
            ])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var path: String
        var query: [String] = []
        var status = 200
        var text: String
        var testDescription: String { path + " " + query.joined(separator: "&") }
    }

    @Test(
        "checks can be asked for alone, left out and listed",
        arguments: [
            Case(path: "/healthz/ping", text: "ok"), Case(path: "/healthz/nope", status: 404, text: ""),
            Case(path: "/healthz/bad", status: 500, text: "internal server error: broken\n"),
            Case(
                path: "/livez", query: ["verbose"], status: 500,
                text: "[+]ping ok\n[-]bad failed: reason withheld\nlivez check failed\n"),
            Case(path: "/livez", query: ["exclude=bad"], text: "ok"),
            Case(
                path: "/livez", query: ["verbose", "exclude=bad"],
                text: "[+]ping ok\n[+]bad excluded: ok\nlivez check passed\n"),
            Case(
                path: "/livez", query: ["verbose", "exclude=bad", "exclude=x"],
                text:
                    "[+]ping ok\n[+]bad excluded: ok\nwarn: some health checks cannot be excluded: no matches for \"x\"\n"
                    + "livez check passed\n"),
        ])
    func checks(_ c: Case) async {
        let health = HealthEndpoints(live: [.ping, HealthCheck("bad") { "broken" }], ready: [.ping])
        let query = RequestTarget.parseQuery(c.query.joined(separator: "&"))
        let text = await Self.text(health.respond(path: c.path, query: query))
        #expect(text == "\(c.status) \(c.text)")
    }

    @Test("every path is known")
    func paths() {
        let health = HealthEndpoints(live: [.ping], ready: [.ping])
        #expect(Set(health.paths) == ["/livez", "/livez/ping", "/readyz", "/readyz/ping", "/healthz", "/healthz/ping"])
    }
}
