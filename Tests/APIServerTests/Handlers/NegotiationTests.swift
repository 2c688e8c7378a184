// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import Testing
import Wire

@testable import APIServer

struct NegotiationTests {
    static func request(
        _ method: String = "GET", _ target: String = "/api/v1/namespaces/n/configmaps/a", accept: String? = nil,
        contentType: String? = nil, agent: String = "", body: String = "{}"
    ) throws -> APIRequest {
        let target = try #require(RequestTarget(target))
        var headers: [(name: String, value: String)] = []
        if let accept { headers.append(("accept", accept)) }
        if let contentType { headers.append(("content-type", contentType)) }
        if !agent.isEmpty { headers.append(("user-agent", agent)) }
        return APIRequest(
            method: method, path: target.path, query: target.query, headers: headers, body: Array(body.utf8),
            user: .anonymous, info: RequestInfo(method: method, path: target.path, query: target.query),
            remoteAddress: "")
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var accept: String
        var offer = OutputFormat.Offer.transforms
        /// nil for 406.
        var expected: OutputFormat?
        var testDescription: String { "\(accept) \(offer)" }
    }

    private static let meta = ";v=v1;g=meta.k8s.io"

    @Test(
        "the best form that can be made is chosen",
        arguments: [
            Case(accept: "", expected: OutputFormat()),
            Case(accept: "*/*", expected: OutputFormat()),
            Case(accept: "application/*", expected: OutputFormat()),
            Case(accept: "application/yaml", expected: OutputFormat(encoding: .yaml)),
            Case(accept: "text/plain", expected: nil),
            Case(accept: "text/plain, application/json;q=0.1", expected: OutputFormat()),
            Case(accept: "application/json;q=0.1,application/yaml", expected: OutputFormat(encoding: .yaml)),
            Case(accept: "application/json;as=Table" + meta, expected: OutputFormat(transform: .table)),
            Case(
                accept: "application/json;as=Table;v=v1beta1;g=meta.k8s.io",
                expected: OutputFormat(transform: .table, metaVersion: "v1beta1")),
            Case(accept: "application/json;as=Table;v=v2;g=meta.k8s.io", expected: nil),
            Case(accept: "application/json;as=Table;v=v1;g=wrong.io", expected: nil),
            Case(accept: "application/json;as=Table", expected: nil),
            Case(accept: "application/json;as=Pod" + meta, expected: nil),
            Case(accept: "application/json;g=meta.k8s.io;v=v1", expected: nil),
            Case(accept: "application/json;as=Table" + meta, offer: .plain, expected: nil),
            Case(
                accept: "application/json;as=Table" + meta + ",application/json", offer: .plain,
                expected: OutputFormat()),
            Case(accept: "application/vnd.kubernetes.protobuf;as=Table" + meta, expected: nil),
            Case(
                accept: "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata" + meta,
                expected: OutputFormat(encoding: .protobuf, transform: .partial)),
            Case(accept: "application/json;stream=watch", offer: .watch, expected: OutputFormat()),
            Case(accept: "application/json;stream=other", expected: nil),
            Case(accept: "application/yaml", offer: .watch, expected: nil),
            Case(accept: "application/json;pretty=1", expected: OutputFormat(isPretty: true)),
            Case(accept: "application/json;pretty=0", expected: OutputFormat()),
        ])
    func negotiate(_ c: Case) throws {
        let request = try Self.request(accept: c.accept)
        guard let expected = c.expected else {
            #expect(throws: APIStatusError.self) { try OutputFormat.negotiate(request, c.offer) }
            return
        }
        #expect(try OutputFormat.negotiate(request, c.offer) == expected)
    }

    @Test(
        "people get line breaks",
        arguments: [
            ("/version", "curl/8.0", true), ("/version", "Wget/1", true), ("/version", "Mozilla/5.0 (X11)", true),
            ("/version", "kubectl/v1.36", false), ("/version?pretty=1", "", true), ("/version?pretty=true", "", true),
            ("/version?pretty=0", "curl/8.0", false), ("/version?pretty=maybe", "curl/8.0", false),
            ("/version?pretty=", "curl/8.0", true),
        ])
    func prettiness(_ target: String, _ agent: String, _ isPretty: Bool) throws {
        let request = try Self.request("GET", target, agent: agent)
        #expect(try OutputFormat.negotiate(request).isPretty == isPretty)
    }

    struct Route: Sendable, CustomTestStringConvertible {
        var method = "GET"
        var target = "/api/v1/namespaces/n/configmaps/a"
        var accept: String?
        var contentType: String?
        var body = "{}"
        var message: String?
        var testDescription: String { "\(method) \(target) \(accept ?? "-") \(contentType ?? "-")" }
    }

    private static let three = "application/json, application/yaml, application/vnd.kubernetes.protobuf"

    @Test(
        "the router compares names letter by letter",
        arguments: [
            Route(accept: "*/*"), Route(accept: "application/json;as=Table"), Route(accept: " application/yaml ;q=1"),
            Route(accept: "text/html,*/*;q=0.1"),
            Route(accept: "APPLICATION/JSON", message: "406: Not Acceptable\n\nAvailable representations: " + three),
            Route(accept: "application/*", message: "406: Not Acceptable\n\nAvailable representations: " + three),
            Route(
                target: "/api/v1/pods", accept: "text/html",
                message: "406: Not Acceptable\n\nAvailable representations: " + three
                    + ", application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch"),
            Route(
                method: "POST", target: "/api/v1/namespaces/n/configmaps", accept: "text/html", body: "",
                message: "415: Unsupported Media Type\n\nAvailable representations: " + three),
            Route(target: "/api/v1/namespaces/n/pods/p/log", accept: "text/plain"),
            Route(method: "PATCH", contentType: "application/merge-patch+json; charset=utf-8"),
            Route(method: "PATCH", contentType: "application/json", message: "415: Unsupported Media Type"),
            Route(method: "PATCH", contentType: "Application/Merge-Patch+JSON", message: "415: Unsupported Media Type"),
            Route(method: "PATCH", message: "415: Unsupported Media Type"),
        ])
    func route(_ c: Route) throws {
        let request = try Self.request(
            c.method, c.target, accept: c.accept, contentType: c.contentType, body: c.body)
        var message: String?
        do throws(APIStatusError) { try RouteMedia.check(request) } catch { message = error.message }
        #expect(message == c.message)
    }

    @Test(
        "the type of a body is read as Go reads it",
        arguments: [
            ("application/json", "application/json"), ("Application/JSON", "application/json"),
            ("application/json; charset=utf-8", "application/json"), ("application/json;", "application/json"),
            ("application/json;;;", nil), ("application/json; charset", nil), ("", nil),
        ])
    func bodyName(_ header: String, _ name: String?) { #expect(MediaType.bodyName(header) == name) }
}

struct DeprecationTests {
    @Test(
        "clients that use a resource with a successor are warned",
        arguments: [
            (
                "/api/v1/endpoints",
                #"299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice""#
            ),
            ("/api/v1/pods", nil),
        ])
    func warning(_ path: String, _ text: String?) async throws {
        let answer = try await TestServer.ready().send("GET", path)
        #expect(answer.headers.first { $0.name == "warning" }?.value == text)
    }
}
