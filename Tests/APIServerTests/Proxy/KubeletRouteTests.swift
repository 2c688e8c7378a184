// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIServer

struct KubeletRouteTests {
    static func request(_ target: String, method: String = "GET", headers: [(name: String, value: String)] = [])
        -> APIRequest
    {
        let target = RequestTarget(target)
        let (path, query) = (target?.path ?? "", target?.query ?? [])
        return APIRequest(
            method: method, path: path, query: query, headers: headers, body: [], user: .anonymous,
            info: RequestInfo(method: method, path: path, query: query), remoteAddress: "192.0.2.1")
    }

    static let pod = Pod {
        ($0.metadata.name, $0.metadata.namespace, $0.spec.nodeName) = ("web", "ns", "n1")
        $0.spec.containers = [Container { $0.name = "a" }]
    }
    static let node = Node {
        $0.metadata.name = "n1"
        $0.status.addresses = [
            NodeAddress { ($0.type, $0.address) = ("Hostname", "n1") },
            NodeAddress { ($0.type, $0.address) = ("InternalIP", "10.0.0.5") },
        ]
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var asked: String
        var expected: String
        var testDescription: String { asked }
    }

    @Test(
        "requests go to the kubelet's own paths",
        arguments: [
            Case(asked: "log", expected: "/containerLogs/ns/web/a"),
            Case(
                asked: "log?container=a&follow=true&tailLines=10&timestamps=true&previous=false",
                expected: "/containerLogs/ns/web/a?follow=true&timestamps=true&tailLines=10"),
            Case(
                asked: "log?sinceTime=2026-01-01T00:00:00Z&limitBytes=5",
                expected: "/containerLogs/ns/web/a?limitBytes=5&sinceTime=2026-01-01T00%3A00%3A00Z"),
            Case(
                asked: "exec?command=sh&command=-c&command=echo%20a%26b&stdin=true&stdout=true&tty=true",
                expected: "/exec/ns/web/a?command=sh&command=-c&command=echo%20a%26b&input=1&output=1&tty=1"),
            Case(
                asked: "exec?command=ls&stdout=true&stderr=true&stdin=false",
                expected: "/exec/ns/web/a?command=ls&output=1&error=1"),
            Case(asked: "attach?container=a&stdout=1", expected: "/attach/ns/web/a?output=1"),
            Case(asked: "portforward?ports=80&ports=81", expected: "/portForward/ns/web?port=80&port=81"),
        ])
    func paths(_ c: Case) throws {
        let request = Self.request("/api/v1/namespaces/ns/pods/web/\(c.asked)")
        guard
            case .forward(let backend) = try KubeletRoute.plan(request, pod: Self.pod, node: Self.node, upgrades: false)
        else {
            Issue.record("nothing is forwarded")
            return
        }
        #expect(backend.target == c.expected)
        #expect(backend.host == "10.0.0.5" && backend.port == 10250 && backend.security == .kubelet)
    }

    @Test(
        "refusals have Kubernetes' words",
        arguments: [
            (
                "log", 2,
                "a container name must be specified for pod web, choose one of: [c0 c1] or one of the init containers: [i]"
            ),
            ("log?container=zz", 1, "container zz is not valid for pod web"),
            ("exec?container=zz", 1, "container zz is not valid for pod web"),
            ("log", 0, "a container name must be specified for pod web"),
            (
                "log?tailLines=-1", 1,
                "PodLogOptions \"web\" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0"
            ),
            (
                "log?sinceSeconds=1&sinceTime=2024-01-01T00:00:00Z&limitBytes=0", 1,
                "PodLogOptions \"web\" is invalid: [limitBytes: Invalid value: 0: must be greater than 0, "
                    + ": Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified]"
            ),
            ("log?tailLines=x", 1, "strconv.ParseInt: parsing \"x\": invalid syntax"),
            (
                "log?limitBytes=0", 1,
                "PodLogOptions \"web\" is invalid: limitBytes: Invalid value: 0: must be greater than 0"
            ),
        ])
    func refusals(_ asked: String, _ containers: Int, _ message: String) {
        var pod = Self.pod
        pod.spec.containers = (0..<containers).map { number in Container { $0.name = "c\(number)" } }
        if containers == 2 { pod.spec.initContainers = [Container { $0.name = "i" }] }
        let error = #expect(throws: FailureStatus.self) {
            try KubeletRoute.plan(
                Self.request("/api/v1/namespaces/ns/pods/web/\(asked)"), pod: pod, node: Self.node, upgrades: false)
        }
        #expect(error?.message == message)
    }

    @Test("a pod without a node has no logs and runs no commands")
    func unscheduled() throws {
        var pod = Self.pod
        pod.spec.nodeName = ""
        guard
            case .empty = try KubeletRoute.plan(
                Self.request("/api/v1/namespaces/ns/pods/web/log"), pod: pod, node: nil, upgrades: false)
        else {
            Issue.record("logs are asked for")
            return
        }
        let error = #expect(throws: FailureStatus.self) {
            try KubeletRoute.plan(
                Self.request("/api/v1/namespaces/ns/pods/web/exec?command=a"), pod: pod, node: nil, upgrades: true)
        }
        #expect(error?.message == "pod web does not have a host assigned")
    }

    @Test("credentials and the fields of one connection stay behind")
    func headers() {
        let request = Self.request(
            "/",
            headers: [
                ("authorization", "Bearer x"), ("connection", "Upgrade, X-Drop"), ("upgrade", "SPDY/3.1"),
                ("x-drop", "1"),
                ("impersonate-user", "a"), ("accept", "b"), ("x-forwarded-for", "198.51.100.1"),
                ("x-stream-protocol-version", "v4"),
            ])
        let upgraded = BackendRequest.forwardedHeaders(of: request, upgrades: true).map { "\($0.name)=\($0.value)" }
        #expect(
            upgraded == [
                "accept=b", "x-stream-protocol-version=v4", "connection=Upgrade", "upgrade=SPDY/3.1",
                "x-forwarded-for=198.51.100.1, 192.0.2.1",
            ])
        #expect(!BackendRequest.forwardedHeaders(of: request, upgrades: false).contains { $0.name == "upgrade" })
    }

    @Test(
        "names of proxied objects",
        arguments: [
            ("web", "", "web", ""), ("web:80", "", "web", "80"), ("https:web:443", "https", "web", "443"),
            ("http:web:", "http", "web", ""),
        ])
    func target(_ text: String, _ scheme: String, _ name: String, _ port: String) {
        let target = ProxyRoute.Target(text)
        #expect([target?.scheme, target?.name, target?.port] == [scheme, name, port])
    }

    @Test("what is no name of a proxied object", arguments: ["", ":80", "ftp:web:1", "a:b:c:d"])
    func badTarget(_ text: String) { #expect(ProxyRoute.Target(text) == nil) }

    @Test(
        "the path behind the proxy",
        arguments: [
            ("/api/v1/namespaces/ns/pods/web:80/proxy/a/b", "/a/b"), ("/api/v1/namespaces/ns/pods/web/proxy", ""),
            ("/api/v1/namespaces/ns/services/web/proxy/", "/"),
            ("/api/v1/nodes/n1/proxy/metrics/cadvisor", "/metrics/cadvisor"),
            ("/api/v1/nodes/n1/proxy/nodes/n1/proxy/x", "/nodes/n1/proxy/x"),
        ])
    func rest(_ path: String, _ expected: String) { #expect(ProxyRoute.rest(of: Self.request(path)) == expected) }

    @Test("services lead to ready endpoints of the port")
    func service() throws {
        let service = Service {
            $0.metadata.name = "s"
            $0.spec.ports = [ServicePort { ($0.name, $0.port) = ("http", 80) }]
        }
        let slice = EndpointSlice {
            $0.ports = [DiscoveryEndpointPort { ($0.name, $0.port) = ("http", 8080) }]
            $0.endpoints = [
                Endpoint { ($0.addresses, $0.conditions.ready) = (["10.0.0.1"], false) },
                Endpoint { $0.addresses = ["10.0.0.2"] },
            ]
        }
        for text in ["s", "s:80", "s:http"] {
            let found = try ProxyRoute.service(
                service, slices: [slice], try #require(ProxyRoute.Target(text)), choice: 7)
            #expect(found == ("10.0.0.2", 8080))
        }
        let error = #expect(throws: FailureStatus.self) {
            _ = try ProxyRoute.service(service, slices: [], try #require(ProxyRoute.Target("s")), choice: 0)
        }
        #expect(error?.message == "no endpoints available for service \"s\"")
    }
}
