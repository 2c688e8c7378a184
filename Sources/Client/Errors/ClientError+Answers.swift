// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI

extension ClientError {
    /// A request that got no answer.
    init(_ error: TransportError, during request: TransportRequest) {
        let code: Code =
            switch error.code {
            case .timedOut: .timeout
            case .cancelled: .cancelled
            default: .transport
            }
        self.init(code, "\(request.method.rawValue) \(request.path): \(error.message)", cause: error)
    }

    /// An answer whose status says that the request was refused.
    init(_ response: TransportResponse, to request: TransportRequest) {
        let status = try? JSONCoding.decode(Status.self, from: response.body)
        if let status, status.status == "Failure" || !status.reason.isEmpty {
            self.init(status, httpStatus: response.status)
        } else {
            let text = String(decoding: response.body.prefix(512), as: UTF8.self)
            self.init(
                Self.code(reason: "", httpStatus: response.status),
                "\(request.method.rawValue) \(request.path): status \(response.status): \(text)",
                httpStatus: response.status)
        }
        if retryAfter == nil, let text = response.header("retry-after"), let seconds = Int64(text), seconds >= 0 {
            retryAfter = .seconds(seconds)
        }
    }

    /// What a `Status` says: a whole answer, or the object of an `ERROR` event of a watch.
    public init(_ status: Status, httpStatus: Int? = nil) {
        let http = httpStatus ?? Int(status.code)
        let seconds = status.details?.retryAfterSeconds ?? 0
        self.init(
            Self.code(reason: status.reason, httpStatus: http), status.message, httpStatus: http, reason: status.reason,
            status: status, retryAfter: seconds > 0 ? .seconds(Int64(seconds)) : nil)
    }

    private static func code(reason: String, httpStatus: Int) -> Code {
        switch reason {
        case "AlreadyExists": return .alreadyExists
        case "Conflict": return .conflict
        case "NotFound": return .notFound
        case "Expired", "Gone": return .expired
        case "Invalid": return .invalid
        case "Timeout", "ServerTimeout": return .timeout
        default: break
        }
        switch httpStatus {
        case 400: return .badRequest
        case 401: return .unauthorized
        case 403: return .forbidden
        case 404: return .notFound
        case 405: return .methodNotAllowed
        case 409: return .conflict
        case 410: return .expired
        case 413: return .requestTooLarge
        case 415: return .unsupportedMediaType
        case 422: return .invalid
        case 429: return .tooManyRequests
        case 500: return .internalError
        case 502, 503: return .unavailable
        case 504: return .timeout
        default: return .other
        }
    }
}
