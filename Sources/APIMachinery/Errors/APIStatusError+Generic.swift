// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

extension APIStatusError {
    /// What is said where only the HTTP status is known: unknown paths, methods and media types.
    ///
    /// - Parameters:
    ///   - serverMessage: used for 403, 406, 415 and 5xx; elsewhere Kubernetes' standard words are.
    ///   - isCreate: 409 on a create means that the object is there already.
    /// - SeeAlso: `NewGenericServerResponse` of Kubernetes' `api/errors`.
    public static func generic(code: Int32, serverMessage: String = "", isCreate: Bool = false) -> APIStatusError {
        let (reason, message) = words(code, serverMessage, isCreate)
        return .init(code: code, reason: reason, message: message, details: StatusDetails())
    }

    private static func words(_ code: Int32, _ serverMessage: String, _ isCreate: Bool) -> (String, String) {
        switch code {
        case 400: (Reason.badRequest, "the server rejected our request for an unknown reason")
        case 401: (Reason.unauthorized, "the server has asked for the client to provide credentials")
        case 403: (Reason.forbidden, serverMessage)
        case 404: (Reason.notFound, "the server could not find the requested resource")
        case 405: (Reason.methodNotAllowed, "the server does not allow this method on the requested resource")
        case 406:
            (
                Reason.notAcceptable,
                serverMessage.isEmpty
                    ? "the server was unable to respond with a content type that the client supports" : serverMessage
            )
        case 409: (isCreate ? Reason.alreadyExists : Reason.conflict, "the server reported a conflict")
        case 415: (Reason.unsupportedMediaType, serverMessage)
        case 422: (Reason.invalid, "the server rejected our request due to an error in our request")
        case 429:
            (
                Reason.tooManyRequests,
                "the server has received too many requests and has asked us to try again later"
            )
        case 503: (Reason.serviceUnavailable, "the server is currently unable to handle the request")
        case 504:
            (
                Reason.timeout,
                "the server was unable to return a response in the time allotted, but may still be processing the request"
            )
        case 500...:
            (
                Reason.internalError,
                "an error on the server (\(GoText.quote(serverMessage))) has prevented the request from succeeding"
            )
        default: ("", "the server responded with the status code \(code) but did not return more information")
        }
    }
}
