// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import APIServer

struct InFlightLimitsTests {
    private func request(_ method: String, _ path: String, groups: [String] = []) -> APIRequest {
        APIRequest(
            method: method, path: path, query: [], headers: [], body: [], user: RequestUser(name: "u", groups: groups),
            info: RequestInfo(method: method, path: path, query: []), remoteAddress: "")
    }

    @Test("reading and writing requests have places of their own, which are given back")
    func places() throws {
        let limits = InFlightLimits(.init(readOnly: 2, mutating: 1))
        let read = request("GET", "/api/v1/pods")
        let write = request("POST", "/api/v1/namespaces/d/pods")
        let first = try #require(limits.enter(read))
        _ = try #require(limits.enter(read))
        #expect(limits.enter(read) == nil)
        let writing = try #require(limits.enter(write))
        #expect(limits.enter(write) == nil)
        limits.leave(first)
        limits.leave(writing)
        #expect(limits.enter(read) == .readOnly)
        #expect(limits.enter(read) == nil)
        #expect(limits.enter(write) == .mutating)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var method = "GET"
        var path: String
        var groups: [String] = []
        var isTaken: Bool
        var testDescription: String { "\(method) \(path) \(groups)" }
    }

    @Test(
        "when all places are taken, some requests are served nevertheless",
        arguments: [
            Case(path: "/api/v1/pods", isTaken: false),
            Case(path: "/api/v1/pods", groups: ["dev"], isTaken: false),
            Case(path: "/api/v1/pods", groups: ["system:masters"], isTaken: true),
            Case(method: "DELETE", path: "/api/v1/namespaces/d", groups: ["system:masters"], isTaken: true),
            Case(method: "DELETE", path: "/api/v1/namespaces/d", isTaken: false),
            Case(path: "/api/v1/watch/pods", isTaken: true),
            Case(path: "/api/v1/namespaces/d/pods/p/log", isTaken: true),
            Case(path: "/api/v1/namespaces/d/pods/p/exec", isTaken: true),
            Case(path: "/readyz", isTaken: true), Case(path: "/livez", isTaken: true),
            Case(path: "/version", isTaken: false),
        ])
    func exempt(_ c: Case) throws {
        let limits = InFlightLimits(.init(readOnly: 1, mutating: 1))
        #expect(limits.enter(request("GET", "/api")) != nil)
        #expect(limits.enter(request("POST", "/api/v1/namespaces")) != nil)
        #expect((limits.enter(request(c.method, c.path, groups: c.groups)) != nil) == c.isTaken)
    }

    @Test("0 means no limit")
    func unlimited() {
        let limits = InFlightLimits(.init(readOnly: 0, mutating: 0))
        for _ in 0..<1000 { #expect(limits.enter(request("GET", "/api/v1/pods")) != nil) }
    }
}

struct RequestTimeLimitTests {
    @Test(
        "Go's durations are read as Go reads them",
        arguments: [
            ("0", 0.0), ("5s", 5), ("+5s", 5), ("-5s", -5), ("1.5h", 5400), (".5s", 0.5), ("1.s", 1), ("1h2m3s", 3723),
            ("300ms", 0.3), ("100us", 1e-4), ("1m0.5s", 60.5),
        ])
    func durations(_ text: String, _ seconds: Double) throws {
        let difference = try GoDuration.parse(text) - .seconds(seconds)
        #expect(abs(difference / .seconds(1)) < 1e-6)
    }

    @Test(
        "what is no duration is refused in Go's words",
        arguments: [
            ("", #"time: invalid duration """#), ("5", #"time: missing unit in duration "5""#),
            ("x", #"time: invalid duration "x""#), ("5x", #"time: unknown unit "x" in duration "5x""#),
            (".s", #"time: invalid duration ".s""#), ("-", #"time: invalid duration "-""#),
            ("99999999999999h", #"time: invalid duration "99999999999999h""#),
        ])
    func faults(_ text: String, _ message: String) {
        #expect(throws: GoDuration.Fault(message: message)) { try GoDuration.parse(text) }
    }

    @Test("a request can ask for less time than it would have, not for more")
    func limits() throws {
        func limit(_ text: String) throws -> Duration {
            try RequestTimeLimit.of([("timeout", text)], maximum: .seconds(60))
        }
        #expect(try RequestTimeLimit.of([], maximum: .seconds(60)) == .seconds(60))
        #expect(try limit("") == .seconds(60))
        #expect(try limit("5s") == .seconds(5))
        #expect(try limit("0s") == .seconds(60))
        #expect(try limit("2m") == .seconds(60))
        #expect(
            throws: FailureStatus.badRequest(
                #"invalid timeout specified in the request URL - time: missing unit in duration "5""#)
        ) { try limit("5") }
    }
}
