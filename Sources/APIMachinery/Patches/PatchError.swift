// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Why a patch could not be applied.
public struct PatchError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// The patch itself is no patch: 400.
        case malformed
        /// It cannot be applied to this object: 422, where Kubernetes does not pass the message on.
        case unprocessable
        /// Too many operations: 413.
        case tooLarge
        /// Kubernetes answers with a bare 500.
        case failed
    }

    /// How deep a patch may be nested; patches are applied by recursion.
    static let depthLimit = 1_000

    public var kind: Kind
    public var message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }

    /// Whether a `test` operation found something else than it said.
    var isFailedTest: Bool { kind == .unprocessable && message.hasSuffix(": " + Self.failedTest) }

    static let failedTest = "test failed"

    /// The answer that Kubernetes gives.
    public var status: APIStatusError {
        switch kind {
        case .malformed: .badRequest(message)
        case .unprocessable: .generic(code: 422, serverMessage: message)
        case .tooLarge: .requestEntityTooLarge(message)
        case .failed: .plain(message)
        }
    }
}
