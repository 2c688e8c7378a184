// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

/// An error that the API answers with: HTTP code, machine-readable reason, message and details.
///
/// Whether trying again can help is in the reason: `Conflict` after reading again, `ServerTimeout`, `TooManyRequests` and
/// `ServiceUnavailable` after `retryAfterSeconds`.
///
/// - SeeAlso: `StatusError` of Kubernetes' `api/errors`, whose wording this follows.
public struct APIStatusError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The HTTP status.
    public var code: Int32
    /// One of ``Reason``; empty for a plain error.
    public var reason: String
    public var message: String
    /// Left out of the answer if nil, `{}` if empty.
    public var details: StatusDetails?
    /// Where a list can go on that cannot be finished as it was begun; empty for none.
    public var continueToken = ""
    /// `Success` for a few answers that are no failures.
    public var outcome = "Failure"
    /// What else the client is to be told, in `Warning` headers.
    public var warnings: [String] = []

    public init(code: Int32, reason: String, message: String, details: StatusDetails? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }

    /// The error that a server's answer tells of.
    public init(_ status: Status) {
        self.init(code: status.code, reason: status.reason, message: status.message, details: status.details)
        outcome = status.status
        continueToken = status.metadata.continue
    }

    /// The `Status` object to answer with.
    public var status: Status {
        Status {
            $0.status = outcome
            $0.message = message
            $0.reason = reason
            $0.details = details
            $0.code = code
            $0.metadata.continue = continueToken
        }
    }

    public var description: String { message }

    /// How many seconds to wait before another try; nil if the server does not say.
    public var retryAfterSeconds: Int32? { details.flatMap { $0.retryAfterSeconds > 0 ? $0.retryAfterSeconds : nil } }

    /// Kubernetes' reasons (`metav1.StatusReason`).
    public enum Reason {
        public static let unauthorized = "Unauthorized"
        public static let forbidden = "Forbidden"
        public static let notFound = "NotFound"
        public static let alreadyExists = "AlreadyExists"
        public static let conflict = "Conflict"
        public static let gone = "Gone"
        public static let expired = "Expired"
        public static let invalid = "Invalid"
        public static let serverTimeout = "ServerTimeout"
        public static let storeReadError = "StorageReadError"
        public static let timeout = "Timeout"
        public static let tooManyRequests = "TooManyRequests"
        public static let badRequest = "BadRequest"
        public static let methodNotAllowed = "MethodNotAllowed"
        public static let notAcceptable = "NotAcceptable"
        public static let requestEntityTooLarge = "RequestEntityTooLarge"
        public static let unsupportedMediaType = "UnsupportedMediaType"
        public static let internalError = "InternalError"
        public static let serviceUnavailable = "ServiceUnavailable"
    }
}

/// A resource and its group, written `deployments.apps`, or `pods` in the core group.
public struct GroupResource: Sendable, Hashable, CustomStringConvertible {
    /// Empty for the core group.
    public var group: String
    /// The plural name, with a subresource after a slash where one is meant.
    public var resource: String

    public init(group: String, resource: String) {
        self.group = group
        self.resource = resource
    }

    public var description: String { group.isEmpty ? resource : resource + "." + group }
}

/// A kind and its group, written `Deployment.apps`, or `Pod` in the core group.
public struct GroupKind: Sendable, Hashable, CustomStringConvertible {
    /// Empty for the core group.
    public var group: String
    public var kind: String

    public init(group: String, kind: String) {
        self.group = group
        self.kind = kind
    }

    public var description: String { group.isEmpty ? kind : kind + "." + group }
}
