// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import APIServer

struct RequestInfoParsingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var request: String
        /// `verb group/version namespace resource/subresource name`, with `-` for what is empty; nil: not about a resource.
        var expected: String?
        var testDescription: String { request }
    }

    static func describe(_ info: RequestInfo) -> String? {
        guard info.isResourceRequest else { return nil }
        func shown(_ text: String) -> String { text.isEmpty ? "-" : text }
        return [
            shown(info.verb), "\(info.apiGroup)/\(info.apiVersion)", shown(info.namespace),
            info.subresource.isEmpty ? info.resource : "\(info.resource)/\(info.subresource)", shown(info.name),
        ].joined(separator: " ")
    }

    @Test(
        "paths about resources and others are told apart and read",
        arguments: [
            Case(request: "GET /api/v1/namespaces", expected: "list /v1 - namespaces -"),
            Case(request: "GET /api/v1/namespaces/other", expected: "get /v1 other namespaces other"),
            Case(request: "GET /api/v1/namespaces/other/pods", expected: "list /v1 other pods -"),
            Case(request: "GET /api/v1/namespaces/other/pods/foo", expected: "get /v1 other pods foo"),
            Case(request: "HEAD /api/v1/namespaces/other/pods/foo", expected: "get /v1 other pods foo"),
            Case(request: "GET /api/v1/pods", expected: "list /v1 - pods -"),
            Case(request: "HEAD /api/v1/pods", expected: "list /v1 - pods -"),
            Case(request: "POST /api/v1/pods", expected: "create /v1 - pods -"),
            Case(request: "GET /api/v1/pods?watch=true", expected: "watch /v1 - pods -"),
            Case(request: "GET /api/v1/pods?watch=1", expected: "watch /v1 - pods -"),
            Case(request: "GET /api/v1/pods?watch", expected: "watch /v1 - pods -"),
            Case(request: "GET /api/v1/pods?watch=false", expected: "list /v1 - pods -"),
            Case(request: "GET /api/v1/pods?watch=False", expected: "list /v1 - pods -"),
            Case(request: "GET /api/v1/pods?watch=0", expected: "list /v1 - pods -"),
            Case(request: "GET /api/v1/namespaces/other/pods/foo?watch=1", expected: "get /v1 other pods foo"),
            Case(request: "GET /api/v1/watch/pods", expected: "watch /v1 - pods -"),
            Case(request: "GET /api/v1/watch/namespaces/other/pods", expected: "watch /v1 other pods -"),
            Case(request: "GET /api/v1/watch/namespaces/other/pods/foo", expected: "watch /v1 other pods foo"),
            Case(request: "GET /apis/apps/v1/watch/deployments", expected: "watch apps/v1 - deployments -"),
            Case(request: "GET /api/v1/namespaces/other/pods/foo/log", expected: "get /v1 other pods/log foo"),
            Case(request: "POST /api/v1/namespaces/other/pods/foo/exec", expected: "create /v1 other pods/exec foo"),
            Case(
                request: "PUT /api/v1/namespaces/other/finalize", expected: "update /v1 other namespaces/finalize other"
            ),
            Case(request: "PATCH /api/v1/namespaces/other/status", expected: "patch /v1 other namespaces/status other"),
            Case(request: "PUT /api/v1/namespaces/other/pods/foo/status", expected: "update /v1 other pods/status foo"),
            Case(request: "DELETE /api/v1/namespaces/other/pods/foo", expected: "delete /v1 other pods foo"),
            Case(request: "DELETE /api/v1/namespaces/other/pods", expected: "deletecollection /v1 other pods -"),
            Case(request: "DELETE /api/v1/nodes", expected: "deletecollection /v1 - nodes -"),
            Case(request: "GET /api/v1/nodes/n1/proxy/metrics/x", expected: "get /v1 - nodes/proxy n1"),
            Case(request: "GET /api/v1/proxy/namespaces/other/pods/foo", expected: "proxy /v1 other pods foo"),
            Case(request: "OPTIONS /api/v1/pods", expected: "- /v1 - pods -"),
            Case(request: "GET /apis/batch/v1/namespaces/x/jobs/", expected: "list batch/v1 x jobs -"),
            Case(request: "GET /api/v1/namespaces/x/configmaps//a", expected: "list /v1 x configmaps/a -"),
            Case(request: "GET /api/v1/pods?fieldSelector=metadata.name=foo", expected: "list /v1 - pods foo"),
            Case(
                request: "GET /api/v1/pods?watch=1&fieldSelector=metadata.name==foo,spec.nodeName=n",
                expected: "watch /v1 - pods foo"),
            Case(
                request: "GET /api/v1/pods?fieldSelector=spec.nodeName=n,metadata.name=foo",
                expected: "list /v1 - pods foo"),
            Case(request: "GET /api/v1/pods?fieldSelector=metadata.name!=foo", expected: "list /v1 - pods -"),
            Case(request: "GET /api/v1/pods?fieldSelector=metadata.name=foo/bar", expected: "list /v1 - pods -"),
            Case(request: "GET /api/v1/pods?fieldSelector=metadata.name=..", expected: "list /v1 - pods -"),
            Case(request: "GET /api/v1/pods?fieldSelector=", expected: "list /v1 - pods -"),
            Case(
                request: "DELETE /api/v1/pods?fieldSelector=metadata.name=foo",
                expected: "deletecollection /v1 - pods -"),
            Case(request: "GET /", expected: nil),
            Case(request: "GET /api", expected: nil),
            Case(request: "GET /api/v1", expected: nil),
            Case(request: "GET /api/v1/", expected: nil),
            Case(request: "GET /apis/apps/v1", expected: nil),
            Case(request: "GET /apis/apps", expected: nil),
            Case(request: "GET /api/v1/watch", expected: nil),
            Case(request: "GET /healthz", expected: nil),
            Case(request: "GET /openapi/v3/apis/apps/v1", expected: nil),
        ])
    func read(_ c: Case) throws {
        let words = c.request.split(separator: " ").map(String.init)
        let target = try #require(RequestTarget(words[1]))
        let info = RequestInfo(method: words[0], path: target.path, query: target.query)
        #expect(Self.describe(info) == c.expected)
        if c.expected == nil { #expect(info.verb == words[0].lowercased()) }
    }

    @Test(
        "requests that take long by nature",
        arguments: [
            ("GET /api/v1/pods?watch=1", true), ("GET /api/v1/namespaces/x/pods/y/log", true),
            ("POST /api/v1/namespaces/x/pods/y/exec", true), ("GET /api/v1/nodes/n/proxy/logs", true),
            ("GET /api/v1/pods", false), ("GET /healthz", false), ("GET /api/v1/namespaces/x/pods/y", false),
        ])
    func longRunning(_ request: String, _ expected: Bool) throws {
        let words = request.split(separator: " ").map(String.init)
        let target = try #require(RequestTarget(words[1]))
        #expect(RequestInfo(method: words[0], path: target.path, query: target.query).isLongRunning == expected)
    }
}
