// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI

/// A request that did not succeed: refused by the API server with a `Status`, or without an answer.
public struct ClientError: Error, Sendable, CustomStringConvertible {
    /// What a caller may want to tell apart. The names follow the reasons of `metav1.Status`.
    public enum Code: Sendable, Hashable {
        case badRequest
        case unauthorized
        case forbidden
        case notFound
        case methodNotAllowed
        case alreadyExists
        /// The object was changed since it was read; read it again.
        case conflict
        /// 410: the history asked for is gone; list again.
        case expired
        case requestTooLarge
        case unsupportedMediaType
        /// 422: the object breaks a rule of its kind.
        case invalid
        /// 429: ask again after ``ClientError/retryAfter``; with an eviction: a disruption budget forbids it now.
        case tooManyRequests
        case internalError
        /// 503, and 502 of a proxy in between.
        case unavailable
        /// 504, or no answer within the time allowed.
        case timeout
        /// No answer: see ``ClientError/cause``, a ``TransportError``.
        case transport
        /// The answer is not what the API promises.
        case decoding
        case cancelled
        /// Any other status.
        case other
    }

    public var code: Code
    /// The HTTP status; 0 where there was no answer.
    public var httpStatus: Int
    /// `metav1.Status.reason`, for example `NotFound`; empty where there was none.
    public var reason: String
    /// What failed, in the server's words where it spoke.
    public var message: String
    /// The whole answer, where it was a `Status`.
    public var status: Status?
    /// How long the server asks to wait before the next try.
    public var retryAfter: Duration?
    public var cause: (any Error)?

    public init(
        _ code: Code, _ message: String, httpStatus: Int = 0, reason: String = "", status: Status? = nil,
        retryAfter: Duration? = nil, cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.httpStatus = httpStatus
        self.reason = reason
        self.status = status
        self.retryAfter = retryAfter
        self.cause = cause
    }

    /// Whether the same request can succeed later without anything else being changed.
    ///
    /// A ``Code/conflict`` is not: the object has to be read again first.
    public var isRetryable: Bool {
        switch code {
        case .tooManyRequests, .unavailable, .timeout, .internalError: true
        case .transport: (cause as? TransportError)?.isRetryable ?? true
        default: retryAfter != nil
        }
    }

    public var isNotFound: Bool { code == .notFound }
    public var isAlreadyExists: Bool { code == .alreadyExists }
    public var isConflict: Bool { code == .conflict }
    /// Whether the namespace is going away, so that nothing can be created in it.
    public var isNamespaceTerminating: Bool {
        code == .forbidden && (status?.details?.causes.contains { $0.reason == "NamespaceTerminating" } ?? false)
    }

    public var description: String { message }
}
