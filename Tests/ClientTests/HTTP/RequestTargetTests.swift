// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Client

struct RequestTargetTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var path: String, query: [(name: String, value: String)], expected: String
        var testDescription: String { expected }
    }

    @Test(
        "paths and queries are percent-encoded",
        arguments: [
            Case(path: "/api/v1/pods", query: [], expected: "/api/v1/pods"),
            Case(path: "/api/v1/nodes/a b%", query: [], expected: "/api/v1/nodes/a%20b%25"),
            Case(
                path: "/api", query: [("labelSelector", "a=b,c in (d)"), ("watch", "true")],
                expected: "/api?labelSelector=a%3Db%2Cc%20in%20%28d%29&watch=true"),
            Case(path: "/x", query: [("q", "ä&?")], expected: "/x?q=%C3%A4%26%3F"),
        ])
    func targets(_ c: Case) { #expect(RequestTarget.text(path: c.path, query: c.query) == c.expected) }
}
