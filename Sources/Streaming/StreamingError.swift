// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Why a streaming session cannot be opened or go on.
public struct StreamingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault; its raw value is the HTTP status with which to answer a request that was not upgraded yet.
    public enum Code: Int, Sendable, Hashable {
        /// The request is not one for a streaming session.
        case badRequest = 400
        /// None of the protocols that the client offers is spoken here.
        case forbidden = 403
        /// What came over the connection does not follow its protocol.
        case protocolError = 502
        /// The other side cannot be reached.
        case unavailable = 503
    }

    public var code: Code
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
