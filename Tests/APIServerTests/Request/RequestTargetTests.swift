// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import APIServer

struct RequestTargetTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var target: String
        var path: String?
        var query: [String] = []
        var testDescription: String { target }
    }

    @Test(
        "targets are taken apart",
        arguments: [
            Case(target: "/api/v1/pods", path: "/api/v1/pods"),
            Case(target: "/api/v1/pods?watch=1&a=b%20c", path: "/api/v1/pods", query: ["watch=1", "a=b c"]),
            Case(target: "/a%2Fb/%7Bx%7d", path: "/a/b/{x}"),
            Case(target: "/a+b?c+d=e+f", path: "/a+b", query: ["c d=e f"]),
            Case(target: "/a?command=ls&command=-l&tty", path: "/a", query: ["command=ls", "command=-l", "tty="]),
            Case(target: "/a?x=%zz&y=1", path: "/a", query: ["y=1"]),
            Case(target: "/a?x=1;y=2&z=3", path: "/a", query: ["z=3"]),
            Case(
                target: "/a?fieldSelector=metadata.name%3Dweb,x=y", path: "/a",
                query: ["fieldSelector=metadata.name=web,x=y"]),
            Case(target: "https://host:6443/api?x=y", path: "/api", query: ["x=y"]),
            Case(target: "https://host", path: "/"),
            Case(target: "http://host?x=y", path: "/", query: ["x=y"]),
            Case(target: "/a#b?c=d", path: "/a"),
            Case(target: "*", path: "*"),
            Case(target: "/a%2", path: nil),
            Case(target: "/a%g0", path: nil),
            Case(target: "a/b", path: nil),
            Case(target: "/?&&a=b&", path: "/", query: ["a=b"]),
        ])
    func parse(_ c: Case) {
        let target = RequestTarget(c.target)
        #expect(target?.path == c.path)
        #expect((target?.query ?? []).map { "\($0.name)=\($0.value)" } == c.query)
    }
}
