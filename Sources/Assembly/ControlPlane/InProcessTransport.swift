// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIServer
import Client

/// Carries requests of components to the API server of the same process: no socket, no TLS, the same checks.
struct InProcessTransport: Transport {
    let chain: RequestChain
    private let user: RequestUser

    /// - Parameter user: who the component is; it may do what authorization lets it.
    init(_ chain: RequestChain, as user: RequestUser) {
        self.chain = chain
        self.user = user
    }

    func apiRequest(_ request: TransportRequest) -> APIRequest {
        APIRequest(
            method: request.method.rawValue, path: request.path, query: request.query, headers: request.headers,
            body: request.body,
            user: user, info: RequestInfo(method: request.method.rawValue, path: request.path, query: request.query),
            remoteAddress: "")
    }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
        do {
            let (head, body) = try await chain.respond(to: apiRequest(request)).collected()
            return TransportResponse(status: head.status, headers: Self.headers(head), body: body)
        } catch {
            throw TransportError(.interrupted, "the answer to \(request.path) ended early: \(error)", cause: error)
        }
    }

    func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
        switch await chain.respond(to: apiRequest(request)) {
        case .whole(let head, let chunks):
            return TransportStream(
                status: head.status, headers: Self.headers(head), body: ByteChunks(whole: Array(chunks.joined())))
        case .stream(let head, let produce):
            let (chunks, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self)
            // Ends when the reader lets go of the stream, which cancels it, or when the answer is over.
            let producer = Task {
                do {
                    try await produce(ForwardingWriter(continuation: continuation))
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in producer.cancel() }
            return TransportStream(status: head.status, headers: Self.headers(head), body: ByteChunks(chunks))
        }
    }

    private static func headers(_ head: ResponseHead) -> [(name: String, value: String)] {
        [("content-type", head.contentType)] + head.headers.map { ($0.name.lowercased(), $0.value) }
    }
}

/// Hands on what is written.
private struct ForwardingWriter: ResponseBodyWriter {
    let continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation

    func write(_ bytes: [UInt8]) async throws {
        if case .terminated = continuation.yield(bytes) { throw CancellationError() }
    }
}
