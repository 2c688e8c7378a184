// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Why there is no answer from the API server.
public struct TransportError: Error, Sendable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        /// No connection: refused, unreachable, name not found.
        case unreachable
        /// The server's certificate, or ours, was not accepted.
        case tls
        /// No answer within the time allowed. The server may have done the work.
        case timedOut
        /// The connection broke before the answer was whole. The server may have done the work.
        case interrupted
        /// The task was cancelled, or the transport shut down.
        case cancelled
        /// The request or the configuration is not usable; a retry does not help.
        case invalid
    }

    public var code: Code
    /// What failed, on what; lower case.
    public var message: String
    public var cause: (any Error)?

    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Whether the same request can succeed later without anything else being changed.
    public var isRetryable: Bool {
        switch code {
        case .unreachable, .timedOut, .interrupted: true
        case .tls, .cancelled, .invalid: false
        }
    }

    public var description: String { message }
}
