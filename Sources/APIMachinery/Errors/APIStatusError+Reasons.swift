// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension APIStatusError {
    private static func about(_ resource: GroupResource, _ name: String) -> StatusDetails {
        StatusDetails {
            $0.name = name
            $0.group = resource.group
            $0.kind = resource.resource
        }
    }

    /// 404: there is no such object.
    public static func notFound(_ resource: GroupResource, name: String) -> APIStatusError {
        .init(
            code: 404, reason: Reason.notFound, message: "\(resource) \(GoText.quote(name)) not found",
            details: about(resource, name))
    }

    /// 409: there is already such an object.
    public static func alreadyExists(_ resource: GroupResource, name: String) -> APIStatusError {
        .init(
            code: 409, reason: Reason.alreadyExists, message: "\(resource) \(GoText.quote(name)) already exists",
            details: about(resource, name))
    }

    /// 409: a generated name was taken each time it was tried.
    public static func generateNameConflict(
        _ resource: GroupResource, name: String, retryAfterSeconds: Int32
    ) -> APIStatusError {
        var details = about(resource, name)
        details.retryAfterSeconds = retryAfterSeconds
        let text = "already exists, the server was not able to generate a unique name for the object"
        return .init(
            code: 409, reason: Reason.alreadyExists, message: "\(resource) \(GoText.quote(name)) \(text)",
            details: details)
    }

    /// 409: the object is not in the state that the request relies on.
    public static func conflict(_ resource: GroupResource, name: String, _ cause: String) -> APIStatusError {
        .init(
            code: 409, reason: Reason.conflict,
            message: "Operation cannot be fulfilled on \(resource) \(GoText.quote(name)): \(cause)",
            details: about(resource, name))
    }

    /// 409: another version was stored since the one that the request names was read.
    public static func modified(_ resource: GroupResource, name: String) -> APIStatusError {
        let text = "the object has been modified; please apply your changes to the latest version and try again"
        return conflict(resource, name: name, text)
    }

    /// 409: server-side apply would take fields of other managers.
    public static func applyConflict(causes: [StatusCause], message: String) -> APIStatusError {
        .init(code: 409, reason: Reason.conflict, message: message, details: StatusDetails { $0.causes = causes })
    }

    /// 422: validation found faults.
    public static func invalid(_ kind: GroupKind, name: String, _ errors: [FieldError]) -> APIStatusError {
        let text = "\(kind) \(GoText.quote(name)) is invalid"
        let details = StatusDetails {
            $0.name = name
            $0.group = kind.group
            $0.kind = kind.kind
            $0.causes = errors.map(StatusCause.init)
        }
        return .init(
            code: 422, reason: Reason.invalid, message: errors.isEmpty ? text : "\(text): \(errors.aggregateMessage)",
            details: details)
    }

    /// 403: the user may not, or admission does not let them.
    public static func forbidden(_ resource: GroupResource, name: String, _ cause: String) -> APIStatusError {
        let text =
            if resource.resource.isEmpty { "forbidden" } else if name.isEmpty { "\(resource) is forbidden" } else {
                "\(resource) \(GoText.quote(name)) is forbidden"
            }
        return .init(code: 403, reason: Reason.forbidden, message: "\(text): \(cause)", details: about(resource, name))
    }

    /// 401: who asks is not known.
    public static func unauthorized(_ message: String = "Unauthorized") -> APIStatusError {
        .init(code: 401, reason: Reason.unauthorized, message: message)
    }

    /// 400: the request makes no sense.
    public static func badRequest(_ message: String) -> APIStatusError {
        .init(code: 400, reason: Reason.badRequest, message: message)
    }

    /// 405: the resource does not have this verb.
    public static func methodNotSupported(_ resource: GroupResource, action: String) -> APIStatusError {
        .init(
            code: 405, reason: Reason.methodNotAllowed,
            message: "\(action) is not supported on resources of kind \(GoText.quote(resource.description))",
            details: StatusDetails {
                $0.group = resource.group
                $0.kind = resource.resource
            })
    }

    /// 410: what is asked for was there and will not come back.
    public static func gone(_ message: String) -> APIStatusError {
        .init(code: 410, reason: Reason.gone, message: message)
    }

    /// 410: the resource version or continue token is older than the history.
    public static func expired(_ message: String) -> APIStatusError {
        .init(code: 410, reason: Reason.expired, message: message)
    }

    /// 429: too much at once; try again after that many seconds.
    public static func tooManyRequests(_ message: String, retryAfterSeconds: Int32) -> APIStatusError {
        .init(
            code: 429, reason: Reason.tooManyRequests, message: message,
            details: StatusDetails { $0.retryAfterSeconds = retryAfterSeconds })
    }

    /// 503: not ready to answer.
    public static func serviceUnavailable(_ message: String) -> APIStatusError {
        .init(code: 503, reason: Reason.serviceUnavailable, message: message)
    }

    /// 500: could not be done now, but may be on another try.
    public static func serverTimeout(
        _ resource: GroupResource, operation: String, retryAfterSeconds: Int32
    ) -> APIStatusError {
        .init(
            code: 500, reason: Reason.serverTimeout,
            message:
                "The \(operation) operation against \(resource) could not be completed at this time, please try again.",
            details: StatusDetails {
                $0.group = resource.group
                $0.kind = resource.resource
                $0.name = operation
                $0.retryAfterSeconds = retryAfterSeconds
            })
    }

    /// 504: took too long.
    public static func timeout(_ message: String, retryAfterSeconds: Int32 = 0) -> APIStatusError {
        .init(
            code: 504, reason: Reason.timeout, message: "Timeout: \(message)",
            details: StatusDetails { $0.retryAfterSeconds = retryAfterSeconds })
    }

    /// 500: a fault of the server.
    public static func internalError(_ cause: String) -> APIStatusError {
        .init(
            code: 500, reason: Reason.internalError, message: "Internal error occurred: \(cause)",
            details: StatusDetails { $0.causes = [StatusCause { $0.message = cause }] })
    }

    /// 413: the body is over the limit.
    public static func requestEntityTooLarge(_ message: String) -> APIStatusError {
        .init(code: 413, reason: Reason.requestEntityTooLarge, message: "Request entity too large: \(message)")
    }

    /// 415: no decoder for the content type of the body.
    public static func unsupportedMediaType(accepted: [String]) -> APIStatusError {
        let text = "the body of the request was in an unknown format - accepted media types include: "
        return .init(
            code: 415, reason: Reason.unsupportedMediaType, message: text + accepted.joined(separator: ", "))
    }

    /// 406: no encoder for any type that the client accepts.
    public static func notAcceptable(accepted: [String]) -> APIStatusError {
        .init(
            code: 406, reason: Reason.notAcceptable,
            message: "only the following media types are accepted: " + accepted.joined(separator: ", "))
    }

    /// An error without a reason, as Kubernetes gives where its code returns a bare Go error.
    public static func plain(_ message: String, code: Int32 = 500) -> APIStatusError {
        .init(code: code, reason: "", message: message)
    }
}

extension StatusCause {
    /// The cause that tells of a fault of a field.
    public init(_ error: FieldError) {
        self.init {
            $0.reason = error.kind.rawValue
            $0.message = error.body
            $0.field = error.field.isEmpty ? "<nil>" : error.field
        }
    }
}
