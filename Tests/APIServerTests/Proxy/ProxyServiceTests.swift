// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Logging
import NIOCore
import NIOPosix
import Testing
import Wire

@testable import APIServer

/// One pod on one node, whose kubelet listens on a port of loopback.
private struct OneNode: ProxyTargetSource {
    var port: Int

    func pod(namespace: String, name: String) -> Pod? {
        guard name == "web" else { return nil }
        return Pod {
            ($0.metadata.name, $0.metadata.namespace, $0.spec.nodeName) = ("web", "ns", "n1")
            $0.spec.containers = [Container { $0.name = "a" }]
        }
    }

    func node(name: String) -> Node? {
        Node {
            $0.metadata.name = name
            $0.status.addresses = [NodeAddress { ($0.type, $0.address) = ("InternalIP", "127.0.0.1") }]
            $0.status.daemonEndpoints.kubeletEndpoint.port = Int32(port)
        }
    }

    func service(namespace: String, name: String) -> Service? { nil }
    func endpointSlices(namespace: String, service: String) -> [EndpointSlice] { [] }
}

/// Sends back what comes, in capitals, and closes at a full stop.
private final class Shouter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let text = String(buffer: unwrapInboundIn(data))
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text.uppercased()))).whenComplete { _ in
            if text.hasSuffix(".") { bound.value.close(promise: nil) }
        }
    }
}

struct ProxyServiceTests {
    /// A server whose requests go through the proxy to a second one that plays the kubelet.
    private func withProxy<Result: Sendable>(
        kubelet: @escaping @Sendable (EdgeRequest) async -> EdgeResponse, body: (EdgeHarness) async throws -> Result
    ) async throws -> Result {
        try await EdgeHarness.run(kubelet) { backend in
            let connector = try BackendConnector(
                client: try #require(backend.pki.clients[.kubeletClient]),
                authority: backend.pki.authority.certificatePEM)
            let proxy = ProxyService(targets: OneNode(port: backend.port), connector: connector)
            return try await EdgeHarness.run(
                { edge in
                    let target = RequestTarget(edge.target)
                    let (path, query) = (target?.path ?? "", target?.query ?? [])
                    let request = APIRequest(
                        method: edge.method, path: path, query: query, headers: edge.headers, body: edge.body,
                        user: .anonymous,
                        info: RequestInfo(method: edge.method, path: path, query: query),
                        remoteAddress: edge.peer.remoteAddress)
                    return await proxy.respond(to: request, on: edge.peer.eventLoop, canUpgrade: edge.canUpgrade)
                }, body: body)
        }
    }

    @Test("logs stream through, as the API server's client certificate")
    func logs() async throws {
        let answer = try await withProxy(kubelet: { request in
            .answer(
                .stream(ResponseHead(status: 200, contentType: "text/plain")) { writer in
                    try await writer.write(Array("\(request.target) \(request.peer.certificates.count)\n".utf8))
                    for _ in 0..<100 { try await writer.write([UInt8](repeating: UInt8(ascii: "x"), count: 10_000)) }
                })
        }) { try await $0.send("GET", "/api/v1/namespaces/ns/pods/web/log?follow=true") }
        #expect(answer.status == 200)
        #expect(answer.body.hasPrefix("/containerLogs/ns/web/a?follow=true 1\n"))
        #expect(answer.body.utf8.count > 1_000_000)
    }

    @Test("an upgraded connection carries bytes both ways, those that came early too")
    func upgrade() async throws {
        let text = try await withProxy(kubelet: { request in
            guard request.target == "/exec/ns/web/a?command=sh&input=1", request.header("upgrade") == "SPDY/3.1" else {
                return ClosureService.text("wrong: \(request.target)", status: 400)
            }
            return .upgrade(
                EdgeUpgrade(
                    headers: [("Connection", "Upgrade"), ("Upgrade", "SPDY/3.1")],
                    takeOver: { try $0.pipeline.syncOperations.addHandler(Shouter()) }, cancel: {}))
        }) { harness in
            try await harness.exchange(
                "POST /api/v1/namespaces/ns/pods/web/exec?command=sh&stdin=true HTTP/1.1\r\nHost: x\r\n"
                    + "Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\nhello early.")
        }
        #expect(text.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
        #expect(text.contains("Upgrade: SPDY/3.1\r\n"))
        #expect(text.hasSuffix("\r\n\r\nHELLO EARLY."))
    }

    @Test("a kubelet's refusal of an upgrade is passed on")
    func refusal() async throws {
        let text = try await withProxy(kubelet: { _ in ClosureService.text("no such container", status: 404) }) {
            harness in
            try await harness.exchange(
                "GET /api/v1/namespaces/ns/pods/web/attach HTTP/1.1\r\nHost: x\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\n\r\n"
            )
        }
        #expect(text.hasPrefix("HTTP/1.1 404 "))
        #expect(text.contains("no such container"))
    }

    @Test(
        "what cannot be forwarded is said",
        arguments: [
            ("GET", "/api/v1/namespaces/ns/pods/gone/log", 404, #"pods \"gone\" not found"#),
            ("POST", "/api/v1/namespaces/ns/pods/web/exec?command=ls", 400, "Upgrade request required"),
            ("GET", "/api/v1/nodes/n1:1/proxy/", 400, "only the kubelet's port"),
            ("GET", "/api/v1/nodes/n1/proxy", 301, ""),
            ("GET", "/api/v1/namespaces/ns/services/s/proxy/", 404, #"services \"s\" not found"#),
            ("GET", "/api/v1/nodes/n1/proxy/metrics?a=b", 200, "/metrics?a=b"),
        ])
    func others(_ method: String, _ target: String, _ status: Int, _ part: String) async throws {
        let answer = try await withProxy(kubelet: { ClosureService.text($0.target) }) {
            try await $0.send(method, target)
        }
        #expect(answer.status == status)
        #expect(part.isEmpty || answer.body.contains(part), "\(answer.body)")
    }
}
