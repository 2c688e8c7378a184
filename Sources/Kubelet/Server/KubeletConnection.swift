// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import NIOHTTP1
import NIOSSL
import Streaming
import SwiftASN1
import X509

/// A request without a body: the kubelet is asked by method, path and query.
struct KubeletRequest: Sendable {
    var head: HTTPRequestHead
    /// The path's parts, percent-decoded.
    var path: [String]
    /// Percent-decoded, in order.
    var query: [(name: String, value: String)]

    func value(_ name: String) -> String? { query.first { $0.name == name }?.value }
    func values(_ name: String) -> [String] { query.filter { $0.name == name }.map(\.value) }
    func flag(_ name: String) -> Bool { value(name).map { $0 == "true" || $0 == "1" } ?? false }

    init(_ head: HTTPRequestHead) {
        self.head = head
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = (parts.first ?? "").split(separator: "/").map { PercentCoding.decode(String($0)) }
        query = []
        for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = sides.count > 1 ? String(sides[1].map { $0 == "+" ? " " : $0 }) : ""
            query.append((PercentCoding.decode(String(sides.first ?? "")), PercentCoding.decode(value)))
        }
    }
}

/// Percent-encoding of URLs.
enum PercentCoding {
    /// Leaves what is not an escape as it is.
    static func decode(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// One connection of a client to the kubelet's server.
final class KubeletConnection: Sendable {
    let channel: any Channel
    private let requests: AsyncStream<KubeletRequest>
    private let continuation: AsyncStream<KubeletRequest>.Continuation

    init(channel: any Channel) {
        self.channel = channel
        (requests, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(16))
    }

    private static let encoder = "http-encoder", decoder = "http-decoder", collector = "http-requests"

    /// On the event loop, while the connection is set up.
    func addHTTP(to pipeline: ChannelPipeline.SynchronousOperations) throws {
        try pipeline.addHandler(HTTPResponseEncoder(), name: Self.encoder)
        try pipeline.addHandler(
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes)), name: Self.decoder)
        try pipeline.addHandler(RequestCollector(continuation), name: Self.collector)
    }

    /// Answers requests until the connection ends or the task is cancelled.
    func serve(_ routes: KubeletRoutes) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await request in self.requests {
                    guard await self.answer(request, routes) else { break }
                }
            }
            group.addTask {
                // its failure means closed as well
                try? await self.channel.closeFuture.get()
            }
            await group.next()
            group.cancelAll()
            channel.close(promise: nil)
        }
    }

    private func answer(_ request: KubeletRequest, _ routes: KubeletRoutes) async -> Bool {
        let response = KubeletResponse(channel: channel, isKeptAlive: request.head.isKeepAlive)
        do {
            guard try await isAllowed() else {
                try await response.send(.forbidden, "Forbidden: the client certificate is not that of the API server\n")
                return false
            }
            return try await routes.answer(request, response, self)
        } catch let fault as KubeletFault {
            do { try await response.send(fault.status, fault.message + "\n") } catch { return false }
            return request.head.isKeepAlive
        } catch {
            return false  // the connection is broken: nobody is there to be told
        }
    }

    /// Whether the client is the API server, or an administrator of the cluster.
    private func isAllowed() async throws -> Bool {
        guard let peer = try await channel.nioSSL_peerCertificate().get() else { return false }
        let certificate = try Certificate(derEncoded: peer.toDERBytes())
        return KubeletAccess.isAllowed(certificate.subject.description)
    }

    /// Takes HTTP away and gives the connection to a streaming session; returns when the session is over.
    func handOver(to bridge: StreamingBridge) async throws {
        try await bridge.takeOver(channel, encoder: Self.encoder, removing: [Self.collector, Self.decoder]).get()
        try await channel.closeFuture.get()
    }
}

/// Who may ask the kubelet.
enum KubeletAccess {
    /// - Parameter subject: of a certificate that the cluster's CA has signed, as RFC 4514 writes it.
    static func isAllowed(_ subject: String) -> Bool {
        let parts = subject.split(whereSeparator: { $0 == "," || $0 == "+" }).map { $0.drop { $0 == " " } }
        return parts.contains("CN=kube-apiserver-kubelet-client") || parts.contains("O=system:masters")
    }
}

/// Why a request is refused.
struct KubeletFault: Error {
    var status: HTTPResponseStatus
    var message: String
}

/// Hands on the requests of a connection.
private final class RequestCollector: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart

    private let continuation: AsyncStream<KubeletRequest>.Continuation
    private var head: HTTPRequestHead?

    init(_ continuation: AsyncStream<KubeletRequest>.Continuation) { self.continuation = continuation }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            if let head { continuation.yield(KubeletRequest(head)) }
            head = nil
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        continuation.finish()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
