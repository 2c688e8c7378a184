// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import NIOCore

/// Takes one response as it comes in. All calls are made on the connection's event loop.
public protocol ResponseSink: AnyObject {
    func head(status: Int)
    func body(_ bytes: ByteBuffer)
    func end()
    /// The response will not be complete. Nothing is called after this.
    func failed(_ error: any Error)
}

/// What may go wrong between the load generator and a server.
public enum LoadError: Error, CustomStringConvertible {
    case malformed(String)
    case closed
    /// The server ends an HTTP/2 connection, with an error code of RFC 9113.
    case goAway(code: UInt32)
    /// The server ends a stream of HTTP/2, with an error code of RFC 9113.
    case reset(code: UInt32)
    case unexpected(status: Int, body: String)
    case notReady(String)

    public var description: String {
        switch self {
        case .malformed(let what): "the server's answer is malformed: \(what)"
        case .closed: "the server closed the connection"
        case .reset(let code): "the server ended the stream, error \(code)"
        case .goAway(let code): "the server ended the connection with GOAWAY, error \(code)"
        case .unexpected(let status, let body): "unexpected answer \(status): \(body.prefix(500))"
        case .notReady(let what): what
        }
    }
}
