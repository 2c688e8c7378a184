// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import NIOPosix

/// A complete answer.
public struct Response: Sendable {
    public var status: Int
    public var body: [UInt8]

    public var text: String { String(decoding: body, as: UTF8.self) }
}

/// Asks a server one thing at a time over a connection that is kept.
public actor Session {
    public let endpoint: Endpoint
    private let loop: any EventLoop
    private var kept: ConnectionBox?

    public init(_ endpoint: Endpoint, _ generator: LoadGenerator) {
        self.endpoint = endpoint
        loop = generator.group.next()
    }

    /// - Parameter keepsBody: whether to keep what the answer says; its length is counted anyway.
    public func call(_ request: Request, keepsBody: Bool = true) async throws -> (response: Response, bytes: Int) {
        let box: ConnectionBox
        if let kept, kept.channel.isActive {
            box = kept
            self.kept = nil
        } else {
            box = try await endpoint.connect(.http1, on: loop).get()
        }
        let answer = try await box.channel.eventLoop.flatSubmit {
            let sink = Collector(box.channel.eventLoop.makePromise(), keepsBody: keepsBody)
            box.connection.send(request, sink)
            box.connection.flush()
            return sink.done.futureResult
        }.get()
        if let kept { kept.channel.close(promise: nil) }
        kept = box
        return answer
    }

    /// The answer's body where it is 2xx.
    @discardableResult
    public func must(_ request: Request) async throws -> [UInt8] {
        let response = try await call(request).response
        guard (200..<300).contains(response.status) else {
            throw LoadError.unexpected(
                status: response.status, body: "\(request.method) \(request.path): \(response.text)")
        }
        return response.body
    }

    public func close() {
        kept?.channel.close(promise: nil)
        kept = nil
    }
}

private final class Collector: ResponseSink {
    let done: EventLoopPromise<(response: Response, bytes: Int)>
    private let keepsBody: Bool
    private var response = Response(status: 0, body: [])
    private var bytes = 0

    init(_ done: EventLoopPromise<(response: Response, bytes: Int)>, keepsBody: Bool) {
        self.done = done
        self.keepsBody = keepsBody
    }

    func head(status: Int) { response.status = status }

    func body(_ part: ByteBuffer) {
        bytes += part.readableBytes
        if keepsBody { response.body.append(contentsOf: part.readableBytesView) }
    }

    func end() { done.succeed((response, bytes)) }
    func failed(_ error: any Error) { done.fail(error) }
}
