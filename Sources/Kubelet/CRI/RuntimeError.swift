// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// What a container runtime answered instead of a result.
public struct RuntimeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault: gRPC's status codes, without `ok`.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        case cancelled, unknown, invalidArgument, deadlineExceeded, notFound, alreadyExists, permissionDenied
        case resourceExhausted, failedPrecondition, aborted, outOfRange, unimplemented, internalError, unavailable
        case dataLoss, unauthenticated
    }

    /// The kind of fault.
    public var code: Code
    /// What failed, in the runtime's words.
    public var message: String
    /// The CRI call that failed, for example `RunPodSandbox`.
    public var call: String

    public init(_ code: Code, _ message: String, call: String = "") {
        self.code = code
        self.message = message
        self.call = call
    }

    /// Whether the same call may succeed later without any change.
    public var isRetryable: Bool {
        switch code {
        case .unavailable, .deadlineExceeded, .resourceExhausted, .aborted, .unknown, .internalError: true
        case .cancelled, .invalidArgument, .notFound, .alreadyExists, .permissionDenied, .failedPrecondition,
            .outOfRange, .unimplemented, .dataLoss, .unauthenticated:
            false
        }
    }

    public var description: String { call.isEmpty ? message : "\(call): \(message)" }
}
